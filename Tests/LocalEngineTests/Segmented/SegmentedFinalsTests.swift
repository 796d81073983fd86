import HarkenTesting
import LocalEngine
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `Finals of a server for recordings` {
    /// What a stream said, in order.
    private final class Log: Sendable {
        let events = Mutex<[EngineEvent]>([])
        var closed: EngineError?? { events.withLock { $0.lazy.compactMap { if case .closed(let error) = $0 { .some(error) } else { nil } }.first } }

        func finals(_ channel: ChannelIndex = .first) -> [Hypothesis] {
            events.withLock { $0.compactMap { if case .final(let final, _) = $0, final.channel == channel { final } else { nil } } }
        }
    }

    /// An end-of-turn model that never answers.
    private final class SilentJudge: TurnJudging {
        let longestTurn = Duration.seconds(8)
        let completeness: Float = 0.5
        let asked = Mutex(0)

        func judge(turn samples: [Float]) async -> Float? {
            asked.withLock { $0 += 1 }
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return nil
        }
    }

    /// - Parameter areJudgmentsLate: true if the time for each judgment of a turn is over at once.
    private func open(
        _ server: RecordingServer, _ log: Log, channels: Int = 1, rate: SampleRate = .speech, endpointing: Duration? = nil,
        turns: any TurnJudging = TestEars(), areJudgmentsLate: Bool = false
    ) -> any EngineStream {
        let clock = HeldClock(), limit = Duration.seconds(7_200)
        var configuration = SegmentedEngine.Configuration()
        configuration.patience = .seconds(3_600)
        configuration.judgmentPatience = limit
        let options = StreamOptions(rate: rate, channels: channels, interims: false, endpointing: endpointing)
        return SegmentedEngine(
            server, detecting: TestEars(), turns: turns, configuration, clock: { clock.now },
            wait: { if !areJudgmentsLate || $0 != limit { try await clock.sleep(until: clock.now + $0) } },
            order: { RecognitionOptions(language: $0.language) }
        )
        .open(options) { event in log.events.withLock { $0.append(event) } }
    }

    /// Sends sound (true) or silence for these tenths of a second in each channel.
    private func send(_ parts: [(tenths: Int, sounds: [Bool])], to stream: any EngineStream) {
        for part in parts {
            let piece = (0..<1_600).flatMap { index in
                part.sounds.flatMap { sound -> [UInt8] in
                    let value = Int16(sound ? (index / 16 % 2 == 0 ? 8_000 : -8_000) : 0)
                    return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
                }
            }
            for _ in 0..<part.tenths { stream.send(piece.span.bytes) }
        }
    }

    private func expectTiling(_ finals: [Hypothesis], through end: Int) {
        var through = SampleIndex.zero
        for final in finals {
            #expect(final.range.start == through)
            through = final.range.end
        }
        #expect(through == SampleIndex(end))
    }

    /// A word for each half second of audio.
    private func halves() -> RecordingServer {
        RecordingServer { _, seconds in RecordingServer.transcript((0..<max(1, Int(seconds * 2))).map { "w\($0)" }, seconds: seconds) }
    }

    @Test func `says the server's words where they were said`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["one", "two"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log)
        send([(20, [true]), (20, [false]), (10, [true])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil))
        #expect(log.finals().map(\.text).filter { !$0.isEmpty } == ["one two", "one two"])
        #expect(log.finals().flatMap(\.words).map { $0.range.start.samples / 16_000 } == [0, 1, 3, 4])
        expectTiling(log.finals(), through: 5 * 16_000)
    }

    @Test func `ends turns by silence where the end-of-turn model does not answer`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["one", "two"], seconds: seconds) }
        let log = Log(), judge = SilentJudge()
        let stream = open(server, log, endpointing: .milliseconds(300), turns: judge, areJudgmentsLate: true)
        send([(20, [true]), (20, [false]), (20, [true]), (20, [false])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil))
        #expect(log.finals().map(\.text).filter { !$0.isEmpty } == ["one two", "one two"])
        #expect(judge.asked.withLock { $0 } == 1, "a model that is late is not asked again")
        expectTiling(log.finals(), through: 8 * 16_000)
    }

    @Test(arguments: [(0, 0), (60, 1)]) func `tells a text that cannot be right from silence`(words: Int, gaps: Int) async throws {
        let server = RecordingServer { number, seconds in
            RecordingServer.transcript(number == 1 ? (0..<words).map { "w\($0)" } : ["one", "two"], seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        send([(20, [true]), (20, [false]), (10, [true]), (20, [false])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil))
        #expect(log.finals().map(\.text).filter { !$0.isEmpty } == ["one two"])
        let events = log.events.withLock { $0 }
        let told = events.indices.filter { if case .notice(.complaint(let complaint)) = events[$0] { complaint.code == "gap" } else { false } }
        #expect(told.count == gaps)
        for index in told {
            guard case .final(let final, _) = events[index + 1] else {
                Issue.record("\(events[index + 1])")
                continue
            }
            #expect(final.words.isEmpty && final.range.contains(SampleIndex(16_000)))
        }
    }

    @Test(arguments: [(1, ["one two", "w0"], 0), (60, ["one two"], 1)])
    func `keeps the words of a pause where a longer text cannot be right`(words: Int, texts: [String], gaps: Int) async throws {
        // The second request is for all of the speech, the third for the part behind the pause.
        let server = RecordingServer { number, seconds in
            RecordingServer.transcript(number == 1 ? ["one", "two"] : (0..<(number == 2 ? 60 : words)).map { "w\($0)" }, seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        send([(20, [true]), (5, [false]), (20, [true]), (20, [false])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(nil))
        #expect(log.finals().map(\.text).filter { !$0.isEmpty } == texts)
        let told = log.events.withLock { $0.count { if case .notice(.complaint(let complaint)) = $0 { complaint.code == "gap" } else { false } } }
        #expect(told == gaps)
        expectTiling(log.finals(), through: 65 * 1_600)
    }

    @Test func `asks the server nothing while nobody speaks`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["Thank", "you."], seconds: seconds) }
        let log = Log()
        let stream = open(server, log)
        send([(300, [false])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.isEmpty)
        #expect(log.finals().allSatisfy { $0.words.isEmpty })
    }

    @Test(arguments: [EngineError.unavailable("status 500"), .unauthorized("no"), .timedOut("late")])
    func `ends the stream when the words of a final fail, so that another engine takes over`(error: EngineError) async throws {
        let server = RecordingServer { number, seconds throws(EngineError) in
            if number > 1 { throw error }
            return RecordingServer.transcript(["one"], seconds: seconds)
        }
        let log = Log()
        let stream = open(server, log)
        send([(20, [true]), (20, [false]), (10, [true]), (20, [false])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(log.closed == .some(error))
        #expect(log.finals().flatMap(\.words).map(\.text) == ["one"])
        #expect((log.finals().last?.range.end ?? .zero) <= SampleIndex(4 * 16_000))
    }

    @Test func `cuts speech without pauses within the limit of the server`() async throws {
        let log = Log(), server = halves()
        let stream = open(server, log)
        for tens in 1...5 {
            send([(100, [true])], to: stream)
            // No more than the engine takes: all but the last stretch is final.
            try await until { (log.finals().last?.range.end ?? .zero) >= SampleIndex((tens * 10 - 15) * 16_000) }
        }
        stream.send(.finish)
        try await until { log.closed != nil }
        #expect(server.requests.allSatisfy { $0 <= 28 })
        #expect(log.finals().count >= 3)
        expectTiling(log.finals(), through: 50 * 16_000)
    }

    @Test func `hears each channel by itself`() async throws {
        let log = Log()
        let stream = open(halves(), log, channels: 2)
        send([(20, [true, false]), (20, [false, false]), (30, [false, true])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        for channel in 0..<2 { expectTiling(log.finals(ChannelIndex(channel)), through: 7 * 16_000) }
        #expect(log.finals(ChannelIndex(0)).flatMap(\.words).allSatisfy { $0.range.start < SampleIndex(2 * 16_000) })
        #expect(log.finals(ChannelIndex(1)).flatMap(\.words).allSatisfy { $0.range.end > SampleIndex(4 * 16_000) })
        #expect(log.finals(ChannelIndex(0)).contains { !$0.words.isEmpty } && log.finals(ChannelIndex(1)).contains { !$0.words.isEmpty })
    }

    @Test func `keeps the stream's own timeline when audio is resampled`() async throws {
        let server = RecordingServer { _, seconds in RecordingServer.transcript(["hello"], seconds: seconds) }
        let log = Log()
        let stream = open(server, log, rate: .telephone)
        send([(40, [true])], to: stream)
        stream.send(.finalize)
        send([(41, [true])], to: stream)
        stream.send(.finish)
        try await until { log.closed != nil }
        let ends = log.finals().map(\.range.end)
        #expect(ends.contains(SampleIndex(64_000)))
        expectTiling(log.finals(), through: 81 * 1_600)
    }
}
