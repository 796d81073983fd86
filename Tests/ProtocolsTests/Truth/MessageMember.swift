import Framing
import Protocols
import Speech
import Testing

/// A member of a message that neither opens a session nor changes its settings.
struct MessageMember: Sendable, CustomTestStringConvertible {
    /// The session in which the message is sent.
    enum Session: String, Sendable {
        case deepgramChannels, speechmatics, speechmaticsChannels, speechmaticsAgent, soniox, realtime, listen, managed
    }

    var session: Session
    /// The name of the message.
    var message: String
    var name: String
    /// The member's value, as JSON.
    var value: String
    /// Members that the message has in any case, as JSON; empty: none.
    var others = ""
    /// True if nothing here heeds the member, and the client is told so.
    var isNamed = false

    var testDescription: String { "\(session.rawValue): \(message).\(name)" }

    /// AssemblyAI's and Flux's messages of this kind have no members.
    static let all = vendors + ofListen + ofManaged

    private static let ofManaged = ["end", "finalize", "keepalive", "ping"].map {
        MessageMember(session: .managed, message: $0, name: "color", value: #""red""#, isNamed: true)
    }

    private static let vendors = [
        MessageMember(session: .deepgramChannels, message: "Finalize", name: "channel", value: "[1,2]"),
        MessageMember(session: .speechmatics, message: "ForceEndOfUtterance", name: "timestamp", value: "1.0"),
        MessageMember(session: .speechmaticsChannels, message: "ForceEndOfUtterance", name: "channel", value: #""right""#),
        MessageMember(session: .speechmatics, message: "GetSpeakers", name: "final", value: "true"),
        MessageMember(session: .speechmaticsAgent, message: "ForceEndOfUtterance", name: "timestamp", value: "1.0"),
        MessageMember(session: .speechmaticsAgent, message: "ForceEndOfUtterance", name: "channel", value: #""left""#, isNamed: true),
        MessageMember(session: .speechmaticsAgent, message: "GetSpeakers", name: "final", value: "true"),
        MessageMember(session: .soniox, message: "finalize", name: "trailing_silence_ms", value: "300", isNamed: true),
        // An event's own name is in the error that the event causes.
        MessageMember(session: .realtime, message: "input_audio_buffer.append", name: "event_id", value: #""e-1""#),
    ]

    /// The members that the messages of `/listen` have, and one of each kind that nothing reads.
    private static let ofListen: [MessageMember] =
        each(of: "suggested_transcript", ["stt_provider": #""own""#, "segments": #"[{"text":"Hi.","start":0,"end":1}]"#])
        + each(
            of: "speaker_assigned", ["speaker_id": "1", "person_id": #""p""#, "person_name": #""Anna""#, "segment_ids": #"["s"]"#])
        + each(of: "image_chunk", ["id": #""i""#, "index": "0", "total": "1", "data": #""QUJD""#])
        + each(of: "finalization_reason", ["reason": #""retry""#]) + each(of: "seen", ["messages": "3"]) + unread

    private static let unread = [
        (message: "finalization_reason", others: #""reason":"retry""#),
        (message: "speaker_assigned", others: #""speaker_id":1,"person_id":"p","person_name":"Anna""#), (message: "finish", others: ""),
    ].map { MessageMember(session: .listen, message: $0.message, name: "color", value: #""red""#, others: $0.others, isNamed: true) }

    /// Returns each of a message's members, beside all its others.
    private static func each(of message: String, _ members: KeyValuePairs<String, String>) -> [MessageMember] {
        members.map { name, value in
            let others = members.filter { $0.key != name }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
            return MessageMember(session: .listen, message: message, name: name, value: value, others: others)
        }
    }

    /// - Parameter isGiven: true if the message has the member.
    func text(isGiven: Bool) -> String {
        let key =
            switch session {
            case .speechmatics, .speechmaticsChannels, .speechmaticsAgent: "message"
            case .deepgramChannels, .soniox, .realtime, .listen, .managed: "type"
            }
        return "{\"\(key)\":\"\(message)\"" + (others.isEmpty ? "" : "," + others) + (isGiven ? ",\"\(name)\":\(value)}" : "}")
    }

    /// Returns what a session says to the message, to the words that it makes final, and at the end.
    func said(isGiven: Bool) throws -> [String] {
        var machine = try machine()
        let text = text(isGiven: isGiven), now = Instant.now
        var said: [String] = []
        func run(_ body: (inout any LiveServerMachine, inout ServerOutput) -> Void) {
            var output = ServerOutput()
            body(&machine, &output)
            said += output.actions.map { $0.short(output) { String(decoding: $0, as: UTF8.self) } }
        }
        run { $0.receivedText(text.utf8.span.bytes, now: now, output: &$1) }
        for channel in 0..<channels {
            let commit = Commit(
                channel: ChannelIndex(channel), range: seconds(0, 2), words: words("One two three four"), reason: .flush, engine: .local)
            run { $0.session(.commit(commit), now: now, output: &$1) }
        }
        run { $0.session(.ended(SessionEnd(received: SampleCount(32_000))), now: now, output: &$1) }
        return said
    }

    private var channels: Int {
        switch session {
        case .deepgramChannels, .speechmaticsChannels: 2
        case .speechmatics, .speechmaticsAgent, .soniox, .realtime, .listen, .managed: 1
        }
    }

    private func machine() throws -> any LiveServerMachine {
        switch session {
        case .deepgramChannels: try LiveConversation("encoding=linear16&sample_rate=16000&channels=2&multichannel=true").machine
        case .speechmatics: try SpeechmaticsConversation().machine
        case .speechmaticsChannels:
            try SpeechmaticsConversation(#""diarization":"channel","channel_diarization_labels":["left","right"]"#).machine
        case .speechmaticsAgent: try SpeechmaticsAgentConversation(turns: "external").machine
        case .soniox: try SonioxConversation().machine
        case .realtime: try #require(RealtimeConversation.speaking().machine)
        case .managed: try #require(ManagedConversation.ready().machine)
        case .listen: try ListenConversation.ready("custom_stt=enabled&ack=true").machine
        }
    }
}
