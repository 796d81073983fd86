import Audio
import Conversations
import Foundation
import HarkenTesting
@testable import Live
@testable import Observability
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

    @Test func `is added to the conversation in which it was spoken`() async throws {
        let lines = SharedLog()
        try await WaitingConversation.with(audioDays: 30, log: Log(level: .warning, write: { lines.append($0) })) { conversation in
            let service = conversation.service, audio = service.audio, day = UnixTime(milliseconds: 86_400_000)
            let whole = [UInt8](try opus(in: URL(filePath: audio.location).deletingLastPathComponent().path))
            for (id, session) in [("spoken", "one"), ("deleted", "two")] {
                let stored = Conversation(id: ID(id), user: .local, status: .inProgress, source: "test", started: day, finished: day, segments: [])
                #expect(try await service.store.begin(stored))
                let part = SessionPart(session: ID(session), conversation: ID(id), begins: .seconds(3), shift: .seconds(-2))
                _ = try await service.store.join(part, of: .local)
            }
            #expect(try await service.store.delete(ID<Conversation>("deleted"), of: .local))
            let names = [("a", "one", 10), ("copy", "one", 11), ("b", "two", 10), ("c", "unknown", 10), ("early", "one", 1)].map {
                id, session, start in
                SessionAudioName(id: id, session: ID(session), start: .seconds(start)).blob
            }
            for name in names { try await audio.put(whole, as: try #require(name)) }
            await service.takeUpAudio(before: service.now() + .seconds(1))
            let kept = try await service.store.audio(of: ID<Conversation>("spoken"), of: .local)
            #expect(kept.map(\.file) == ["a_one_10000.opus"] && kept.map(\.start) == [.seconds(8)] && kept.map(\.duration) == [.seconds(4)])
            #expect(try await audio.all().map(\.name.text) == ["a_one_10000.opus", "c_unknown_10000.opus", "early_one_1000.opus"])
            // One of the two is announced, and has time until then.
            try await service.store.announce("early_one_1000.opus", for: .seconds(1_000))
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(lines.entries.count == 2, "once at each start: \(lines.entries)")
            for (line, count) in zip(lines.entries, [2, 1]) {
                #expect(
                    line.contains("belong to no conversation and no voice") && line.contains(" count=\(count) bytes=\(count * whole.count)"),
                    "\(line)")
            }
        }
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
            await service.takeUpAudio(before: day)
            #expect(try await audio.all().count == 4, "files of this process are left alone")
            await service.takeUpAudio(before: service.now() + .seconds(1))
            #expect(try await audio.all().map(\.name.text) == ["named.opus", "whole.opus"])
        }
    }
}
