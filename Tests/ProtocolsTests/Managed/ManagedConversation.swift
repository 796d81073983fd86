import Framing
import Protocols
import Speech
import Testing

/// A client of the managed proxy without sockets: what is told to the server's machine, and what it says to that, in short words.
struct ManagedConversation {
    var opening: any LiveHandshakeMachine
    var machine: (any LiveServerMachine)?
    var requested: RequestedSession?
    var now = Instant.now
    private(set) var raw: [String] = []

    static let sessionID = "11111111-2222-4333-8444-555555555555"
    static let auth = #"{"type":"auth","token":"t0ken","config":{"model":"nova-2","language":"en-US","sample_rate":16000,"channels":1}}"#

    /// Up to the open socket.
    init(sessionLimit: Duration = .seconds(4 * 3_600)) throws {
        let context = HandshakeContext(
            requestID: Self.sessionID, now: UnixTime(milliseconds: 0), models: ["moonshine-base-en"], engines: [.local], sessionLimit: sessionLimit)
        let dialect = ManagedLiveServer.dialect
        let handshake = try dialect.accept(try HTTPRequestHead(.get, "/ws/transcribe"), context).get()
        guard case .opening(let opening) = handshake.start else { throw Unexpected() }
        self.opening = opening
        var output = ServerOutput()
        self.opening.opened(now: now, output: &output)
        #expect(output.actions.isEmpty)
    }

    /// Up to `ready`, which an engine makes at once.
    static func ready(_ auth: String = auth, credit: Duration? = nil) throws -> ManagedConversation {
        var stream = try ManagedConversation()
        #expect(stream.text(auth).isEmpty)
        #expect(stream.begin(credit: credit).isEmpty)
        #expect(stream.event(.ready) == ["ready moonshine-base-en \(credit.map { "\($0.components.seconds)" } ?? "-")"])
        return stream
    }

    struct Unexpected: Error {}

    /// The gateway has found the credential good.
    mutating func begin(credit: Duration? = nil) -> [String] {
        machine = requested?.machine
        return run { machine, now, output in
            machine.opened(LiveStart(rate: machine.request.rate, model: "moonshine-base-en", credit: credit), now: now, output: &output)
        }
    }

    mutating func text(_ text: String) -> [String] {
        guard machine == nil else { return run { $0.receivedText(text.utf8.span.bytes, now: $1, output: &$2) } }
        return runOpening { opening, now, output in opening.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    mutating func binary(_ byteCount: Int) -> [String] {
        guard let machine else {
            return runOpening { opening, now, output in opening.receivedBinary(byteCount: byteCount, now: now, output: &output) }
        }
        var changed = machine
        let meaning = changed.receivedBinary(byteCount: byteCount, now: now)
        self.machine = changed
        switch meaning {
        case .audio: return ["audio"]
        case .command(let command): return ["→ \(command)"]
        case .rejected(let code, let reason): return ["close \(code) \(reason)"]
        case .rejectedInBand(let rejection): return rejection.messages.map(Self.short) + ["close \(rejection.code)"]
        case .ignored: return ["ignored"]
        }
    }

    mutating func event(_ event: SessionEvent) -> [String] { run { $0.session(event, now: $1, output: &$2) } }

    mutating func account(_ notice: AccountNotice) -> [String] { run { $0.account(notice, now: $1, output: &$2) } }

    mutating func drain() -> [String] { run { $0.drain(now: $1, output: &$2) } }

    mutating func rejected(_ cause: RequestError) -> [String] {
        runOpening { opening, now, output in
            opening.rejected(cause, now: now, output: &output)
            return nil
        }
    }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        guard machine == nil else { return run { $0.timePassed(now: $1, output: &$2) } }
        return runOpening { opening, now, output in
            opening.timePassed(now: now, output: &output)
            return nil
        }
    }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        guard var machine else { return ["no session"] }
        var output = ServerOutput()
        body(&machine, now, &output)
        self.machine = machine
        return told(output)
    }

    private mutating func runOpening(_ body: (inout any LiveHandshakeMachine, Instant, inout ServerOutput) -> RequestedSession?) -> [String] {
        var output = ServerOutput()
        if let requested = body(&opening, now, &output) { self.requested = requested }
        return told(output)
    }

    private mutating func told(_ output: borrowing ServerOutput) -> [String] {
        var told: [String] = []
        for action in output.actions {
            switch action {
            case .send(let range):
                let bytes = output.text(in: range)
                raw.append(String(decoding: bytes, as: UTF8.self))
                told.append(Self.short(bytes))
            case .command(let command): told.append("→ \(command)")
            case .converse(let command): told.append("→ \(command)")
            case .audio(let bytes): told.append("→ audio \(bytes.count)")
            case .close(let code, _): told.append("close \(code)")
            }
        }
        return told
    }

    static func short(_ message: [UInt8]) -> String {
        switch ManagedServerMessage(parsing: message.span.bytes) {
        case .ready(_, let model, let seconds, let ignored):
            "ready \(model) \(seconds.map(String.init) ?? "-")" + ignored.map { " ignores \($0)" }.joined()
        case .transcript(let transcript):
            "\(transcript.isFinal ? "final" : "live") \(transcript.times.map { "\($0.lowerBound)…\($0.upperBound)" } ?? "-") “\(transcript.text)”"
                + (transcript.speechFinal == true ? " speech_final" : "")
        case .creditsLow(let seconds): "low \(seconds)"
        case .ignored(let names): "ignored \(names.joined(separator: " "))"
        case .sessionEnd(let used, let reason): "end \(used) \(reason)"
        case .error(let code, _, let isFatal): "error \(code)\(isFatal ? " fatal" : "")"
        case .pong: "pong"
        case .unrecognized: "unrecognized"
        case .malformed: "malformed"
        }
    }
}

extension LiveRequest {
    /// Of raw audio.
    var rate: SampleRate { if case .raw(_, let rate, _) = format { rate } else { .speech } }
}
