import Framing
import Gateway
import LocalEngine
import Protocols
import Speech

struct Engines: Command {
    static let description = CommandDescription(
        name: "engines", summary: "List the engines, what they can do, and whether they can be used.",
        discussion: """
            Lists the engines that harken serve would use with the same settings. If a gateway answers at --url, the list also has the health \
            that the gateway reports for each engine, and the time that its answer took. -v adds the models and languages. With --json: one array of \
            objects.
            """,
        options: GatewayAddress.options + [OperatorSettings.config, Flag.json])

    private let gateway: GatewayAddress
    private let configFile: String?
    private let environment: [String: String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        gateway = try GatewayAddress(arguments)
        configFile = try arguments.value(OperatorSettings.config)
        environment = arguments.environment
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        let configuration: GatewayConfiguration
        do {
            configuration = try OperatorSettings.configuration(file: configFile, environment: environment)
        } catch {
            context.printError(Self.description, "\(error)")
            return .wrongUsage
        }
        let folder = configuration.modelFolder.map { ModelFolder($0) } ?? ModelFolder(environment: environment)
        let rows = EngineRow.all(
            configuration, modelProblem: folder.problem(ModelFolder.Item.recognition),
            hasVoices: folder.problem([.runtime, .speakerEmbedder]) == nil, others: WhisperFacts(of: folder))
        var health: GatewayHealth?
        do throws(GatewayError) { health = try await GatewayHealth.ask(gateway) } catch { context.note("harken engines: \(error)") }
        let table = Self.table(rows, health, showsDetails: context.verbosity == .verbose)
        context.output.write(
            json
                ? Self.json(rows, health) + "\n"
                : table + (configuration.trials.isEmpty ? "" : "\n" + configuration.trials.map { $0 + "\n" }.joined()))
        return .done
    }

    /// - Parameter showsDetails: true to list each engine's models and languages below the table.
    static func table(_ rows: [EngineRow], _ health: GatewayHealth?, showsDetails: Bool = false) -> String {
        var headings = ["ENGINE", "LIVE", "FILES", "SPEAKERS", "LANGUAGES", "MODELS", "STATE"]
        if health != nil { headings.append("GATEWAY") }
        var notes: [String] = []
        let body = rows.map { row in
            let name = row.name.rawValue
            var cells = [
                name, row.capabilities.streaming ? "yes" : "no", row.capabilities.prerecorded ? "yes" : "no",
                row.capabilities.speakers ? "yes" : "no", row.languages, String(row.capabilities.models.count), row.state.short,
            ]
            if case .missing(let remedy) = row.state, !remedy.hasSuffix(row.state.short) { notes.append("\(name): \(remedy)") }
            if let health {
                let state = health.engines[name] ?? "-"
                cells.append(["ready", "idle", "loading", "-"].contains(state) ? state : "unavailable")
                if cells.last == "unavailable" { notes.append("\(name) at the gateway: \(state)") }
            }
            if showsDetails {
                notes.append("\(name): models \(row.capabilities.models.joined(separator: ", ")); languages \(row.allLanguages)")
            }
            return cells
        }
        var text = Table.text(headings, body)
        if !notes.isEmpty { text += "\n" + notes.map { TerminalText.safe($0) + "\n" }.joined() }
        return text + (health.map { "\nThe gateway answered in \(Int(($0.latency / .milliseconds(1)).rounded())) ms.\n" } ?? "")
    }

    static func json(_ rows: [EngineRow], _ health: GatewayHealth?) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.member("name", row.name.rawValue)
            writer.member("streaming", row.capabilities.streaming)
            writer.member("prerecorded", row.capabilities.prerecorded)
            // Null means any language.
            writer.key("languages")
            switch row.capabilities.languages {
            case .any: writer.null()
            case .only(let tags): writer.array(tags.sorted())
            }
            writer.member("speakers", row.capabilities.speakers)
            writer.key("models")
            writer.array(row.capabilities.models)
            writer.member("available", row.state == .available)
            writer.member("state", row.state.text)
            writer.key("health")
            if let said = health?.engines[row.name.rawValue] { writer.value(said) } else { writer.null() }
            writer.key("latency")
            if let health { writer.value(health.latency / .seconds(1), decimals: 4) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
