import Framing
import Settings

struct ConfigShow: Command {
    static let description = CommandDescription(
        name: "config show", summary: "Show the value of every setting, and where it comes from.",
        discussion: """
            Shows what harken serve would use in this environment, with the same --config. Secrets are not shown. With --json: one array of objects.
            """,
        options: [OperatorSettings.config, isSet, Flag.json])

    private static let isSet = Flag("--set", "Shows only settings that are set.")

    private let configFile: String?
    private let environment: [String: String]
    private let onlySet: Bool
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        configFile = try arguments.value(OperatorSettings.config)
        environment = arguments.environment
        onlySet = arguments.has(Self.isSet)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do {
            let settings = try OperatorSettings.settings(file: configFile, environment: environment)
            let rows = SettingTable.all.filter { !onlySet || settings[$0.name] != nil }
            if json {
                context.output.writeLine(Self.json(rows, settings))
            } else {
                let table = rows.map { row in
                    [row.name, Self.value(row, settings) ?? "-", settings.origin(of: row.name)?.description ?? "default"]
                }
                context.output.write(Table.text(["SETTING", "VALUE", "FROM"], table))
            }
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .wrongUsage
        }
    }

    /// Returns the value in force, without secrets; nil when the setting is not set and its default is not a literal.
    private static func value(_ row: SettingDescription, _ settings: Settings) -> String? {
        guard let value = settings[row.name] else { return row.standard }
        return row.isSecret ? "(set, not shown)" : value
    }

    private static func json(_ rows: [SettingDescription], _ settings: Settings) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.member("name", row.name)
            writer.member("group", row.group.rawValue)
            writer.member("value", optional: row.isSecret ? nil : value(row, settings))
            writer.member("is_set", settings[row.name] != nil)
            writer.member("from", settings.origin(of: row.name)?.description ?? "default")
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
