import Audio
import Foundation
import HarkenTesting
@testable import Live
import Speech
import Store
import Synchronization
import Testing

/// A source that decodes nothing and notes its recordings.
private final class NotedMedia: MediaSource {
    private let noted = Mutex(0)

    var count: Int { noted.withLock { $0 } }

    func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        noted.withLock { $0 += 1 }
        throw .unavailable("nothing is decoded here")
    }
}

@Suite struct `Audio from another gateway` {
    private let folder = TemporaryFolder()

    @Test func `is known by its name`() throws {
        let name = try #require(BlobName(ImportedAudio.name("0123"))), other = try #require(BlobName("0123.opus"))
        #expect(ImportedAudio.isName(name) && !ImportedAudio.isName(other))
    }

    @Test func `is drawn by the decoder for recordings of strangers`() async throws {
        let blobs = Blobs(in: try DataDirectory(creating: folder.path)).audio, media = NotedMedia()
        let name = try #require(BlobName(ImportedAudio.name("0123")))
        try await blobs.put([1, 2, 3], as: name)
        #expect(await AudioPeaks(in: blobs, media: media).peaks(of: name.text) == nil)
        #expect(media.count == 1)
    }
}
