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

    @Test func `is nothing where the file has no sound`() throws {
        let header = try folder.write(WaveFile.bytes([]), as: "header.wav"), empty = try folder.write("".utf8, as: "empty.wav")
        #expect(throws: MediaError.noSound) { _ = try PlayedFile(Recording(path: header), separate: false) }
        #expect(throws: MediaError.emptyFile) { _ = try PlayedFile(Recording(path: empty), separate: false) }
    }

    @Test func `is the file where it is cut off, which is told`() throws {
        let whole = WaveFile.bytes([Int16](repeating: 1_000, count: 64_000))
        let path = try folder.write(whole.prefix(whole.count / 2), as: "cut.wav")
        let played = try PlayedFile(Recording(path: path), separate: false)
        #expect(played.recording.path == path && played.notices.map(\.name) == ["cut"], "\(played.notices)")
    }

    @Test(.needs(MadeMedia.isPossible, "ffmpeg is not installed")) func `has silence for a hole, which is told`() throws {
        let path = try MadeMedia.makeSound(isHoled: true, in: folder)
        let played = try PlayedFile(Recording(path: path), separate: false)
        #expect(played.recording.format == .raw(.linear16, .speech, channels: 1))
        #expect(played.notices.map(\.name) == ["holes"], "\(played.notices)")
        // Two bytes a sample: five seconds of sound and two of silence.
        let bytes = try Data(contentsOf: URL(filePath: played.recording.path))
        #expect(abs(Double(bytes.count) / 32_000 - 7) < 0.1, "\(bytes.count)")
    }
}
