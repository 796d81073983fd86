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
        let words = [first.engine.rawValue, first.model, first.isLive ? "live" : nil, first.addOn?.rawValue].compactMap(\.self)
        oldest = "\(words.joined(separator: " ")), \((now - first.checked).components.seconds / 86_400) days"
    }

    /// The finding as a sentence.
    package var text: String {
        "\(count == 1 ? "1 price was" : "\(count) prices were") last read more than 180 days ago (\(oldest))"
    }

    /// The words that say what to do.
    package static let remedy =
        "compare them with the vendors' pages, and put today's into a price file: harken prices --lines > FILE, HARKEN_PRICES=FILE"
}
