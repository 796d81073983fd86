import Framing
import Protocols
import Speech
import Testing

/// A client of the server without sockets, its configuration first: what is told to the machine, and what it says to that, in short words.
struct SonioxConversation {
    var machine: any LiveServerMachine
    var now = ContinuousClock.now
    private(set) var raw: [String] = []

    static let configuration =
        #"{"model":"stt-rt-v4","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,"enable_endpoint_detection":true}"#

    init(_ configuration: String = configuration, rate: SampleRate = .speech) throws {
        var opening = SonioxEntrance()
        machine = try opening.begin(configuration).machine
        _ = run { machine, now, output in machine.opened(LiveStart(rate: rate, model: "moonshine-base-en"), now: now, output: &output) }
    }

    mutating func text(_ text: String) -> [String] {
        run { machine, now, output in machine.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    mutating func audio(samples: Int) -> BinaryMeaning { machine.receivedBinary(byteCount: samples * 2, now: now) }

    mutating func event(_ event: SessionEvent) -> [String] {
        run { machine, now, output in machine.session(event, now: now, output: &output) }
    }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        return run { machine, now, output in machine.timePassed(now: now, output: &output) }
    }

    mutating func account(_ notice: AccountNotice) {
        _ = run { machine, now, output in machine.account(notice, now: now, output: &output) }
    }

    mutating func drain() -> [String] { run { machine, now, output in machine.drain(now: now, output: &output) } }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        var output = ServerOutput()
        body(&machine, now, &output)
        raw += output.texts
        return output.actions.map { $0.short(output) { Self.short(SonioxMessage(parsing: $0.span.bytes)) } }
    }

    /// Final tokens, a bar, the others; then the counters.
    static func short(_ message: SonioxMessage) -> String {
        switch message {
        case .error(let fault): return "error \(fault.code) \(fault.message)"
        case .malformed(let problem): return "malformed \(problem)"
        case .update(let update):
            let final = update.tokens.filter(\.isFinal).map(\.text).joined(separator: "·")
            let tentative = update.tokens.filter { !$0.isFinal }.map(\.text).joined(separator: "·")
            return "\(final)|\(tentative) \(update.finalThrough)/\(update.totalThrough)" + (update.isFinished ? " finished" : "")
        }
    }
}

/// A client whose configuration is still to come.
struct SonioxEntrance {
    var opening: any LiveOpening
    let handshake: LiveHandshake
    var now = ContinuousClock.now
    private(set) var said: [String] = []

    init(_ headers: HTTPHeaders = [:]) {
        var head = HTTPRequestHead.soniox
        head.headers.append(headers)
        handshake = SonioxLiveServer.accept(head, LiveConversation.context)
        guard case .opening(let opening) = handshake.start else { preconditionFailure("a session without a configuration") }
        self.opening = opening
        var output = ServerOutput()
        self.opening.opened(now: now, output: &output)
    }

    mutating func text(_ text: String) -> LiveBeginning? {
        run { opening, now, output in opening.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    /// With a configuration that must be good.
    mutating func begin(_ configuration: String) throws -> LiveBeginning {
        let beginning = text(configuration)
        return try #require(beginning)
    }

    mutating func binary(_ count: Int) -> LiveBeginning? {
        run { opening, now, output in opening.receivedBinary(byteCount: count, now: now, output: &output) }
    }

    mutating func refused(_ cause: RefusalCause) { run { opening, now, output in opening.refused(cause, now: now, output: &output) } }

    mutating func wait(_ duration: Duration) {
        now += duration
        run { opening, now, output in opening.timePassed(now: now, output: &output) }
    }

    mutating func drain() { run { opening, now, output in opening.drain(now: now, output: &output) } }

    private mutating func run<Value>(_ body: (inout any LiveOpening, Instant, inout ServerOutput) -> Value) -> Value {
        var output = ServerOutput()
        let value = body(&opening, now, &output)
        said += output.actions.map { $0.short(output) { SonioxConversation.short(SonioxMessage(parsing: $0.span.bytes)) } }
        return value
    }
}

extension HTTPRequestHead {
    static var soniox: HTTPRequestHead {
        guard let head = try? HTTPRequestHead(.get, "/transcribe-websocket") else { preconditionFailure("not a head") }
        return head
    }
}
