import Audio
import Foundation
import HarkenTesting
import Protocols
@testable import Recordings
import Speech
import Testing

/// Decodes nothing.
private struct RefusingMedia: MediaSource {
    let error: MediaError

    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn { throw error }
}

@Suite(.hangLimit) struct `A vendor's recording` {
    private let owner = DiskOwner(user: .local, key: nil, isSent: false)

    @Test(arguments: [MediaError.undecodable("x"), .unreadable("x"), .tooLong(.seconds(3_600)), .unavailable("x"), .cancelled])
    func `goes as it is only where it cannot be decoded`(error: MediaError) async throws {
        try await TestRecordings.with([], media: RefusingMedia(error: error)) { recordings in
            var refusal: RequestError?
            do throws(RequestError) {
                let sent = try await recordings.services.vendorRecording(Recording(path: "/film.mkv"), separate: true, for: owner)
                #expect(sent.recording.path == "/film.mkv" && sent.file == nil)
            } catch {
                refusal = error
            }
            let wanted: RequestError? = if case .undecodable = error { nil } else { .engine(EngineError(error)) }
            #expect(refusal == wanted)
        }
    }

    /// The vendor's chapters, words and all else that it tells then count on the film's clock.
    @Test(.needs(MadeMedia.isPossible, "ffmpeg is not installed"))
    func `has the clock of a film whose sound begins after its picture`() async throws {
        let folder = TemporaryFolder(), path = folder.path(of: "film.webm")
        let picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=8"]
        let sound = ["-itsoffset", "2.0", "-f", "lavfi", "-i", MadeMedia.twoTones]
        try MadeMedia.make(picture + sound + ["-map", "0:v", "-map", "1:a", "-c:v", "libvpx", "-c:a", "libopus", "-ac", "1"], to: path)
        try await TestRecordings.with([]) { recordings in
            let sent = try await recordings.services.vendorRecording(Recording(path: path), separate: false, for: owner)
            #expect(sent.recording.format == .raw(.linear16, .speech, channels: 1) && sent.notices.isEmpty)
            let found = try tones(in: sent)
            #expect(Tones.isNear(found, [3, 5]), "\(found)")
        }
    }

    /// Returns the seconds at which tones begin in the samples that a vendor gets.
    private func tones(in sent: VendorRecording) throws -> [Double] {
        let bytes = try withExtendedLifetime(sent) { try Data(contentsOf: URL(filePath: sent.recording.path)) }
        let samples = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 2).map { Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self))) / 32_768 }
        }
        return Tones.starts(in: samples)
    }

    /// A vendor's decoder may close the hole, and tells nobody of it.
    @Test(.needs(MadeMedia.isPossible, "ffmpeg is not installed"))
    func `of sound with a hole has silence for it, and tells of it`() async throws {
        let folder = TemporaryFolder(), path = try MadeMedia.makeSound(isHoled: true, in: folder)
        try await TestRecordings.with([]) { recordings in
            let sent = try await recordings.services.vendorRecording(Recording(path: path), separate: false, for: owner)
            #expect(sent.recording.format == .raw(.linear16, .speech, channels: 1))
            #expect(sent.notices.map(\.name) == ["holes"], "\(sent.notices)")
            let found = try tones(in: sent)
            #expect(Tones.isNear(found, [1, 5]), "\(found)")
        }
    }

    @Test(.needs(MadeMedia.isPossible, "ffmpeg is not installed"), arguments: [1.0, 0.6])
    func `of sound alone is the file itself, and tells of a cut`(share: Double) async throws {
        let folder = TemporaryFolder(), whole = try Data(contentsOf: URL(filePath: MadeMedia.makeSound(in: folder)))
        // An odd place, which no packet ends at.
        let path = try folder.write(share < 1 ? whole.prefix(Int(Double(whole.count) * share) | 1) : whole, as: "sent.webm")
        try await TestRecordings.with([]) { recordings in
            let sent = try await recordings.services.vendorRecording(Recording(path: path), separate: false, for: owner)
            #expect(sent.recording.path == path && sent.file == nil)
            #expect(sent.notices.map(\.name) == (share < 1 ? ["cut"] : []), "\(sent.notices)")
        }
    }

    @Test(arguments: [true, false]) func `has a channel for each track where all are to be heard`(separate: Bool) async throws {
        let folder = TemporaryFolder()
        // A second of 16-bit samples at 16 kHz.
        var bytes = Array("RIFF".utf8)
        bytes += [0x24, 0xFA, 0, 0]
        bytes += Array("WAVEfmt ".utf8)
        bytes += [16, 0, 0, 0, 1, 0, 2, 0, 0x80, 0x3E, 0, 0, 0, 0xFA, 0, 0, 4, 0, 16, 0]
        bytes += Array("data".utf8)
        bytes += [0, 0xFA, 0, 0]
        bytes += [UInt8](repeating: 1, count: 64_000)
        let path = try folder.write(bytes, as: "stereo.wav")
        try await TestRecordings.with([]) { recordings in
            var recording = Recording(path: path)
            let usual = try await recordings.services.vendorRecording(recording, separate: separate, for: owner)
            #expect(usual.recording.path == path)
            recording.tracks = .all
            let all = try await recordings.services.vendorRecording(recording, separate: separate, for: owner)
            #expect(all.recording.format == .raw(.linear16, .speech, channels: 1) && all.file != nil)
        }
    }
}
