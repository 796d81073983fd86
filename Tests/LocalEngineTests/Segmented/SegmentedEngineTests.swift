import HarkenTesting
import LocalEngine
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `A server for recordings as a live engine` {
    /// What a stream said, in order.
    private final class Log: Sendable {
        let events = Mutex<[EngineEvent]>([])
        var all: [EngineEvent] { events.withLock { $0 } }
        var closed: EngineError?? { all.lazy.compactMap { if case .closed(let error) = $0 { .some(error) } else { nil } }.first }
        var finals: [Hypothesis] { all.compactMap { if case .final(let final, _) = $0 { final } else { nil } } }
        var interims: [Hypothesis] { all.compactMap { if case .interim(let interim) = $0 { interim } else { nil } } }
    }

    /// Opens a stream at a clock that stands: each answer of the server takes no time.
    private func open(
        _ server: RecordingServer, _ log: Log, _ configuration: SegmentedEngine.Configuration = patient,
        options: StreamOptions = StreamOptions(rate: .speech)
    ) -> any EngineStream {
        let clock = HeldClock()
        return SegmentedEngine(
            server, detecting: TestEars(), turns: nil, configuration, clock: { clock.now }, order: { RecognitionOptions(language: $0.language) }
        )
        .open(options) { event in log.events.withLock { $0.append(event) } }
    }

    /// A configuration with an interim for each 200 ms, whose engine may take as long as a slow machine needs.
    private static var patient: SegmentedEngine.Configuration {
        var configuration = SegmentedEngine.Configuration(interimPeriod: .milliseconds(200))
        configuration.patience = .seconds(3_600)
        return configuration
    }

    /// Sends sound (true) or silence for these seconds, in pieces of 100 ms.
    private func send(_ sound: Bool, _ seconds: Double, to stream: any EngineStream) {
        let piece = (0..<1_600).flatMap { index -> [UInt8] in
            let value = Int16(sound ? (index / 16 % 2 == 0 ? 8_000 : -8_000) : 0)
            return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        for _ in 0..<Int(seconds * 10) { stream.send(piece.span.bytes) }
    }

    @Test func `makes each turn final with the server's words, and covers all audio`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["one", "two"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log)
        send(true, 2, to: stream)
        send(false, 2, to: stream)
        send(true, 1, to: stream)
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
        send(false, 30, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.isEmpty && log.finals.allSatisfy(\.words.isEmpty))
    }

    @Test func `shows words while speech goes on, and never asks for two interims at once`() async throws {
        let answered = Mutex(Set<Int>())
        let server = RecordingServer { number, seconds throws(EngineError) in
            do { try await until { answered.withLock { $0.contains(number) } } } catch { throw .cancelled }
            return RecordingServer.transcript((1...max(1, Int(seconds))).map { "w\($0)" }, seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        send(true, 1, to: stream)
        try await until { server.requests.count == 1 }
        for round in 1...5 {
            // The stream hears this second before the answer to its request. Five interims would be due meanwhile.
            send(true, 1, to: stream)
            answered.withLock { _ = $0.insert(round) }
            try await until { server.requests.count > round }
            #expect(server.requests.count == round + 1 && log.interims.count == round)
        }
        let counts = log.interims.map(\.words.count)
        #expect(counts == counts.sorted() && log.interims.allSatisfy { $0.stableWords == 0 })
        #expect(server.state.withLock { $0.maxRunning } == 1)
        // The final does not wait for the sixth interim, which is never answered: it is cancelled.
        stream.send(.finish)
        try await until { server.requests.count == 7 }
        answered.withLock { _ = $0.insert(7) }
        try await until { log.closed != nil }
        #expect(log.interims.count == 5 && log.finals.flatMap(\.words).map(\.text) == (1...6).map { "w\($0)" })
    }

    @Test func `goes on after interims that fail, and loses no word`() async throws {
        let server = RecordingServer { number, seconds throws(EngineError) in
            if number <= 2 { throw .unavailable("status 500") }
            return RecordingServer.transcript(["all", "well"], seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        for count in 1...2 {
            // An interim is asked for when audio comes: the second one needs audio that comes after the first has failed.
            send(true, 1, to: stream)
            try await until { server.requests.count >= count }
        }
        send(true, 1, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil) && log.finals.flatMap(\.words).map(\.text) == ["all", "well"])
    }

    @Test func `ends the stream when the server fails again and again, so that another engine takes over`() async throws {
        let server = RecordingServer { _, _ throws(EngineError) in throw .unavailable("status 500") }
        let log = Log()
        let stream = open(server, log)
        for count in 1...3 {
            send(true, 1, to: stream)
            try await until { server.requests.count >= count }
        }
        try await until { log.closed != nil }
        #expect(log.closed == .some(.unavailable("status 500")) && server.requests.count == 3 && log.finals.isEmpty)
    }

    @Test(arguments: [EngineError.unauthorized("no"), .quotaExhausted("no"), .badRequest("no")])
    func `ends the stream at the first error that no repetition can mend`(error: EngineError) async throws {
        let server = RecordingServer { _, _ throws(EngineError) in throw error }
        let log = Log()
        let stream = open(server, log)
        send(true, 2, to: stream)
        try await until { log.closed != nil }
        #expect(log.closed == .some(error) && server.requests.count == 1)
    }

    @Test func `ends the stream when a final does not come in time`() async throws {
        let server = RecordingServer { _, _ throws(EngineError) in
            try? await until { false }
            throw .cancelled
        }
        let log = Log()
        var configuration = SegmentedEngine.Configuration()
        configuration.patience = .zero
        let stream = open(server, log, configuration)
        send(true, 0.5, to: stream)
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
        send(true, 3, to: stream)
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
        for tens in 1...7 {
            send(true, 10, to: stream)
            // No more than the engine takes: all but the last segment is final.
            try await until { (log.finals.last?.range.end ?? .zero) >= SampleIndex((tens * 10 - 19) * 16_000) }
        }
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.allSatisfy { $0 <= 28 } && log.finals.count >= 3)
        #expect(log.finals.last?.range.end == SampleIndex(70 * 16_000))
    }

    @Test func `resamples telephone audio, and keeps the stream's own timeline`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["hello"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log, options: StreamOptions(rate: SampleRate(hertz: 8_000)))
        send(true, 2, to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.finals.last?.range.end == SampleIndex(32_000))
        // The final has all of it. An interim that the end cancelled may be counted after it.
        #expect(abs((server.requests.max() ?? 0) - 4) < 0.1)
    }
}
