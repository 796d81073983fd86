import Framing
import Protocols
import Speech
import Testing

/// A client of the realtime protocol without sockets: what is told to the server's machines, and what they say to that, in short words.
struct RealtimeConversation {
    var opening: any LiveHandshakeMachine
    var machine: (any LiveServerMachine)?
    var now = Instant.now
    private(set) var events: [Parsed] = []
    private(set) var raw: [String] = []

    static let requestID = "11111111-2222-4333-8444-555555555555"

    /// Up to the open socket.
    init(_ target: String = "/v1/realtime?intent=transcription", headers: HTTPHeaders = [:], settings: [UInt8] = []) throws {
        var head = try HTTPRequestHead(.get, target)
        head.headers.append(headers)
        let context = HandshakeContext(
            requestID: Self.requestID, now: UnixTime(milliseconds: 1_000_000), models: ["moonshine-base-en"], credentialSettings: settings)
        let handshake = try RealtimeServer.dialect.accept(head, context).get()
        guard case .opening(let opening) = handshake.start else { throw Unexpected() }
        self.opening = opening
        _ = runOpening { $0.opened(now: $1, output: &$2) }
    }

    /// Up to its first audio, which is 0.1 s.
    static func speaking(_ update: String? = nil, _ target: String = "/v1/realtime?intent=transcription") throws -> RealtimeConversation {
        var stream = try RealtimeConversation(target)
        if let update { #expect(stream.text(update) == ["updated"]) }
        #expect(stream.append(0.1).last?.hasPrefix("→ audio") == true)
        return stream
    }

    static func update(_ input: String, include: String = "null") -> String {
        #"{"type":"session.update","session":{"type":"transcription","include":\#(include),"audio":{"input":{\#(input)}}}}"#
    }

    static let manual = update(#""turn_detection":null"#)

    struct Unexpected: Error {}

    var rate: SampleRate {
        if case .raw(_, let rate, _)? = machine?.request.format { rate } else { SampleRate(hertz: 24_000) }
    }

    /// Seconds of 16-bit silence at 24 kHz.
    mutating func append(_ seconds: Double) -> [String] {
        let bytes = [UInt8](repeating: 0, count: Int(seconds * 24_000) * 2)
        return text(#"{"type":"input_audio_buffer.append","audio":"\#(Base64.encode(bytes))"}"#)
    }

    mutating func commit() -> [String] { text(#"{"type":"input_audio_buffer.commit"}"#) }

    mutating func text(_ text: String) -> [String] {
        if machine != nil { return run { $0.receivedText(text.utf8.span.bytes, now: $1, output: &$2) } }
        var requested: RequestedSession?
        let said = runOpening { opening, now, output in
            requested = opening.receivedText(text.utf8.span.bytes, now: now, output: &output)
        }
        guard let requested else { return said }
        machine = requested.machine
        let rate = rate
        return said + run { $0.opened(LiveStart(rate: rate, model: "moonshine-base-en"), now: $1, output: &$2) }
            + (requested.includesMessage ? self.text(text) : [])
    }

    mutating func event(_ event: SessionEvent) -> [String] { run { $0.session(event, now: $1, output: &$2) } }

    mutating func account(_ notice: AccountNotice) -> [String] { run { $0.account(notice, now: $1, output: &$2) } }

    mutating func drain() -> [String] {
        machine == nil ? runOpening { $0.drain(now: $1, output: &$2) } : run { $0.drain(now: $1, output: &$2) }
    }

    mutating func rejected(_ cause: RequestError) -> [String] { runOpening { $0.rejected(cause, now: $1, output: &$2) } }

    mutating func binary() -> [String] { runOpening { _ = $0.receivedBinary(byteCount: 2, now: $1, output: &$2) } }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        return machine == nil ? runOpening { $0.timePassed(now: $1, output: &$2) } : run { $0.timePassed(now: $1, output: &$2) }
    }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        guard var machine else { return ["no session"] }
        var output = ServerOutput()
        body(&machine, now, &output)
        self.machine = machine
        return told(output)
    }

    private mutating func runOpening(_ body: (inout any LiveHandshakeMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        var output = ServerOutput()
        body(&opening, now, &output)
        return told(output)
    }

    private mutating func told(_ output: borrowing ServerOutput) -> [String] {
        var told: [String] = []
        for action in output.actions {
            switch action {
            case .send(let range):
                let bytes = output.text(in: range)
                raw.append(String(decoding: bytes, as: UTF8.self))
                guard let event = try? Parsed(bytes) else {
                    told.append("not JSON")
                    continue
                }
                events.append(event)
                told.append(Self.short(event))
            case .command(let command): told.append("→ \(command)")
            case .converse(let command): told.append("→ \(command)")
            case .audio(let bytes): told.append("→ audio \(bytes.count)")
            case .close(let code, let reason): told.append("close \(code) \(reason)".trimmed)
            }
        }
        return told
    }

    /// Items by their number.
    static func short(_ event: Parsed) -> String {
        func item(_ id: Parsed) -> String { id.string.map { String($0.dropFirst("item_".count + 20)) } ?? "none" }
        let transcription = "conversation.item.input_audio_transcription."
        switch event["type"].string ?? "" {
        case "session.created": return "created"
        case "session.updated": return "updated"
        case "transcription_session.created": return "beta created"
        case "transcription_session.updated": return "beta updated"
        case "input_audio_buffer.speech_started": return "started \(item(event["item_id"])) at \(event["audio_start_ms"].int ?? -1)"
        case "input_audio_buffer.speech_stopped": return "stopped \(item(event["item_id"])) at \(event["audio_end_ms"].int ?? -1)"
        case "input_audio_buffer.committed": return "committed \(item(event["item_id"])) after \(item(event["previous_item_id"]))"
        case "input_audio_buffer.cleared": return "cleared"
        case "conversation.item.added": return "added \(item(event["item"]["id"]))"
        case "conversation.item.done": return "done \(item(event["item"]["id"]))"
        case "conversation.item.created": return "item \(item(event["item"]["id"]))"
        case transcription + "delta": return "\(item(event["item_id"]))+“\(event["delta"].string ?? "")”"
        case transcription + "completed": return "\(item(event["item_id"]))=“\(event["transcript"].string ?? "")”"
        case transcription + "failed": return "failed \(item(event["item_id"])) \(event["error"]["type"].string ?? "")"
        case "error": return "error \(event["error"]["code"].string ?? event["error"]["type"].string ?? "")"
        case let type: return type
        }
    }
}

/// Positions at 24 kHz, the protocol's usual rate; words half a second each.
enum Realtime {
    static let rate = SampleRate(hertz: 24_000)

    static func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: rate) }

    static func words(_ text: String, from start: Double) -> [Word] {
        text.split(separator: " ").enumerated().map { index, word in
            Word(String(word), SampleRange(at(start + Double(index) / 2), at(start + Double(index + 1) / 2)), confidence: 0.5)
        }
    }

    static func commit(_ text: String, _ start: Double, _ end: Double, _ reason: FinalReason) -> SessionEvent {
        .commit(
            Commit(channel: .first, range: SampleRange(at(start), at(end)), words: words(text, from: start), reason: reason, engine: .local))
    }

    static func interim(_ text: String, _ start: Double, _ end: Double, stable: Int) -> SessionEvent {
        .interim(Hypothesis(range: SampleRange(at(start), at(end)), words: words(text, from: start), stableWords: stable))
    }
}
