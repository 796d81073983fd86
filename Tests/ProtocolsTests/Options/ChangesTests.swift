import Framing
import Protocols
import Speech
import Testing

/// A setting that a client changes while audio flows.
struct ChangedSetting: Sendable, CustomTestStringConvertible {
    var table: ChangeTable
    var setting: ChangeTable.Setting

    var testDescription: String { "\(table.title) \(setting.name)" }

    static let all = Catalogue.changeTables.flatMap { table in table.settings.map { ChangedSetting(table: table, setting: $0) } }

    /// Returns a session's machine that takes the message, and the options of an engine's stream.
    func session() throws -> (machine: any LiveServerMachine, options: StreamOptions) {
        switch table.title {
        // The newer models always format.
        case "AssemblyAI" where setting.name == "format_turns": try Self.session("/v3/ws?speech_model=universal-streaming-english")
        case "AssemblyAI": try Self.session("/v3/ws?sample_rate=16000&speech_model=universal-3-6-pro")
        case "Deepgram, `/v1/listen`": try Self.session("/v1/listen?encoding=linear16&sample_rate=16000")
        // Harken has rules for the numbers of a language, and none for several.
        case "Deepgram, `/v2/listen`" where setting.name == "numerals":
            try Self.session("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000")
        case "Deepgram, `/v2/listen`": try Self.session("/v2/listen?model=flux-general-multi&encoding=linear16&sample_rate=16000")
        case "Speechmatics" where setting.name == "enable_partials": try Self.opened(SpeechmaticsConversation("").machine)
        case "Speechmatics": try Self.opened(SpeechmaticsConversation().machine)
        case "Speechmatics, Agent STT": try Self.opened(SpeechmaticsAgentConversation("").machine)
        case "OpenAI, realtime": try Self.opened(#require(RealtimeConversation.speaking().machine))
        default: throw VendorRequests.Unexpected(step: "no session for \(table.title)")
        }
    }

    /// A message of the same kind that changes nothing.
    var neutral: String {
        switch table.message {
        case "SetRecognitionConfig": #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en"}}"#
        case "session.update": #"{"type":"session.update","session":{}}"#
        default: #"{"type":"\#(table.message)"}"#
        }
    }

    private static func session(_ target: String) throws -> (machine: any LiveServerMachine, options: StreamOptions) {
        let head = try HTTPRequestHead(.get, target)
        let dialect = try #require(Catalogue.dialects.first { $0.paths.contains(head.path) })
        var machine = try #require(try dialect.accept(head, VendorRequests.context).get().session)
        var output = ServerOutput()
        machine.opened(LiveStart(rate: .speech, model: "m"), now: .now, output: &output)
        return try opened(machine)
    }

    private static func opened(_ machine: any LiveServerMachine) throws -> (machine: any LiveServerMachine, options: StreamOptions) {
        let request = machine.request
        var options = StreamOptions(
            rate: .speech, language: request.language, model: request.model, endpointing: request.endpointing, turn: request.turn,
            keyterms: request.keyterms)
        options.vendorOptions = request.vendorOptions
        options.shared = request.shared
        return (machine, options)
    }
}

@Suite struct `Settings that a client changes while audio flows` {
    /// The kind of fault: a change that is answered as done and reaches nobody.
    @Test(arguments: ChangedSetting.all)
    func `are taken, and reach the protocol's own vendor as the client wrote them`(_ given: ChangedSetting) throws {
        var (machine, options) = try given.session()
        var output = ServerOutput()
        machine.receivedText(given.setting.example.utf8.span.bytes, now: .now, output: &output)
        for text in output.texts { #expect(!text.contains("error") && !text.contains("Failure"), "\(text)") }
        var changes: [StreamChange] = []
        for case .command(.update(let change)) in output.actions { changes.append(change) }
        guard let entry = given.table.options.entry(given.setting.option, .live) else {
            Issue.record("the opening has no such option")
            return
        }
        // Harken itself sees to these; the tests of the protocols show how.
        if entry.handling == .gateway { return }
        let change = try #require(changes.first)
        let before = options
        options.apply(change)
        #expect(options != before)
        let sent = try asked(options, after: before, given.table.options.vendor.rawValue)
        let value = try #require(written(given.setting))
        #expect(sent.contains(value), "\(sent) lacks \(value)")
    }

    /// Returns what the vendor's engine sends when the options change: in its stream, or when it opens a new one.
    private func asked(_ options: StreamOptions, after before: StreamOptions, _ vendor: String) throws -> String {
        if vendor == "assemblyai" {
            var client = VendorConversation(AssemblyAILiveClient(before, credential: Credential("k")))
            _ = client.opened()
            _ = client.text(#"{"type":"Begin","id":"x","expires_at":1,"configuration":{"model":"m"}}"#)
            return client.command(.update(options)).map(\.short).joined()
        }
        let service = try #require(Catalogue.vendors.first { $0.name.rawValue == vendor }?.live)
        var actions: [ClientAction] = []
        if vendor == "deepgram" {
            var machine = service.connect(before, Credential("k"))
            machine.opened(now: .now, actions: &actions)
            machine.receivedText(#"{"type":"Connected","request_id":"r","sequence_id":0}"#.utf8.span.bytes, now: .now, actions: &actions)
            machine.command(.update(options), now: .now, actions: &actions)
            return actions.map(\.short).joined()
        }
        var machine = service.connect(options, Credential("k"))
        machine.opened(now: .now, actions: &actions)
        return actions.map(\.short).joined() + (try PercentCoding.decode(machine.connection.target))
    }

    /// Returns the part of a request that says what the setting's example says.
    private func written(_ setting: ChangeTable.Setting) -> String? {
        // The newer models take a list of languages instead of one.
        if setting.option == "language" { return #""languages":["de"]"# }
        let name = setting.name.split(separator: ".").last.map(String.init) ?? ""
        guard let value = setting.example.firstRange(of: "\"\(name)\":")?.upperBound else { return nil }
        var rest = setting.example[value...]
        while rest.last == "}", rest.count(where: { $0 == "}" }) > rest.count(where: { $0 == "{" }) { rest = rest.dropLast() }
        // Deepgram's messages have names of their own.
        let member = setting.example.contains("Configure\",") ? name : setting.option
        return "\"\(member)\":\(rest)"
    }

    @Test(arguments: Catalogue.changeTables.flatMap { table in table.settings.map(\.option).map { "\(table.title): \($0)" } })
    func `are settings of the opening too`(name: String) throws {
        let parts = name.split(separator: ": ").map(String.init)
        let table = try #require(Catalogue.changeTables.first { $0.title == parts[0] })
        #expect(table.options.entry(parts[1], .live) != nil)
    }
}
