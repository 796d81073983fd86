import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

@testable import harken

@Suite struct `A recording as a vendor gets it` {
    private let folder = TemporaryFolder()

    /// A WAV file of a second of two channels.
    private func stereo() throws -> String {
        var bytes = WaveFile.bytes([Int16](repeating: 1_000, count: 32_000))
        bytes[22] = 2
        bytes[29] = 0xFA
        bytes[32] = 4
        return try folder.write(bytes, as: "stereo.wav")
    }

    @Test(arguments: [(true, TrackChoice.usual), (false, .usual), (true, .number(1)), (true, .all), (false, .all)])
    func `is the file, unless the tracks are to be the channels`(separate: Bool, tracks: TrackChoice) throws {
        var recording = Recording(path: try stereo())
        recording.tracks = tracks
        let played = try PlayedFile(recording, separate: separate)
        if tracks == .all {
            #expect(played.recording.path != recording.path)
            #expect(played.recording.format == .raw(.linear16, .speech, channels: 1))
        } else {
            #expect(played.recording.path == recording.path)
        }
    }
}
