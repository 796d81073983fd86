import Gateway
import HarkenTesting
import Net
@testable import Observability
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `What a live session's engine missed` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000"
    /// A tenth of a second of something loud.
    private let tenth = (0..<1_600).flatMap { number -> [UInt8] in
        let sample = Int16(number % 20 < 10 ? 8_000 : -8_000)
        return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
    }

    @Test(arguments: [true, false]) func `is repaired in the log if it was, and else it is not`(isRepaired: Bool) async throws {
        let heard = Transcript(
            rate: .speech, length: SampleCount(64_000), language: LanguageTag("en"), model: "scripted-1",
            channels: [Transcript.Channel(words: [], segments: [])])
        let engine = ScriptedEngine(
            fault: .breaks(.unavailable("gone"), after: SampleCount(24_000)),
            transcript: isRepaired ? .success(heard) : .failure(.unavailable("not now")))
        let lines = Mutex<[String]>([])
        let log = Log(level: .info, write: { line in lines.withLock { $0.append(line) } })
        try await TestGateway.with(engine, keys: TestKeys(valid: []), log: log) { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<40 { socket.send(binary: tenth) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
        }
        let said = lines.withLock { lines in ["audio repaired", "audio not repaired"].map { text in lines.contains { $0.contains(text) } } }
        #expect(said == [isRepaired, !isRepaired], "\(lines.withLock { $0.filter { $0.contains("session.id") } })")
    }
}
