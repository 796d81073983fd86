import Framing
import Protocols
import Speech
import Testing

/// The traces that a live client's opening leaves: in the session that it asks for, in the messages that it gets, and in what vendors are sent.
struct LiveTrace {
    /// The messages with which the opening is refused; empty: a session began.
    private(set) var refusal: [String] = []
    /// The parts of the session, by name. Options in vendors' words are left out.
    private(set) var session: [String: String] = [:]
    private(set) var said: [String] = []
    /// The names in the header of the upgrade.
    private var header = ""
    private var options = StreamOptions(rate: .speech)

    /// Parts of a session that Harken itself does with every engine, so that no vendor is sent anything else, and a test that shows each.
    static let ofHarken = [
        "format": "every format decodes as its file does, in whatever pieces it comes",
        "separateChannels": "opens a leg for each channel of an engine that takes one",
        "diarize": "tells speakers apart by their voices, and knows them again the next day",
        "redaction": "is in no message and no file of a live Deepgram session that asks",
        "credential": "shows one key only",
        // These parts are those of `/listen`, whatever engine hears the session.
        "conversation": "is stored as it is shown, and goes on when its client comes back",
        "preferred engine": "names the engine that serves, and why it is not the chosen one",
        "resumed": "hears what of its audio is durable, and goes on where it was",
        // An engine without a model of this name uses its own, which the answers name.
        "model": "takes a client's name of one of the vendor's models, and no other's",
    ]

    private static let context = HandshakeContext(
        requestID: LiveConversation.requestID, now: UnixTime(milliseconds: 1_769_860_800_123), models: ["moonshine-base-en"],
        engines: Set(Catalogue.vendors.map(\.name)))

    init(_ route: OptionRoute, _ members: [(name: String, value: String)]) throws {
        let (target, messages) = try Self.opening(route, members)
        let head = try HTTPRequestHead(.get, target)
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        switch dialect.accept(head, Self.context) {
        case .failure(let response): refusal = [String(decoding: response.body, as: UTF8.self)]
        case .success(let handshake):
            header = handshake.headers[IgnoredOptions.header] ?? ""
            begin(handshake, messages)
        }
    }

