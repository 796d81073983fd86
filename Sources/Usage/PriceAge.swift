package import Speech
package import Store

/// The prices that were last read more than 180 days ago, in words for the operator.
package struct PriceAge: Sendable, Equatable {
    /// Number of models whose prices are old.
    package let count: Int
    /// The prices that are old, with the age of the oldest: `deepgram nova-3 live, 187 days`.
    package let oldest: String

    /// Finds old prices.
    ///
    /// - Parameter engines: the engines whose prices count; nil: all.
    /// - Returns: nil when no price is old.
    package init?(_ prices: PriceTable, of engines: [EngineName]? = nil, now: UnixTime) {
        let old = prices.old(at: now).filter { engines?.contains($0.engine) ?? true }
        guard let first = old.min(by: { $0.checked < $1.checked }) else { return nil }
        count = old.count
        oldest = Self.words(first, now: now)
    }

    /// Returns a price with the days since it was read: `deepgram nova-3 live, 187 days`.
    private static func words(_ rate: PriceTable.Rate, now: UnixTime) -> String {
        let words = [rate.engine.rawValue, rate.model, rate.isLive ? "live" : nil, rate.addOn?.rawValue].compactMap(\.self)
        return "\(words.joined(separator: " ")), \((now - rate.checked).components.seconds / 86_400) days"
    }

    /// Returns a sentence about the prices of Harken's own table that are not called old although they were read more than 180 days ago; nil when there
    /// are none.
    package static func withoutNewerReading(_ prices: PriceTable, now: UnixTime) -> String? {
        let rates = prices.withoutNewerReading(at: now)
        guard let reviewed = prices.reviewed, !rates.isEmpty else { return nil }
        let said = rates.count == 1 ? "1 price was last read" : "\(rates.count) prices were last read"
        let names = rates.map { words($0, now: now) }.joined(separator: "; ")
        return "\(said) more than 180 days ago, and no newer public reading was found on \(reviewed.rfc3339.prefix(10)): \(names)"
    }

    /// The finding as a sentence.
    package var text: String {
        "\(count == 1 ? "1 price was" : "\(count) prices were") last read more than 180 days ago (\(oldest))"
    }

    /// The words that say what to do.
    package static let remedy =
        "compare them with the vendors' pages, and put today's into a price file: harken prices --lines > FILE, HARKEN_PRICES=FILE"
}
