import Continuity
import HarkenTesting
import Net
import Sessions
import Speech
import Vendors

/// A session driver on a loop of its own, between a journal in memory and an observer that writes down what it is told. Nothing of it needs a socket.
// Sendable by proof: everything that changes is touched on the loop only.
final class DriverWorld: SessionObserver, SessionJournal, @unchecked Sendable {
    /// Everything that happens, in order, in short words. Shared with the engines.
    let log: SharedLog
    private let loop: Loop
    private let losesAudio: Bool
    private var memory = AudioMemory()
    private var driver: SessionDriver?

    private init(_ log: SharedLog, losesAudio: Bool) throws {
        self.log = log
        self.losesAudio = losesAudio
        loop = try Loop()
    }

    /// Runs `body` with a session that has started.
    ///
    /// - Parameter losesAudio: the journal gives nothing back.
    static func with(
        _ engines: [any StreamingEngine], log: SharedLog = SharedLog(), losesAudio: Bool = false, _ body: (DriverWorld) async throws -> Void
    ) async throws {
        let world = try DriverWorld(log, losesAudio: losesAudio)
        defer { world.loop.shutdown() }
        let client = WebSocketClient(tls: try TLSClientContext(), resolver: Resolver())
        await world.loop.run { world.start(engines, client) }
        try await body(world)
        await world.loop.run { world.driver?.command(.abandon) }
    }

    private func start(_ engines: [any StreamingEngine], _ client: WebSocketClient) {
        let live = engines.map { LiveEngine(name: $0.name, capabilities: $0.capabilities, access: .inProcess($0)) }
        let driver = SessionDriver(
            .init(options: StreamOptions(rate: .speech), engines: live, recovery: .init(delay: .milliseconds(10))),
            connector: VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration()), journal: self, observer: self)
        self.driver = driver
        driver.start()
    }

    // MARK: - From the test

    /// Pushes so much silence.
    ///
    /// - Returns: how much of it was taken; nil: none.
    @discardableResult
    func push(_ samples: Int) async -> SampleCount? {
        await loop.run { [self] in driver?.push([UInt8](repeating: 0, count: 2 * samples).span.bytes) } ?? nil
    }

    func command(_ command: SessionCommand) async { await loop.run { [self] in driver?.command(command) } }

    var takesAudio: Bool { get async { await loop.run { [self] in driver?.takesAudio == true } == true } }

    func happened(_ entry: String) -> Bool { log.entries.contains(entry) }

    /// Waits until this has happened.
    func until(_ entry: String) async throws { try await HarkenTesting.until { happened(entry) } }

    // MARK: - From the session

    private func note(_ entry: String) { log.append(entry) }

    func keep(_ audio: RawSpan, _ range: SampleRange) {
        audio.withUnsafeBytes { memory.append($0) }
        note("kept \(range.start.samples)–\(range.end.samples)")
    }

    func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
        guard !losesAudio, memory.read(range, body) else { throw AudioLost("it is gone") }
        note("replayed \(range.start.samples)–\(range.end.samples)")
    }

    func record(_ commit: Commit, turn: Int) { note("recorded \(commit.words.map(\.text).joined(separator: " "))") }

    func forget(before index: SampleIndex) { memory.forget(before: index) }

    func observe(_ notice: SessionNotice) {
        switch notice {
        case .event(.ready): note("ready")
        case .event(.commit(let commit)): note("said \(commit.words.map(\.text).joined(separator: " "))")
        case .event(.ended(let end)): note(end.error.map { "ended: \($0)" } ?? "ended")
        case .attemptBegan(let attempt, let number): note("attempt \(number) began at \(attempt.engine)")
        case .attemptEnded(let attempt, let number):
            if attempt.features.contains(.terms) { note("attempt \(number.map { "\($0)" } ?? "?") had key terms") }
            note("attempt \(number.map { "\($0)" } ?? "?") over at \(attempt.engine)\(attempt.session.map { ", session \($0)" } ?? "")")
        case .messageSkipped(let engine, let problem): note("skipped of \(engine): \(problem)")
        case .engine(let engine, .creditsLow(let remaining)): note("credit of \(engine): \(remaining)")
        case .engine(let engine, let notice): note("\(engine): \(notice)")
        case .heard(let speech): note("heard \(speech.range.start.samples)–\(speech.range.end.samples)")
        case .judged(let turn): note("judged \(turn.probability) at \(turn.position.samples) by \(turn.engine?.rawValue ?? "the gate")")
        case .decided(_, let position, let engine): note("decided \(position.map { "\($0.samples)" } ?? "nothing") by \(engine)")
        case .event, .fact, .counted, .gateFailed, .paused, .hidden, .userSpeaks: break
        }
    }
}