    /// Members that every request has.
    static func usual(_ route: OptionRoute) -> [(name: String, value: String)] {
        switch route.title {
        case "AssemblyAI, live": [("sample_rate", "16000"), ("encoding", "pcm_s16le"), ("speech_model", "universal-streaming-english")]
        case "Deepgram, live `/v1/listen`": [("encoding", "linear16"), ("sample_rate", "16000")]
        case "Deepgram, live `/v2/listen`": [("model", "flux-general-multi"), ("encoding", "linear16"), ("sample_rate", "16000")]
        case "Soniox, live":
            [("model", #""stt-rt-v5""#), ("audio_format", #""pcm_s16le""#), ("sample_rate", "16000"), ("num_channels", "1")]
        case "Speechmatics, live", "Speechmatics, Agent STT": [("language", #""en""#)]
        case "OpenAI, live": [("model", #""gpt-4o-transcribe""#)]
        default: []
        }
    }

    /// Returns the path with its query, and the messages of a client with these members.
    private static func opening(_ route: OptionRoute, _ members: [(name: String, value: String)]) throws -> (String, [String]) {
        let query = members.map { "\($0.name)=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
        let json = members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
        let raw = #""audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000}"#
        switch route.title {
        case "AssemblyAI, live": return ("/v3/ws?\(query)", [])
        case "Deepgram, live `/v1/listen`": return ("/v1/listen?\(query)", [])
        case "Deepgram, live `/v2/listen`": return ("/v2/listen?\(query)", [])
        case "Soniox, live": return ("/transcribe-websocket", ["{\(json)}"])
        case "Speechmatics, live":
            return ("/v2", [#"{"message":"StartRecognition",\#(raw),"transcription_config":{\#(json)}}"#])
        case "Speechmatics, Agent STT":
            return ("/v2/agent", [#"{"message":"StartRecognition",\#(raw),"transcription_config":{\#(json)}}"#])
        case "OpenAI, live":
            let members = TriedMember.realtime(members)
            func part(_ isIncluded: (String) -> Bool) -> [String] { members.filter { isIncluded($0.name) }.map { "\"\($0.name)\":\($0.value)" } }
            let ofInput: Set<String> = ["format", "turn_detection", "noise_reduction"]
            let transcription = #""transcription":{\#(part { !ofInput.contains($0) && $0 != "include" }.joined(separator: ","))}"#
            let input = ([transcription] + part(ofInput.contains)).joined(separator: ",")
            let session = ([#""type":"transcription","audio":{"input":{\#(input)}}"#] + part { $0 == "include" }).joined(separator: ",")
            let audio = Base64.encode([UInt8](repeating: 0, count: 4_800))
            return (
                "/v1/realtime?intent=transcription",
                [#"{"type":"session.update","session":{\#(session)}}"#, #"{"type":"input_audio_buffer.append","audio":"\#(audio)"}"#]
            )
        case "Managed proxy, `/ws/transcribe`": return ("/ws/transcribe", [#"{"type":"auth","token":"t0ken","config":{\#(json)}}"#])
        case "`/listen`": return ("/v4/listen?\(query)", [])
        default: throw VendorRequests.Unexpected(step: "no opening for \(route.title)")
        }
    }

    private mutating func begin(_ handshake: LiveHandshake, _ messages: [String]) {
        // The same time in all traces, so that their deadlines can be compared.
        let start = Instant.now
        switch handshake.start {
        case .session(let machine): run(machine, [], from: start)
        case .opening(var opening):
            var output = ServerOutput()
            opening.opened(now: start, output: &output)
            for (index, message) in messages.enumerated() {
                guard let requested = opening.receivedText(message.utf8.span.bytes, now: start, output: &output) else { continue }
                refusal = output.texts.filter { $0.contains(#""type":"error""#) }
                session["credential"] = requested.credential == nil ? "none" : "given"
                return run(requested.machine, Array(messages[(requested.includesMessage ? index : index + 1)...]), from: start)
            }
            refusal = output.texts + ["no session"]
        }
    }

    private mutating func run(_ machine: any LiveServerMachine, _ messages: [String], from start: Instant) {
        var request = machine.request
        options = StreamOptions(
            rate: .speech, language: request.language, model: request.model, interims: request.interims, endpointing: request.askedEndpointing,
            turn: request.turn, keyterms: request.keyterms, diarize: request.diarize, formatted: true)
        options.redaction = request.redaction
        options.vendorOptions = request.vendorOptions
        options.shared = request.shared
        session["expected languages"] = "\(request.shared.languages) \(request.shared.keepsToLanguages)"
        (request.vendorOptions, request.shared) = (nil, SharedOptions())
        for case (let label?, let value) in Mirror(reflecting: request).children { session[label] = TraceText.of(value) }
        if let personal = machine as? any ConversationDialect {
            session["conversation"] = String(describing: personal.conversation)
            session["preferred engine"] = String(describing: personal.preferredEngine)
        }
        if let kept = machine as? any ResumableDialect {
            let start = String(describing: kept.keptStart)
            session["resumed"] = "\(String(describing: kept.resume)), \(String(describing: kept.predecessor)), \(start)"
        }
        var script = LiveScript(machine, at: start)
        script.open()
        for message in messages { script.text(message) }
        script.speak()
        said = script.said
    }

    /// Returns what a vendor is sent for this opening.
    ///
    /// - Parameter usual: the model that the operator has chosen; nil: the vendor's usual one.
    func sent(to vendor: EngineName, usual: String? = nil) throws -> String { try Self.sent(options, to: vendor, usual: usual) }

    /// Returns a vendor's live service with the operator's model; nil: the engine is no vendor's.
    private static func service(_ engine: EngineName, usual: String?) -> LiveService? {
        let service = Catalogue.vendors.first { $0.name == engine }?.live
        return usual.flatMap { service?.withModel?($0) } ?? service
    }

    /// Returns what a vendor is sent at the opening of a stream, and while somebody speaks for a second and then pauses, if the client ends turns itself.
    static func sent(_ options: StreamOptions, to vendor: EngineName, usual: String? = nil) throws -> String {
        let service = try #require(Self.service(vendor, usual: usual))
        var machine = service.connect(options, Credential("k"))
        var actions: [ClientAction] = []
        machine.opened(now: .now, actions: &actions)
        var sent = actions.map(\.short) + [machine.connection.target]
        guard vendor == OpenAIOptions.vendor else { return sent.joined(separator: "\n") }
        machine.receivedText(#"{"type":"session.updated","session":{}}"#.utf8.span.bytes, now: .now, actions: &actions)
        for piece in 0..<40 {
            let length = SampleCount(.milliseconds(100), at: options.rate), start = SampleIndex(piece * Int(length.samples))
            actions = []
            machine.sentAudio(length, now: .now)
            machine.heard(loud: piece < 10 ? SampleRange(start, count: length) : nil, now: .now, actions: &actions)
            sent += ["\(piece)"] + actions.map(\.short)
        }
        return sent.joined(separator: "\n")
    }

    private func isNamed(_ name: String, with engine: EngineName, usual: String?, beside base: LiveTrace) -> Bool {
        if Self.ignored(options, with: engine, usual: usual).contains(name) { return true }
        if header.split(separator: ", ").contains(Substring(name)) { return true }
        return said.contains { $0.contains("Warning") && $0.contains(name) && !base.said.contains($0) }
    }

    /// Names of the options that an engine ignores.
    func ignored(with engine: EngineName) -> [String] { Self.ignored(options, with: engine) }

    /// Returns the names of the options of a stream that an engine ignores, as a session tells them.
    static func ignored(_ options: StreamOptions, with engine: EngineName, usual: String? = nil) -> [String] {
        Catalogue.ignored(
            options.vendorOptions, keyterms: options.keyterms, model: options.model, language: options.language, with: engine, .live,
            service(engine, usual: usual)?.capabilities)
    }

    /// Returns the parts in which two traces differ, with what each engine is sent; empty: the traces are equal.
    func differences(from other: LiveTrace) throws -> [String] {
        var names = parts(beside: other).sorted()
        if said != other.said { names.append("said") }
        if refusal != other.refusal { names.append("refusal") }
        if header != other.header { names.append("header") }
        for vendor in Catalogue.vendors where vendor.live != nil {
            if try sent(to: vendor.name) != other.sent(to: vendor.name) { names.append("sent to \(vendor.name)") }
        }
        return names
    }

    /// The names of the session's parts that differ.
    func parts(beside base: LiveTrace) -> Set<String> {
        Set(session.keys).union(base.session.keys).filter { session[$0] != base.session[$0] }
    }

    /// Returns what became of a member that this opening has and `base` does not; nil: it left no trace.
    ///
    /// - Parameter usual: the model that the operator has chosen for the member's engine; nil: the vendor's usual one.
    func outcome(of member: TriedMember, beside base: LiveTrace, usual: String? = nil) throws -> MemberOutcome? {
        guard refusal.isEmpty else { return .refused }
        var isAsked = false
        if member.engine != .local { isAsked = try sent(to: member.engine, usual: usual) != base.sent(to: member.engine, usual: usual) }
        if isNamed(member.option.name, with: member.engine, usual: usual, beside: base) {
            // A setting of turns for which the engine is asked has an effect, whatever the answer says.
            return isAsked && !member.isOwn && !member.option.turns.isEmpty ? .carriedOut : .named
        }
        // The member makes a request possible that is refused without it.
        guard base.refusal.isEmpty else { return .carriedOut }
        if isAsked { return member.isOwn ? .carriedThrough : .carriedOut }
        if said != base.said { return .carriedOut }
        // A session that differs is an effect where the local engine serves, whose tests show it. A vendor has to be asked for something else.
        let parts = parts(beside: base)
        let isDone = member.engine == .local ? !parts.isEmpty : parts.contains { Self.ofHarken[$0] != nil }
        return isDone ? .carriedOut : nil
    }
}
