import Continuity
import HarkenTesting
import Net
import Protocols
import Sessions
import Speech
import Synchronization
import Testing
import Vendors

@testable import HarkenKit

/// A gateway in this process: sessions as the real one has them, over an engine that follows a script, and connections that break after so many messages.
// Sendable by proof: everything that changes is touched on the loop only.
private final class BreakingGateway: ResumableService, @unchecked Sendable {
    private let client: WebSocketClient
    /// After how many messages connections break, in the order in which they are made; those behind them hold.
    private var breaks: [Int]
    /// It knows no session but the newest connection's.
    private let forgets: Bool
    private var sessions: [String: Session] = [:]
    private(set) var connections = 0
    /// The sessions behind which new ones went on, in order; nil: behind none.
    private let continued = Mutex<[String?]>([])

    var continuedSessions: [String?] { continued.withLock { $0 } }

    init(breaks: [Int], forgets: Bool = false) throws {
        client = WebSocketClient(tls: try TLSClientContext(), resolver: Resolver())
        self.breaks = breaks
        self.forgets = forgets
    }

    func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, continuing earlier: String?, on loop: Loop,
        deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink {
        connections += 1
        if point == nil { continued.withLock { $0.append(earlier) } }
        let link = Link(on: loop, breaksAfter: breaks.isEmpty ? nil : breaks.removeFirst(), deliver: deliver)
        loop.soon { [self] in
            guard let point else {
                if forgets { sessions = [:] }
                let id = "session \(connections)"
                sessions[id] = Session(options, link, VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration()))
                return link.tell(.began(session: id, window: .seconds(120)))
            }
            guard !forgets, let session = sessions[point.session] else { return link.tell(.expired) }
            session.resume(point, on: link)
        }
        return link
    }

    private final class Session: SessionObserver, SessionJournal {
        private var memory = AudioMemory()
        private(set) var resumable: ResumableRun?

        init(_ options: StreamOptions, _ link: Link, _ connector: VendorConnector) {
            let engine = ScriptedEngine()
            let live = LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine))
            let run = SessionDriver(.init(options: options, engines: [live]), connector: connector, journal: self, observer: self)
            resumable = ResumableRun(run, rate: options.rate, on: connector.loop) { link.tell($0) }
            link.session = self
            run.start()
            self.run = run
        }

        private(set) var run: SessionDriver?

        func resume(_ point: Reconnection.Point, on link: Link) {
            link.session = self
            resumable?.resume(
                at: point.start, seen: point.seen,
                answer: { answer in
                    switch answer {
                    case .resumed: link.tell(.resumed)
                    case .expired: link.tell(.expired)
                    case .rejected(let reason): link.tell(.closed(.badRequest(reason)))
                    }
                }, deliver: { link.tell($0) })
        }

        func keep(_ audio: RawSpan, _ range: SampleRange) {
            audio.withUnsafeBytes { memory.append($0) }
            resumable?.durable(through: range.start)
        }

        func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
            guard memory.read(range, body) else { throw AudioLost("it is not there") }
        }

        func record(_ commit: Commit, turn: Int) {}

        func forget(before index: SampleIndex) { memory.forget(before: index) }

        func observe(_ notice: SessionNotice) {
            if case .event(let event) = notice { resumable?.hear(event) }
        }
    }

    /// Messages take a moment; those that are on their way when it breaks are lost.
    private final class Link: ResumableLink {
        private let loop: Loop
        private var left: Int?
        private let deliver: (ResumableEvent) -> Void
        private var isBroken = false
        var session: Session?

        init(on loop: Loop, breaksAfter left: Int?, deliver: @escaping (ResumableEvent) -> Void) {
            self.loop = loop
            self.left = left
            self.deliver = deliver
        }

        private func carry(_ message: @escaping () -> Void) {
            guard !isBroken else { return }
            loop.soon { [self] in if !isBroken { message() } }
            guard let left else { return }
            self.left = left - 1
            guard left == 0 else { return }
            isBroken = true
            loop.soon { [self] in
                session?.resumable?.lost()
                deliver(.broken)
            }
        }

        func tell(_ event: ResumableEvent) { carry { [self] in deliver(event) } }

        func tell(_ message: ResumableRun.Message) {
            switch message {
            case .durable(let end): tell(ResumableEvent.durable(through: end))
            case .event(let numbered):
                let said: [EngineEvent]
                switch numbered.event {
                case .ready, .gap: said = []
                case .speechStarted(let channel, let at): said = [.speechStarted(channel, at: at)]
                case .interim(let guess): said = [.interim(guess)]
                case .commit(let commit):
                    said = [.final(Hypothesis(channel: commit.channel, range: commit.range, words: commit.words), reason: commit.reason)]
                case .turnEnded(let channel, let at): said = [.turnEnded(channel, at: at)]
                case .flushed(let channel): said = [.flushed(channel)]
                case .ended(let end): return tell(.closed(end.error))
                }
                tell(.said(numbered.number, said))
            }
        }

        func send(_ audio: RawSpan) {
            let bytes = audio.withUnsafeBytes { [UInt8]($0) }
            carry { [self] in session?.resumable?.push(bytes.span.bytes) }
        }

        func send(_ command: EngineCommand) {
            carry { [self] in
                switch command {
                case .finalize: session?.run?.command(.finalize)
                case .finish: session?.run?.command(.finish)
                case .cancel: session?.run?.command(.abandon)
                case .update, .keepAlive: break
                }
            }
        }

        func saw(_ number: Int) { carry { [self] in session?.resumable?.saw(number) } }
    }
}

