import HarkenTesting
import LocalEngine
import Speech
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A server for recordings as a live engine` {
    /// What a stream said, in order.
    private final class Log: Sendable {
        let events = Mutex<[EngineEvent]>([])
        var all: [EngineEvent] { events.withLock { $0 } }
        var closed: EngineError?? { all.lazy.compactMap { if case .closed(let error) = $0 { .some(error) } else { nil } }.first }
        var finals: [Hypothesis] { all.compactMap { if case .final(let final, _) = $0 { final } else { nil } } }
        var interims: [Hypothesis] { all.compactMap { if case .interim(let interim) = $0 { interim } else { nil } } }
    }

    private func open(
        _ server: RecordingServer, _ log: Log, _ configuration: SegmentedEngine.Configuration = .init(),
        options: StreamOptions = StreamOptions(rate: .speech)
    ) -> any EngineStream {
        SegmentedEngine(server, detecting: TestEars(), turns: nil, configuration, order: { RecognitionOptions(language: $0.language) })
            .open(options) { event in log.events.withLock { $0.append(event) } }
    }

    /// Sends sound (true) or silence for these seconds, in pieces of 100 ms.
    private func send(_ sound: Bool, _ seconds: Double, to stream: any EngineStream, pace: Duration = .zero) async throws {
        let piece = (0..<1_600).flatMap { index -> [UInt8] in
            let value = Int16(sound ? (index / 16 % 2 == 0 ? 8_000 : -8_000) : 0)
            return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        for _ in 0..<Int(seconds * 10) {
            stream.send(piece.span.bytes)
            if pace > .zero { try await Task.sleep(for: pace) }
        }
    }

    @Test func `makes each turn final with the server's words, and covers all audio`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["one", "two"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log)
        try await send(true, 2, to: stream)
        try await send(false, 2, to: stream)
        try await send(true, 1, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil) && log.all.first == .opened)
        #expect(log.finals.map(\.text).filter { !$0.isEmpty } == ["one two", "one two"])
        var end = SampleIndex.zero
        for final in log.finals {
            #expect(final.range.start == end)
            end = final.range.end
        }
        #expect(end == SampleIndex(5 * 16_000))
        // The words are where they were said: in the first two seconds, and in the last.
        #expect(log.finals.flatMap(\.words).map { $0.range.start.samples / 16_000 } == [0, 1, 3, 4])
    }

    @Test func `asks the server nothing while nobody speaks`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["Thank", "you."], seconds: seconds) }
        let log = Log()
        let stream = open(server, log)
        try await send(false, 30, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.isEmpty && log.finals.allSatisfy(\.words.isEmpty))
    }

    @Test func `shows words while speech goes on, and never asks for two interims at once`() async throws {
        let server = RecordingServer { _, seconds throws(EngineError) in
            do { try await Task.sleep(for: .milliseconds(120)) } catch { throw .cancelled }
            return RecordingServer.transcript((1...max(1, Int(seconds))).map { "w\($0)" }, seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log, .init(interimPeriod: .milliseconds(200)))
        // Ten seconds of audio in one second.
        try await send(true, 10, to: stream, pace: .milliseconds(10))
        stream.send(.finish)
        try await until { log.closed != nil }
        let counts = log.interims.map(\.words.count)
        #expect(counts.count >= 3 && counts == counts.sorted() && log.interims.allSatisfy { $0.stableWords == 0 })
        // A final that is due does not wait for an interim, which is cancelled.
        let most = server.state.withLock { state in state.maxRunning }
        #expect(most <= 2)
        // At a period of 0.2 s there would be 50 interims.
        #expect(server.requests.count < 20)
        #expect(log.finals.flatMap(\.words).map(\.text) == (1...10).map { "w\($0)" })
    }

    @Test func `goes on after interims that fail, and loses no word`() async throws {
        let server = RecordingServer { number, seconds throws(EngineError) in
            if number <= 2 { throw .unavailable("status 500") }
            return RecordingServer.transcript(["all", "well"], seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log, .init(interimPeriod: .milliseconds(300)))
        try await send(true, 3, to: stream, pace: .milliseconds(20))
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil) && log.finals.flatMap(\.words).map(\.text) == ["all", "well"])
    }

    @Test func `ends the stream when the server fails again and again, so that another engine takes over`() async throws {
        let server = RecordingServer { _, _ throws(EngineError) in throw .unavailable("status 500") }
        let log = Log()
        let stream = open(server, log, .init(interimPeriod: .milliseconds(300)))
        try await send(true, 6, to: stream, pace: .milliseconds(20))
        try await until { log.closed != nil }
        #expect(log.closed == .some(.unavailable("status 500")) && server.requests.count == 3 && log.finals.isEmpty)
    }

    @Test(arguments: [EngineError.unauthorized("no"), .quotaExhausted("no"), .badRequest("no")])
    func `ends the stream at the first error that no repetition can mend`(error: EngineError) async throws {
        let server = RecordingServer { _, _ throws(EngineError) in throw error }
        let log = Log()
        let stream = open(server, log)
        try await send(true, 2, to: stream)
        try await until { log.closed != nil }
        #expect(log.closed == .some(error) && server.requests.count == 1)
    }

    @Test func `ends the stream when a final does not come in time`() async throws {
        let server = RecordingServer { _, _ throws(EngineError) in
            do { try await Task.sleep(for: .seconds(600)) } catch { throw .cancelled }
            throw .cancelled
        }
        let log = Log()
        var configuration = SegmentedEngine.Configuration()
        configuration.patience = .zero
        let stream = open(server, log, configuration)
        try await send(true, 0.5, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        guard case .timedOut? = log.closed.flatMap(\.self) else {
            Issue.record("\(String(describing: log.closed))")
            return
        }
    }

    @Test func `is silent where the server hears nothing`() async throws {
        let server = RecordingServer { _, _ in RecordingServer.transcript([], seconds: 0) }
        let log = Log()
        let stream = open(server, log)
        try await send(true, 3, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil) && log.finals.allSatisfy(\.words.isEmpty) && log.finals.last?.range.end == SampleIndex(48_000))
    }

    @Test func `cuts speech without pauses within the limit of the server`() async throws {
        let server = RecordingServer { _, seconds in
            RecordingServer.transcript((0..<Int(seconds * 2)).map { "w\($0)" }, seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        try await send(true, 70, to: stream, pace: .milliseconds(1))
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.allSatisfy { $0 <= 28 } && log.finals.count >= 3)
        #expect(log.finals.last?.range.end == SampleIndex(70 * 16_000))
    }

    @Test func `resamples telephone audio, and keeps the stream's own timeline`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["hello"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log, options: StreamOptions(rate: SampleRate(hertz: 8_000)))
        try await send(true, 2, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.finals.last?.range.end == SampleIndex(32_000))
        #expect(abs((server.requests.last ?? 0) - 4) < 0.1)
    }
}
