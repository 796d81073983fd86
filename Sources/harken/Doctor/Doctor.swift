import Framing
import Gateway
import LocalEngine
import Speech

struct Doctor: Command {
    private static let gateway = Flag(
        "--gateway", "Checks only that a gateway answers at its address: for the health check of a container.")

    private static let deep = Flag(
        "--deep", "Checks every page of the database; a database of several gigabytes takes minutes. Without it the check ends after a second.")

    static let description = CommandDescription(
        name: "doctor", summary: "Check the installation, and say how to repair it.",
        discussion: """
            Each line is ok, note (something that not everybody needs) or missing. The exit status is 1 if anything is missing. With --json: one array \
            of objects.
            """,
        options: [OperatorSettings.config, DataOption.option, gateway, deep, Flag.json])

    private let configFile: String?
    private let environment: [String: String]
    private let given: [OperatorSettings.Given]
    private let asksGatewayOnly: Bool
    private let isDeep: Bool
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        configFile = try arguments.value(OperatorSettings.config)
        environment = arguments.environment
        given = arguments.text(DataOption.option).map { [.init(name: "HARKEN_DATA", value: $0, option: DataOption.option.name)] } ?? []
        asksGatewayOnly = arguments.has(Self.gateway)
        isDeep = arguments.has(Self.deep)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        let findings: [Finding]
        do {
            let configuration = try OperatorSettings.configuration(file: configFile, environment: environment, given: given)
            let models = configuration.modelFolder.map { ModelFolder($0) } ?? ModelFolder(environment: environment)
            let check = DiagnosticCheck(configuration: configuration, models: models, isDeep: isDeep)
            var found = asksGatewayOnly ? [await check.gateway()] : await check.findings()
            if !asksGatewayOnly, let problem = SystemTimeZones(environment, chosen: configuration.timeZone).problem {
                found.append(
                    Finding("time zone", .note("set \(SystemTimeZones.variable) to \(TimeZoneName.accepted)"), "days are in UTC: \(problem)"))
            }
            findings = found
        } catch {
            findings = [Finding("settings", .missing("correct the setting, then run harken doctor again"), "\(error)")]
        }
        context.output.write(json ? Self.json(findings) + "\n" : Self.text(findings))
        return findings.contains { $0.word == "missing" } ? .failed : .done
    }

    static func text(_ findings: [Finding]) -> String {
        findings.map { finding in
            func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
            let remedy = finding.remedy.map { "\n" + padded("", 25) + "→ " + $0 } ?? ""
            return padded(finding.word, 9) + padded(finding.part, 16) + TerminalText.safe(finding.detail) + remedy + "\n"
        }.joined()
    }

    static func json(_ findings: [Finding]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("part", finding.part)
            writer.member("status", finding.word)
            writer.member("detail", finding.detail)
            writer.key("remedy")
            if let remedy = finding.remedy { writer.value(remedy) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
