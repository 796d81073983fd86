import Framing
import Speech

extension PriceTable {
    package static let accepted =
        "lines of ENGINE MODEL [live] DOLLARS-PER-HOUR FROM-DAY SOURCE, such as: deepgram nova-3 0.408 2026-05-25 its price page"

    /// Parses a text with one rate on each line. Blank lines and lines that begin with `#` are skipped.
    package init(parsing text: String) throws(PriceTableError) {
        var rates: [Rate] = []
        for (index, line) in text.textLines.enumerated() {
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let isLive = words.count > 2 && words[2] == "live"
            if isLive { words.remove(at: 2) }
            guard words.count >= 5 else { throw PriceTableError(line: index + 1, problem: "is incomplete") }
            guard let amount = USDollars(words[2]) else { throw PriceTableError(line: index + 1, problem: "\"\(words[2])\" is not an amount") }
            guard words[3].utf8.count == 10, let from = UnixTime(rfc3339: words[3]) else {
                throw PriceTableError(line: index + 1, problem: "\"\(words[3])\" is not a day")
            }
            rates.append(
                Rate(
                    EngineName(words[0]), words[1].lowercased(), isLive: isLive, perHour: amount, from: from,
                    source: words[4...].joined(separator: " ")))
        }
        self.init(rates: rates)
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
