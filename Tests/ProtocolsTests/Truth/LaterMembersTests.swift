import Foundation
import Framing
import Protocols
import Speech
import Testing

/// A member of an opening that no change has, in a message that changes settings.
struct LateMember: Sendable, CustomTestStringConvertible {
    var table: ChangeTable
    var member: TriedMember

    var testDescription: String { "\(table.title): \(member.option.name)" }

    static let all = Catalogue.changeTables.flatMap { table in
        let changing = Set(table.settings.map(\.option))
        return Catalogue.optionRoutes.filter { $0.title == routes[table.title] }.flatMap { route in
            route.options.filter { !changing.contains($0.name) }.map { option in
                LateMember(table: table, member: TriedMember(route: route, option: option, engine: .local))
            }
        }
    }

    /// The titles of the routes whose openings the tables' messages change.
    static let routes = [
        "AssemblyAI": "AssemblyAI, live", "Deepgram, `/v1/listen`": "Deepgram, live `/v1/listen`",
        "Deepgram, `/v2/listen`": "Deepgram, live `/v2/listen`", "Speechmatics": "Speechmatics, live",
        "Speechmatics, Agent STT": "Speechmatics, Agent STT", "OpenAI, realtime": "OpenAI, live",
    ]

    var message: String {
        let name = member.option.name, given = "\"\(name)\":\(json)"
        return switch table.message {
        case "SetRecognitionConfig":
            #"{"message":"SetRecognitionConfig","transcription_config":{\#(name == "language" ? given : #""language":"en","# + given)}}"#
        case "session.update": #"{"type":"session.update","session":{"audio":{"input":{\#(given)}}}}"#
        default: #"{"type":"\#(table.message)",\#(given)}"#
        }
    }

    /// The value as JSON: a query's texts get quotes.
    private var json: String {
        if (try? JSONValue(parsing: Array(member.value.utf8))) != nil { return member.value }
        var json = JSONWriter()
        json.value(member.value)
        return json.text
    }
}

/// No member of a later message is taken and dropped: what cannot change is named or refused at once, whatever engine serves the client.
@Suite struct `What clients send later` {
    private static func answers(_ text: String, to session: any LiveServerMachine) -> (said: [String], changes: Int) {
        var machine = session
        var output = ServerOutput()
        machine.receivedText(text.utf8.span.bytes, now: .now, output: &output)
        let changes = output.actions.count { if case .command(.update) = $0 { true } else { false } }
        return (output.texts, changes)
    }

    /// True if a warning or a refusal has the name, as a whole: not as a part of a longer one.
    private static func isNamed(_ name: String, in said: [String]) -> Bool {
        said.contains { text in
            names(in: text).contains { $0 == name || $0.hasSuffix("." + name) || $0.hasPrefix(name + ".") || $0.contains(".\(name).") }
                && ["\"Warning\"", "\"warnings\"", "Failure\"", "\"error\"", "\"message_ignored\"", "\"ignored\""].contains { text.contains($0) }
        }
    }

