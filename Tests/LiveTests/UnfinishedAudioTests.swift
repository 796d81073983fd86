import Audio
import Conversations
import Foundation
import Live
import Speech
import Store
import Testing

@Suite struct `Audio of a gateway that was killed` {
    /// Bytes of a file of Opus with some seconds of noise.
    private func opus(in folder: String) throws -> Data {
        let path = folder + "/made.opus"
        var file = try OggOpusFile(path: path, rate: .speech)
        var state: UInt32 = 1
        try file.append(
            (0..<64_000).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 16)
            })
        try file.finish()
        return try Data(contentsOf: URL(filePath: path))
    }

    @Test func `is removed when it is unfinished and nothing names it`() async throws {
        try await WaitingConversation.with { conversation in
            let service = conversation.service, audio = service.audio, id = ID<Conversation>("c"), day = UnixTime(milliseconds: 86_400_000)
            let folder = URL(filePath: audio.location).deletingLastPathComponent().path
            let whole = try opus(in: folder), cut = whole.prefix(whole.count / 2)
            for (name, bytes) in [("whole", whole), ("cut", cut), ("named", cut), ("empty", Data())] {
                try await audio.put([UInt8](bytes), as: try #require(BlobName(name + ".opus")))
            }
            let stored = Conversation(id: id, user: .local, status: .completed, source: "test", started: day, finished: day, segments: [])
            #expect(try await service.store.begin(stored))
            let named = StoredAudio(file: "named.opus", start: .zero, duration: .seconds(2), byteCount: cut.count, created: day)
            #expect(try await service.store.add(named, to: id, of: .local))
            await service.removeUnfinishedAudio(before: day)
            #expect(try await audio.all().count == 4, "files of this process are left alone")
            await service.removeUnfinishedAudio(before: service.now() + .seconds(1))
            #expect(try await audio.all().map(\.name.text) == ["named.opus", "whole.opus"])
        }
    }
}