@Suite(.hangLimit) struct `A program's stream to a gateway` {
    private func core(_ gateway: BreakingGateway) -> EngineCore {
        let name = EngineName("gateway")
        return EngineCore(
            LiveEngine(name: name, capabilities: ScriptedEngine().capabilities, access: .resumable(gateway)), options: TranscriptionOptions())
    }

    private func said(_ stream: SpeechStream) async -> (words: [TimedWord], end: Termination?) {
        var words: [TimedWord] = []
        var end: Termination?
        for await event in stream.events {
            switch event {
            case .final(let said): words += said.words
            case .terminated(let termination): end = termination
            case _: break
            }
        }
        return (words, end)
    }

    @Test(arguments: 0..<24 as Range<UInt64>) func `loses and doubles nothing, wherever its connections break`(seed: UInt64) async throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ range: ClosedRange<Int>) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return range.lowerBound + Int(state % UInt64(range.count))
        }
        let gateway = try BreakingGateway(breaks: (0..<random(1...6)).map { _ in random(3...90) })
        let stream = try core(gateway).stream(nil)
        for _ in 0..<200 {
            stream.push([Int16](repeating: 0, count: 800))
            if random(0...9) == 0 { await Task.yield() }
        }
        stream.finish()
        let (words, end) = await said(stream)
        #expect(words.map(\.text) == (1...10).map { "w\($0)" })
        #expect(words.map(\.start) == (0..<10).map { .seconds($0) })
        #expect(end?.audio == .seconds(10))
        #expect(end?.error == nil)
    }

    @Test func `begins another session behind the last words, when its own is not waited for any more`() async throws {
        let gateway = try BreakingGateway(breaks: [60], forgets: true)
        let stream = try core(gateway).stream(nil)
        // Loud where somebody speaks: what nobody has heard of silence is not asked for again.
        for piece in 0..<200 { stream.push((0..<800).map { piece % 20 < 4 ? 0 : $0 % 40 < 20 ? 8_000 : -8_000 }) }
        stream.finish()
        let (words, end) = await said(stream)
        #expect(words.map(\.start) == (0..<10).map { .seconds($0) })
        #expect(words.map(\.end) == (1...10).map { .seconds($0) })
        #expect(end?.audio == .seconds(10))
        #expect(end?.error == nil)
        // The second connection asks for the session, in vain.
        #expect(gateway.continuedSessions == [nil, "session 1"], "the gateway is told what the new session goes on behind")
    }

    @Test func `is asked for its turn's end once, though the connection breaks before the answer`() async throws {
        let gateway = try BreakingGateway(breaks: [13])
        let stream = try core(gateway).stream(nil)
        for _ in 0..<10 { stream.push([Int16](repeating: 0, count: 800)) }
        stream.forceEndpoint()
        for _ in 0..<10 { stream.push([Int16](repeating: 0, count: 800)) }
        stream.finish()
        let (words, end) = await said(stream)
        #expect(words.first?.start == .zero)
        #expect(words.last?.end == .seconds(1))
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.end == $1.start })
        #expect(end?.error == nil)
    }
}

/// A gateway that goes down in the middle of a word, as a draining one does: it ends its session and says its last words.
private struct EndingGateway: ResumableService {
    func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, continuing earlier: String?, on loop: Loop,
        deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink {
        let word = Word("so", SampleRange(.zero, SampleIndex(12_000)), confidence: 1)
        loop.soon {
            deliver(.began(session: "s", window: .seconds(120)))
            deliver(.said(1, [.final(Hypothesis(range: SampleRange(.zero, SampleIndex(16_000)), words: [word]), reason: .endOfAudio)]))
            deliver(.expired)
        }
        return Link()
    }

    private final class Link: ResumableLink {
        func send(_ audio: RawSpan) {}
        func send(_ command: EngineCommand) {}
        func saw(_ number: Int) {}
    }
}

@Suite struct `A stream whose gateway goes down` {
    @Test(arguments: [false, true]) func `leaves the audio behind the last word to the next one, unless it has ended itself`(isFinishing: Bool)
        async throws
    {
        let group = try LoopGroup(count: 1), loop = group.loops[0]
        defer { group.shutdown() }
        let (events, sink) = AsyncStream<EngineEvent>.makeStream()
        loop.execute {
            let stream = ResumingStream(EndingGateway(), options: StreamOptions(rate: .speech), on: loop) { event in
                sink.yield(event)
                if case .closed = event { sink.finish() }
            }
            if isFinishing { stream.send(.finish) }
        }
        var finals: [EngineEvent] = []
        for await event in events { if case .final = event { finals.append(event) } }
        guard case .final(let final, let reason)? = finals.first else {
            Issue.record("no final")
            return
        }
        #expect(final.range.end == SampleIndex(isFinishing ? 16_000 : 12_000) && reason == (isFinishing ? .endOfAudio : .length))
    }
}
