import API
import Framing
import Gateway
import Sessions
import Speech
import Store

struct Usage: Command {
    private static let since = Option(
        "--since", "DAY", accepts: "today, yesterday, days ago such as 7d, or a day such as 2026-11-01",
        "Shows usage from this day (UTC) on. Default: all usage."
    ) { MomentOption.day($0, now: .now) }
    private static let grouping = Option(
        "--by", "WHAT", accepts: UsageQuery.Grouping.allCases.map(\.rawValue).formatted(with: "or"),
        words: UsageQuery.Grouping.allCases.map(\.rawValue),
        "Groups rows by engine, model and workload, and by this: provider, key or day. Default: provider.",
        parse: UsageQuery.Grouping.init(rawValue:))

    private static let all = Flag("--all", "With --url: shows the usage of all users. Needs a key with the scope admin.")

    static let description = CommandDescription(
        name: "usage", summary: "Show the usage and cost of each engine.",
        discussion: """
            Shows the usage of all users; with --url, the usage of the key's user, or with --all that of all users. Costs are estimates from the price table (HARKEN_PRICES); "?" means \
            that the table has no price for the model. With --json: one object, as GET /api/v1/usage has it.
            """,
        options: [since, grouping, all] + DataPlace.installationOptions)

    private let query: UsageQuery
    private let ofAllUsers: Bool
    private let place: DataPlace
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        query = UsageQuery(since: try arguments.value(Self.since), grouping: try arguments.value(Self.grouping) ?? .provider)
        ofAllUsers = arguments.has(Self.all)
        place = try DataPlace(arguments, ofUser: false)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let rows = try await place.existingInstallation(context)?.usage(query, ofAllUsers: ofAllUsers) ?? []
            if json {
                var writer = JSONWriter()
                UsageDocument.write(rows, to: &writer)
                context.output.writeLine(writer.text)
            } else if rows.isEmpty {
                context.note("no usage yet")
            } else {
                context.output.write(Self.table(rows, query.grouping))
            }
        }
    }

    static func table(_ rows: [UsageRow], _ grouping: UsageQuery.Grouping) -> String {
        var total = UsageTotals()
        for row in rows { total += row.totals }
        let first: [String] =
            switch grouping {
            case .provider: []
            case .key: ["KEY"]
            case .day: ["DAY"]
            }
        let body = rows.map { row in
            let name = row.group.day ?? row.group.key.map { $0.isEmpty ? "-" : $0 }
            return (name.map { [$0] } ?? [])
                + [row.group.engine.rawValue, row.group.model.isEmpty ? "-" : row.group.model, row.group.workload.rawValue] + figures(row.totals)
        }
        let sum = [["total"], Array(repeating: "", count: first.count + 2), figures(total)].flatMap { $0 }
        return Table.text(first + ["ENGINE", "MODEL", "WORKLOAD", "AUDIO", "RUNS", "FAILED", "COST"], body + [sum])
    }

    private static func figures(_ totals: UsageTotals) -> [String] {
        let cost = totals.knownCost.map(\.readable) ?? "?"
        return [
            "\(totals.audioTime.components.seconds) s", String(totals.runs), String(totals.failed),
            totals.unpriced > 0 && totals.knownCost != nil ? cost + " + ?" : cost,
        ]
    }
}
