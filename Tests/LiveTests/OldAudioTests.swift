import Conversations
import HarkenTesting
@testable import Live
@testable import Observability
import Speech
import Store
import Testing

@Suite struct `Audio that is too old` {
    @Test func `is deleted with one line of log that has its files and bytes`() async throws {
        let lines = SharedLog(), day = UnixTime(milliseconds: 86_400_000)
        try await WaitingConversation.with(audioDays: 30, log: Log(level: .info, write: { lines.append($0) })) { conversation in
            let service = conversation.service
            let stored = Conversation(id: ID("c"), user: .local, status: .completed, source: "test", started: day, finished: day, segments: [])
            _ = try await service.store.begin(stored)
            for (file, bytes, age) in [("a.opus", 300, 31), ("b.opus", 40, 32), ("c.opus", 5, 1)] {
                let audio = StoredAudio(
                    file: file, start: .zero, duration: .seconds(1), byteCount: bytes, created: day + .seconds(86_400 * (40 - age)))
                #expect(try await service.store.add(audio, to: ID("c"), of: .local))
            }
            await service.forgetAudio(now: day + .seconds(86_400 * 40))
            #expect(try await service.store.audio(of: ID<Conversation>("c"), of: .local).map(\.file) == ["c.opus"])
            #expect(lines.entries.count == 1 && lines.entries[0].hasSuffix(" info audio whose time is over is deleted count=2 bytes=340 days=30\n"))
            await service.forgetAudio(now: day + .seconds(86_400 * 40))
            #expect(lines.entries.count == 1)
        }
    }
}
