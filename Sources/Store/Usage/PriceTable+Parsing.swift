import Framing
import Speech

extension PriceTable {
    package static let accepted =
        """
        lines of ENGINE MODEL [live] [ADD-ON] [connection] [second] DOLLARS-PER-HOUR FROM-DAY[/DAY-READ] SOURCE, such as: \
        deepgram nova-3 live connection 0.288 2026-05-04/2026-08-01 its price page
        """

    /// Parses a text with one rate on each line. Blank lines and lines that begin with `#` are skipped.
    package init(parsing text: String) throws(PriceTableError) {
        var rates: [Rate] = []
        for (index, line) in text.textLines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let rate = try Self.rate(words, line: index + 1)
            guard !rates.contains(where: { $0.replaces(rate) && $0.from == rate.from }) else {
                throw PriceTableError(line: index + 1, problem: "gives a second price for the same model, audio and day")
            }
            rates.append(rate)
        }
        self.init(rates: rates)
    }

    private static func rate(_ words: [String], line: Int) throws(PriceTableError) -> Rate {
        var isLive = false, addOn: BilledFeature?, basis = Basis.audio, rounding = Rounding.exact
        var rest = words.dropFirst(2)
        flags: while let word = rest.first {
            switch word {
            case "live" where !isLive: isLive = true
            case Basis.connection.rawValue where basis == .audio: basis = .connection
            case "second" where rounding == .exact: rounding = .second
            default:
                guard addOn == nil, let named = BilledFeature.addOns.first(where: { $0.rawValue == word }) else { break flags }
                addOn = named
            }
            rest.removeFirst()
        }
        func error(_ problem: String) -> PriceTableError { PriceTableError(line: line, problem: problem) }
        let fields = Array(rest)
        guard words.count >= 2, fields.count >= 3 else { throw error("is incomplete") }
        guard words[1] != PriceTable.anyModel || addOn != nil else { throw error("gives one price for all models; only an add-on has one") }
        let amount = USDollars(fields[0])
        guard amount != nil || fields[0] == "?" else { throw error("\"\(fields[0])\" is not an amount") }
        if basis == .connection, !isLive { throw error("bills a recording by its connection; only live audio has one") }
        let days = fields[1].split(separator: "/", omittingEmptySubsequences: false)
        func day(_ text: Substring) throws(PriceTableError) -> UnixTime {
            guard text.utf8.count == 10, let day = UnixTime(rfc3339: String(text)) else { throw error("\"\(text)\" is not a day") }
            return day
        }
        let from = try day(days[0])
        guard days.count <= 2 else { throw error("\"\(fields[1])\" is not a day") }
        let checked = days.count == 2 ? try day(days[1]) : from
        guard checked >= from || days.count == 1 else { throw error("was read on \(days[1]), before \(days[0]), from which it is valid") }
        return Rate(
            EngineName(words[0]), words[1].lowercased(), isLive: isLive, addOn: addOn, basis: basis, rounding: rounding, perHour: amount, from: from,
            checked: checked, source: fields[2...].joined(separator: " "))
    }
}

extension PriceTable.Rate {
    /// The rate as a line of a price file.
    package var line: String {
        let words = [
            engine.rawValue, model, isLive ? "live" : nil, addOn?.rawValue, basis == .connection ? basis.rawValue : nil,
            rounding == .second ? "second" : nil, perHour?.shortest ?? "?", days, source,
        ]
        return words.compactMap(\.self).joined(separator: " ")
    }

    private var days: String {
        let first = from.rfc3339.prefix(10), read = checked.rfc3339.prefix(10)
        return first == read ? String(first) : "\(first)/\(read)"
    }
}

extension USDollars {
    /// The amount without zeros at its end, but with at least two digits after the point: `0.45`.
    package var shortest: String {
        var text = Substring(description)
        while text.hasSuffix("0"), text.drop(while: { $0 != "." }).count > 3 { text.removeLast() }
        return String(text)
    }
}

/// An invalid line of a price table: its number, and the error.
package struct PriceTableError: Error, Equatable {
    package var line: Int
    package var problem: String

    package init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }
}
