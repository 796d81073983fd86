import Protocols
import Speech

/// A session with speech, told to a server's machine without sockets: two people, a pause, numbers, a profane word, the end of a turn, silence.
struct LiveScript {
    private(set) var machine: any LiveServerMachine
    /// The messages and commands, without messages that only repeat settings.
    private(set) var said: [String] = []
    private(set) var changes: [StreamChange] = []
    private var now: Instant
    private let start: Instant

    /// Types of messages that say which settings are in force, whatever becomes of them.
    private static let echoes = ["Begin", "ConfigureSuccess", "session.created", "session.updated", "transcription_session."]

    static let first = spoken("Um harken, twenty five dollars", from: 0, speaker: 0)
    static let second = spoken("at ninety kilometers per hour comma damn. Bye.", from: 3.5, speaker: 1)

    private static func spoken(_ text: String, from start: Double, speaker: Int) -> [Word] {
        words(text, from: start, speaker: speaker).map { word in
            var word = word
            word.language = .english
            return word
        }
    }

    /// - Parameter machine: the machine of an opened session.
    init(_ machine: any LiveServerMachine, at start: Instant) {
        self.machine = machine
        self.start = start
        now = start
    }

    mutating func open() {
        run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        noteDeadline()
        event(.ready)
    }

    mutating func text(_ text: String) { run { $0.receivedText(text.utf8.span.bytes, now: $1, output: &$2) } }

    /// Forgets what was said so far.
    mutating func forget() { said = [] }

    mutating func speak() {
        event(.speechStarted(.first, at: .zero))
        event(.interim(Hypothesis(range: seconds(0, 2.5), words: Self.first, stableWords: 2)))
        commit(Self.first, 0, 2.5, .pause)
        event(.interim(Hypothesis(range: seconds(2.5, 7.5), words: Self.second, stableWords: 2)))
        commit(Self.second, 2.5, 7.5, .endOfTurn)
        event(.turnEnded(.first, at: SampleIndex(seconds: 7.5, at: .speech)))
        commit([], 7.5, 10, .pause)
        noteDeadline()
        now += .seconds(6)
        run { $0.timePassed(now: $1, output: &$2) }
        event(.ended(SessionEnd(received: SampleCount(160_000))))
    }

    private mutating func commit(_ words: [Word], _ start: Double, _ end: Double, _ reason: FinalReason) {
        event(.commit(Commit(channel: .first, range: seconds(start, end), words: words, reason: reason, engine: .local)))
    }

    private mutating func event(_ event: SessionEvent) { run { $0.session(event, now: $1, output: &$2) } }

    private mutating func noteDeadline() { said.append("deadline \(machine.deadline.map { "\($0 - start)" } ?? "-")") }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) {
        var output = ServerOutput()
        body(&machine, now, &output)
        for case .command(.update(let change)) in output.actions { changes.append(change) }
        said += output.actions.map { $0.short(output) { String(decoding: $0, as: UTF8.self) } }.filter { text in
            !Self.echoes.contains { text.contains("\"type\":\"\($0)") } && !text.hasPrefix("→ update")
        }
    }
}