    /// The words of a text that may be names of members, with the names of the objects around them.
    private static func names(in text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }.map { word in
            String(word.last == "." ? word.dropLast() : word[...])
        }
    }

    @Test func `is named by its whole name only`() {
        let said = [#"{"type":"Warning","warning":"redact_pii_sub cannot change. audio.input.format_turns is ignored."}"#]
        for name in ["redact_pii_sub", "format_turns", "audio.input.format_turns"] { #expect(Self.isNamed(name, in: said), "\(name)") }
        for name in ["redact_pii", "turns", "put.format_turns"] { #expect(!Self.isNamed(name, in: said), "\(name)") }
    }

    @Test(arguments: LateMember.all)
    func `is named or refused where only the opening may have it`(late: LateMember) throws {
        let session = try ChangedSetting(table: late.table, setting: #require(late.table.settings.first)).session().machine
        let (said, changes) = Self.answers(late.message, to: session)
        #expect(Self.isNamed(late.member.option.name, in: said), "\(late.message): \(said)")
        #expect(changes == 0)
    }

    @Test func `is looked for in every message that changes settings`() {
        for table in Catalogue.changeTables {
            #expect(LateMember.all.contains { $0.table.title == table.title }, "\(table.title)")
        }
    }

    @Test(arguments: [
        ("Speechmatics", #""audio_events_config":{"types":["music"]}"#, "audio_events_config"),
        ("Speechmatics", #""audio_format":{"type":"raw","encoding":"mulaw","sample_rate":8000}"#, "audio_format"),
        ("Speechmatics, Agent STT", #""turn_config":{"turn_detection_mode":"external"}"#, "turn_config"),
    ])
    func `is named beside the configuration too`(title: String, member: String, name: String) throws {
        let table = try #require(Catalogue.changeTables.first { $0.title == title })
        let session = try ChangedSetting(table: table, setting: #require(table.settings.first)).session().machine
        let message = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en"},\#(member)}"#
        #expect(Self.isNamed(name, in: Self.answers(message, to: session).said))
        // What the opening said is in force.
        let raw = #""audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000}"#
        let same = #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en"},\#(raw)}"#
        #expect(Self.answers(same, to: session).said.isEmpty)
    }

    @Test(arguments: [
        (#""redact_pii":true"#, "redact_pii"), (#""speaker_labels":false"#, "speaker_labels"), (#""sample_rate":48000"#, "sample_rate"),
        (#""redact_pii_policies":["person_name"]"#, "redact_pii_policies"), (#""token":"t0ken""#, "token"),
    ])
    func `is told to AssemblyAI's clients, without a change`(member: String, name: String) throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&speaker_labels=true")
        let said = stream.text(#"{"type":"UpdateConfiguration",\#(member),"max_turn_silence":900}"#)
        #expect(said.count == 2 && said[0].hasPrefix("warning 3006 \(name) cannot change"), "\(said)")
        guard said.count == 2 else { return }
        #expect(said[1].hasPrefix("→ update") && !said[1].contains(name), "\(said)")
    }

    @Test func `is not told to AssemblyAI's clients where it repeats the opening`() throws {
        let lists = "&redact_pii=true&redact_pii_policies=person_name&redact_pii_policies=email_address"
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + lists)
        let members = #""sample_rate":16000,"redact_pii":true,"redact_pii_policies":["person_name","email_address"],"speaker_labels":false"#
        #expect(stream.text(#"{"type":"UpdateConfiguration",\#(members)}"#).isEmpty)
    }

    @Test(arguments: [
        ("redact_pii=True", #""redact_pii":true"#, #""redact_pii":false"#),
        ("speaker_labels=FALSE", #""speaker_labels":false"#, #""speaker_labels":true"#),
        ("voice_focus=near-field&voice_focus_threshold=0.50", #""voice_focus_threshold":0.5"#, #""voice_focus_threshold":0.6"#),
        ("voice_focus=NEAR-Field", #""voice_focus":"near-field""#, #""voice_focus":"far-field""#),
        (
            "redact_pii=true&redact_pii_policies=%5B%22person_name%22%2C%20%22phone_number%22%5D",
            #""redact_pii_policies":["person_name","phone_number"]"#, #""redact_pii_policies":["person_name"]"#
        ),
        ("llm_gateway=%7B%22model%22%3A%20%22m%22%7D", #""llm_gateway":{"model":"m"}"#, #""llm_gateway":{"model":"n"}"#),
        (
            "llm_gateway=%7B%22model%22%3A%22m%22%2C%22messages%22%3A%5B%7B%22role%22%3A%22user%22%2C%22text%22%3A%22x%22%7D%5D%7D",
            #""llm_gateway":{"messages":[{"text":"x","role":"user"}],"model":"m"}"#,
            #""llm_gateway":{"messages":[{"text":"y","role":"user"}],"model":"m"}"#
        ),
        (
            // The opening of `usual` names the model.
            "mode=balanced", #""speech_model":"Universal-Streaming-English""#, #""speech_model":"universal-streaming-multilingual""#
        ),
    ])
    func `is not told to AssemblyAI's clients where only its spelling differs`(opening: String, same: String, other: String) throws {
        var stream = try AssemblyAIConversation(AssemblyAIConversation.usual + "&" + opening)
        #expect(stream.text(#"{"type":"UpdateConfiguration",\#(same)}"#).isEmpty)
        #expect(!stream.text(#"{"type":"UpdateConfiguration",\#(other)}"#).isEmpty)
    }

    @Test func `is named inside Speechmatics' rule of utterances`() throws {
        var entrance = try Entrance.speechmatics()
        let config = #""conversation_config":{"end_of_utterance_silence_trigger":0.5,"no_such_rule":1}"#
        var stream = try SpeechmaticsConversation()
        stream.machine = try entrance.begin(SpeechmaticsConversation.start(config)).machine
        _ = stream.run { $0.opened(LiveStart(rate: .speech, model: "m"), now: $1, output: &$2) }
        _ = stream.event(.ready)
        #expect(Self.isNamed("conversation_config.no_such_rule", in: stream.raw))
        #expect(!Self.isNamed("end_of_utterance_silence_trigger", in: stream.raw))
    }

    // MARK: Other messages

    @Test(arguments: MessageMember.all)
    func `is heeded or named in a message that changes no settings`(member: MessageMember) throws {
        let base = try member.said(isGiven: false), given = try member.said(isGiven: true)
        #expect(try member.said(isGiven: false) == base, "a session says the same each time")
        #expect(given != base, "\(member.text(isGiven: true)) is taken and dropped")
        if member.isNamed { #expect(Self.isNamed(member.name, in: given), "\(given)") }
    }

    /// Parsers of messages, with the names that they read besides the members that are tried: what a message is of no use without, the settings that a
    /// change has, and Speechmatics' number of messages, which its own client counts wrong.
    static let messageParsers: [(file: String, others: Set<String>)] = [
        ("AssemblyAI/AssemblyAIClientMessage", ["type"]), ("Deepgram/DeepgramClientMessage", ["type", "keyterms", "features"]),
        ("Deepgram/Flux/DeepgramFluxClientMessage", ["type"]), ("Soniox/SonioxClientMessage", ["type"]),
        ("Speechmatics/SpeechmaticsClientMessage", ["message", "transcription_config", "data", "last_seq_no"]),
        ("Listen/ListenClientMessage", ["type"]), ("Managed/ManagedClientMessage", ["type", "token"]),
    ]

    @Test(arguments: messageParsers)
    func `is tried if a message's parser reads it`(parser: (file: String, others: Set<String>)) throws {
        let known = parser.others.union(MessageMember.all.map(\.name))
        let source = try String(contentsOf: Self.sources.appending(path: parser.file + ".swift"), encoding: .utf8)
        let reads = source.matches(of: #/root\["([a-z_]+)"\]/#)
        #expect(!reads.isEmpty)
        for read in reads { #expect(known.contains(String(read.output.1)), "\(read.output.1) is read, and is not tried") }
    }

    // MARK: Temporary keys

    private static let context = HandshakeContext(
        requestID: RealtimeConversation.requestID, now: UnixTime(milliseconds: 1_000_000), models: ["moonshine-base-en"])

    /// Members of a transcription session, with values beside those of the table.
    static let members: [(name: String, value: String)] =
        TriedMember.all(.live).filter { $0.route.title == "OpenAI, live" && $0.engine == .local }.flatMap {
            TriedMember.realtime([(name: $0.option.name, value: $0.value)])
        } + [
            (name: "languages", value: #"["de","fr"]"#), (name: "languages", value: #"["auto"]"#),
            (name: "format", value: #"{"type":"audio/pcm","rate":16000}"#),
            (name: "turn_detection", value: "null"), (name: "turn_detection", value: #"{"threshold":0.7,"prefix_padding_ms":100}"#),
        ]

    private static func session(_ name: String, _ value: String, _ shape: RealtimeConfiguration.Shape) -> String {
        let member = "\"\(name)\":\(value)"
        return switch (shape, name) {
        case (_, "include"), (.beta, "turn_detection"): member
        case (.general, "format"), (.general, "turn_detection"), (.general, "noise_reduction"): #""audio":{"input":{\#(member)}}"#
        case (.general, _): #""audio":{"input":{"transcription":{\#(member)}}}"#
        case (.beta, "format"), (.beta, "noise_reduction"): "\"input_audio_\(name)\":\(value)"
        case (.beta, _): #""input_audio_transcription":{\#(member)}"#
        }
    }

    @Test(arguments: members, [RealtimeConfiguration.Shape.general, .beta])
    func `is in force by a temporary key as by a message`(member: (name: String, value: String), shape: RealtimeConfiguration.Shape) throws {
        let session = Self.session(member.name, member.value, shape)
        let body = shape == .general ? #"{"session":{\#(session)}}"# : "{\(session)}"
        let secret = try RealtimeSecretRequest(Array(body.utf8), shape, Self.context)
        var bound = try RealtimeConversation("/v1/realtime", settings: secret.settings)
        var told = try RealtimeConversation(headers: shape == .general ? [:] : ["OpenAI-Beta": "realtime=v1"])
        let type = shape == .general ? "session.update" : "transcription_session.update"
        #expect(told.text(#"{"type":"\#(type)","session":{\#(session)}}"#) == [shape == .general ? "updated" : "beta updated"])
        func written(_ raw: String?) -> Substring? {
            raw.flatMap { text in text.firstRange(of: "\"include\"").map { text[$0.lowerBound...] } }
        }
        let inForce = try #require(written(told.raw.last))
        #expect(written(bound.raw.last) == inForce)
        // The vendor's client looks for what it has asked for.
        if member.name == "languages" { #expect(inForce.contains("\"languages\":\(member.value)"), "\(inForce)") }
        _ = bound.append(0.1)
        _ = told.append(0.1)
        #expect(bound.machine?.request == told.machine?.request && told.machine != nil)
    }

    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Protocols").standardized

    @Test func `of a conversation is sent back, by a temporary key too`() throws {
        let file = Self.sources.appending(path: "OpenAI/Realtime/RealtimeAnswerMembers.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let values = ["text": #""x""#, "textOrObject": #"{"type":"a"}"#, "list": "[1]", "number": "1.5", "flag": "true", "any": #""y""#]
        let members = source.matches(of: #/"([a-z_]+)": \.([a-zA-Z]+)/#).map { (name: String($0.output.1), form: String($0.output.2)) }
        #expect(members.count > 10)
        for member in members {
            let value = try #require(values[member.form])
            let session = #"{"type":"realtime","\#(member.name)":\#(value)}"#
            var told = try RealtimeConversation("/v1/realtime?model=gpt-realtime")
            #expect(told.text(#"{"type":"session.update","session":\#(session)}"#) == ["updated"])
            let secret = try RealtimeSecretRequest(Array(#"{"session":\#(session)}"#.utf8), .general, Self.context)
            let bound = try RealtimeConversation("/v1/realtime", settings: secret.settings)
            for raw in [told.raw.last, bound.raw.last] { #expect(raw?.contains("\"\(member.name)\":\(value)") == true, "\(member.name)") }
        }
    }

    // MARK: The lists

    /// Parsers of JSON messages, with the names that they read besides options: those of objects around options, and of the parts of values.
    static let parsers: [(file: String, title: String, others: Set<String>)] = [
        ("AssemblyAI/AssemblyAISettings", "AssemblyAI", []),
        ("Deepgram/DeepgramClientMessage", "Deepgram, `/v1/listen`", ["type", "channel"]),
        ("Deepgram/Flux/DeepgramFluxChange", "Deepgram, `/v2/listen`", ["type"]),
        (
            "Speechmatics/SpeechmaticsConfiguration+Reading", "Speechmatics",
            [
                "message", "audio_format", "type", "raw", "file", "encoding", "sample_rate", "transcription_config", "translation_config",
                "target_languages", "end_of_utterance_silence_trigger", "from", "to", "auto",
            ]
        ),
        (
            "Speechmatics/Agent/SpeechmaticsConfiguration+Agent", "Speechmatics, Agent STT",
            [
                "message", "audio_format", "type", "raw", "encoding", "sample_rate", "transcription_config", "translation_config", "turn_config",
                "turn_detection_mode", "speakers", "get_speakers", "speaker_sensitivity",
            ]
        ),
        (
            "OpenAI/Realtime/RealtimeConfiguration", "OpenAI, realtime",
            ["session", "rate", "input_audio_format", "input_audio_noise_reduction", "input_audio_transcription"]
        ),
        (
            "OpenAI/Realtime/RealtimeTurnDetection", "OpenAI, realtime",
            // The last three only matter to spoken answers.
            ["semantic_vad", "server_vad", "create_response", "interrupt_response", "idle_timeout_ms"]
        ),
    ]

    /// A parser that reads a member which no table has would make a member that no test tries.
    @Test(arguments: parsers)
    func `is in a table if it is read`(parser: (file: String, title: String, others: Set<String>)) throws {
        let table = try #require(Catalogue.changeTables.first { $0.title == parser.title })
        var known = parser.others
        for setting in table.settings { known.formUnion(setting.name.split(separator: ".").map(String.init) + [setting.option]) }
        if table.options.vendor != AssemblyAIOptions.vendor {
            for option in Catalogue.optionRoutes.first(where: { $0.title == LateMember.routes[table.title] })?.options ?? [] {
                known.formUnion([option.name])
                known.formUnion(option.readMembers ?? [])
            }
        }
        let source = try String(contentsOf: Self.sources.appending(path: parser.file + ".swift"), encoding: .utf8)
        let reads = source.matches(of: #/(?:\[|\((?:[a-z]+, )?)"([a-z_]+)"[,\]):]/#)
        #expect(!reads.isEmpty)
        for read in reads { #expect(known.contains(String(read.output.1)), "\(read.output.1) is read, and is in no table") }
    }
}
