import Conversations
import Framing
import Protocols
import Speech
import Testing

/// A client of `/listen` without sockets: what is told to the server's machine, and what it says to that, in short words.
struct ListenConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    static let sessionID = "11111111-2222-4333-8444-555555555555"
    static let engines: Set<EngineName> = [.local, EngineName("deepgram")]
    static let memory = ID<Conversation>("c1")

    static func handshake(_ target: String, _ dialect: LiveDialect = ListenServer.dialect) throws -> LiveHandshake {
        let context = HandshakeContext(requestID: sessionID, now: UnixTime(milliseconds: 0), engines: engines)
        return try dialect.accept(try HTTPRequestHead(.get, target), context).get()
    }

    init(_ query: String = "", route: ListenRoute = .device) throws {
        switch route {
        case .device: machine = try #require(try Self.handshake("/v4/listen?" + query).session)
        case .pushToTalk:
            machine = try #require(try Self.handshake("/v2/voice-message/transcribe-stream?" + query, ListenServer.pushToTalkDialect).session)
        case .web:
            var entrance = Entrance(try Self.handshake("/v4/web/listen?" + query, ListenServer.webDialect), Self.short)
            machine = try entrance.begin(#"{"type":"auth","token":"t0ken"}"#).machine
        }
    }

    /// Up to `ready`.
    static func ready(_ query: String = "", credit: Duration? = nil) throws -> ListenConversation {
        var stream = try ListenConversation(query)
        _ = stream.open(credit: credit)
        _ = stream.told(.began(memory, isResumed: false))
        _ = stream.serve()
        return stream
    }

    /// The machine, as what it is.
    var server: ListenServer {
        get { machine as! ListenServer }
        set { machine = newValue }
    }

    mutating func tell(_ body: (inout ListenServer, Instant, inout ServerOutput) -> Void) -> [String] {
        var server = server
        defer { self.server = server }
        return run { _, now, output in body(&server, now, &output) }
    }

    mutating func open(credit: Duration? = nil) -> [String] {
        run { $0.opened(LiveStart(rate: .speech, model: "base", credit: credit, engine: .local), now: $1, output: &$2) }
    }

    mutating func serve(_ engine: EngineName = .local) -> [String] {
        server.served(by: engine)
        return event(.ready)
    }

    mutating func told(_ event: ConversationEvent) -> [String] { tell { $0.conversation(event, now: $1, output: &$2) } }

    mutating func account(_ notice: AccountNotice) -> [String] { run { $0.account(notice, now: $1, output: &$2) } }

    /// Messages of audio with so much time after each; what is said and commanded meanwhile.
    mutating func audio(every pause: Duration, _ count: Int) -> [String] {
        (0..<count).flatMap { _ in
            _ = binary([1] + [UInt8](repeating: 9, count: 320))
            return pass(pause).map { String($0.split(separator: " ", maxSplits: 1).last ?? "") }.filter { $0 != "ping" }
        }
    }

    /// What is said and closed until so much time has passed, with the moments.
    mutating func pass(_ duration: Duration) -> [String] {
        let end = now + duration, start = now
        var said: [String] = []
        while let deadline = machine.deadline, deadline <= end {
            now = max(now, deadline)
            let words = run { $0.timePassed(now: $1, output: &$2) }
            said += words.map { "\((now - start).components.seconds)s \($0)" }
        }
        now = end
        return said
    }

    static func short(_ message: [UInt8]) -> String {
        let text = String(decoding: message, as: UTF8.self)
        guard let parsed = try? Parsed(message), text != "ping" else { return text }
        if parsed.isArray {
            return "["
                + (0..<parsed.count).map { "\(parsed[$0]["speaker"].string ?? "?"): \(parsed[$0]["text"].string ?? "?")" }.joined(separator: ", ")
                + "]"
        }
        switch parsed["type"].string {
        case "service_status":
            return [parsed["status"], parsed["outcome"], parsed["provider"], parsed["reason"]].compactMap(\.string).joined(separator: " ")
        case "message_ignored": return "ignored " + (0..<parsed["names"].count).map { parsed["names"][$0].string ?? "?" }.joined(separator: ", ")
        case "conversation_session": return "conversation \(parsed["conversation_id"].string ?? "?")"
        case "last_memory": return "last \(parsed["memory_id"].string ?? "?")"
        case "freemium_threshold_reached": return "freemium \(parsed["remaining_seconds"].int ?? -1) \(parsed["action"].string ?? "?")"
        case let type?: return type
        case nil: return "?"
        }
    }
}

func segment(_ id: String, _ text: String, _ start: Double, _ end: Double, _ speaker: Int? = 0, _ identity: SpeakerIdentity = .unknown) -> Segment {
    Segment(
        id: ID(id), text: text, start: .seconds(start), end: .seconds(end), speaker: speaker.map { SpeakerNumber($0) }, identity: identity,
        engine: .local, model: "base")
}
