import Framing
import Protocols
import Sessions
import Settings
import Speech
import Store
import Usage

struct Prices: Command {
    private static let lines = Flag("--lines", "Prints the prices as a price file, to be edited and given as HARKEN_PRICES.")

    static let description = CommandDescription(
        name: "prices", summary: "Show and check the prices by which usage is counted.",
        discussion: """
            Shows the prices that count today: those of FILE, of HARKEN_PRICES, of harken.prices in the folder of the file of --config, or Harken's own. \
            Prices that were last read more than 180 days ago are named, those without a newer public reading too. The exit status is 2 when the file has \
            an error. With --json: one array of objects.
            """,
        operands: .init(placeholder: "[FILE]", help: "The price file to check. Default: the one of the settings.", count: 0...1),
        options: [OperatorSettings.config, lines, Flag.json])

    private let file: String?
    private let configFile: String?
    private let environment: [String: String]
    private let printsLines: Bool
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        file = arguments.operands.first
        configFile = try arguments.value(OperatorSettings.config)
        environment = arguments.environment
        printsLines = arguments.has(Self.lines)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do {
            let settings = try OperatorSettings.settings(file: configFile, environment: environment)
            let path = file ?? settings[PriceTable.variable]
            let prices = if let path { try PriceTable(file: path) } else { try PriceTable(settings) }
            if printsLines {
                let isStandard = prices.rates == PriceTable.standard.rates
                context.output.write(isStandard ? PriceTable.standardText + "\n" : prices.rates.map { $0.line + "\n" }.joined())
            } else {
                context.output.write(json ? Self.json(prices, now: .now) + "\n" : Self.table(prices, now: .now))
            }
            for note in Self.notes(prices, from: path, now: .now) { context.note("harken prices: " + note) }
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .wrongUsage
        }
    }

    /// Returns what the operator should know about the prices.
    static func notes(_ prices: PriceTable, from path: String?, now: UnixTime) -> [String] {
        var notes: [String] = []
        let known = Set(Catalogue.vendors.map(\.name)), named = Set(prices.rates.map(\.engine)).subtracting(known).map(\.rawValue).sorted()
        if !named.isEmpty { notes.append("no vendor has the name \(named.joined(separator: ", ")); the names are those of harken engines") }
        let late = prices.rates.filter { $0.from > now }.count
        if late > 0 { notes.append("\(late) of the prices are valid from a later day on") }
        notes += unknownAddOns(prices, now: now)
        if let age = PriceAge(prices, now: now) { notes.append("\(age.text); \(PriceAge.remedy)") }
        if let unread = PriceAge.withoutNewerReading(prices, now: now) { notes.append(unread) }
        return notes
    }

    /// Returns a note for each vendor of which the table has some add-ons, and lacks others that Harken's own table has.
    private static func unknownAddOns(_ prices: PriceTable, now: UnixTime) -> [String] {
        let named = prices.valid(at: now).filter { $0.addOn != nil }
        var missing: [(vendor: String, addOns: Set<BilledFeature>)] = []
        for rate in PriceTable.standard.valid(at: now) {
            let same = named.filter { $0.engine == rate.engine && $0.isLive == rate.isLive }
            guard let addOn = rate.addOn, !same.isEmpty, !same.contains(where: { $0.addOn == addOn }) else { continue }
            let vendor = rate.engine.rawValue + (rate.isLive ? " live" : "")
            if let index = missing.firstIndex(where: { $0.vendor == vendor }) {
                missing[index].addOns.insert(addOn)
            } else {
                missing.append((vendor: vendor, addOns: [addOn]))
            }
        }
        return missing.map { gap in
            let names = gap.addOns.sorted().map(\.rawValue).joined(separator: ", ")
            return "\(gap.vendor) has no price for \(names): they are left out of the cost of work; 0 says that they are included"
        }
    }

    static func table(_ prices: PriceTable, now: UnixTime) -> String {
        let rows = prices.valid(at: now).map { rate in
            [
                rate.engine.rawValue, rate.model, rate.isLive ? "live" : "recorded", rate.addOn.map { "+ \($0.rawValue)" } ?? billing(rate),
                rate.perHour.map { "$" + $0.shortest } ?? "?", String(rate.checked.rfc3339.prefix(10)), rate.source,
            ]
        }
        return Table.text(["ENGINE", "MODEL", "AUDIO", "BILLED BY", "AN HOUR", "READ", "SOURCE"], rows)
    }

    private static func billing(_ rate: PriceTable.Rate) -> String {
        let quantity =
            switch rate.basis {
            case .audio: "audio"
            case .connection: "open to close"
            }
        return rate.rounding == .second ? quantity + ", whole seconds" : quantity
    }

    static func json(_ prices: PriceTable, now: UnixTime) -> String {
        let old = prices.old(at: now)
        var writer = JSONWriter()
        writer.beginArray()
        for rate in prices.valid(at: now) {
            writer.beginObject()
            writer.member("provider", rate.engine.rawValue)
            writer.member("model", rate.model)
            writer.member("live", rate.isLive)
            writer.member("add_on", optional: rate.addOn?.rawValue)
            writer.member("billed_by", rate.basis.rawValue)
            writer.key("per_hour")
            if let perHour = rate.perHour { writer.value(perHour.dollars, decimals: 8) } else { writer.null() }
            writer.member("from", String(rate.from.rfc3339.prefix(10)))
            writer.member("read", String(rate.checked.rfc3339.prefix(10)))
            writer.member("source", rate.source)
            writer.member("old", old.contains(rate))
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }
}
