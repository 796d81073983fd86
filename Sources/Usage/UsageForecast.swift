package import Speech
package import Store

/// An estimate of the usage of a month of UTC: the usage so far, and for the rest of the month the mean of the last seven days.
package struct UsageForecast: Sendable, Equatable {
    /// Number of whole days before today whose mean is taken.
    private static let meanDays: Int64 = 7
    private static let day: Int64 = 86_400_000

    /// The month: `2026-11`.
    package let month: String
    /// Usage since the beginning of the month.
    package let soFar: UsageTotals
    /// Estimated cost of the whole month.
    package let cost: USDollars
    /// Estimated audio of the whole month.
    package let audio: Duration

    /// Time from which rows are needed for a forecast.
    package static func since(_ now: UnixTime) -> UnixTime {
        min(monthStart(now), UnixTime(milliseconds: dayStart(now).milliseconds - meanDays * day))
    }

    /// - Parameter rows: usage by day, from `since` on.
    package init(_ rows: [UsageRow], now: UnixTime) {
        let month = String(now.rfc3339.prefix(7)), today = String(now.rfc3339.prefix(10))
        let first = String(UnixTime(milliseconds: Self.dayStart(now).milliseconds - Self.meanDays * Self.day).rfc3339.prefix(10))
        var soFar = UsageTotals(), recent = UsageTotals()
        for row in rows {
            guard let day = row.group.day else { continue }
            if day.hasPrefix(month) { soFar += row.totals }
            if day >= first, day < today { recent += row.totals }
        }
        let left = Self.monthEnd(now).milliseconds - now.milliseconds, span = Self.meanDays * Self.day
        // Milliseconds of a month and hundred-millionths of a dollar together may exceed an Int64.
        func estimate(_ sum: Int64, _ recent: Int64) -> Int64 { sum + Int64(Double(recent) * Double(left) / Double(span)) }
        self.month = month
        self.soFar = soFar
        cost = USDollars(hundredMillionths: estimate(soFar.cost.hundredMillionths, recent.cost.hundredMillionths))
        audio = .nanoseconds(estimate(soFar.audio, recent.audio))
    }

    private static func dayStart(_ now: UnixTime) -> UnixTime {
        UnixTime(milliseconds: now.milliseconds - now.milliseconds % day)
    }

    /// Beginning of the month of UTC.
    package static func monthStart(_ now: UnixTime) -> UnixTime { UnixTime(rfc3339: String(now.rfc3339.prefix(7)) + "-01") ?? dayStart(now) }

    private static func monthEnd(_ now: UnixTime) -> UnixTime {
        // The 1st and 31 days are always in the next month.
        monthStart(UnixTime(milliseconds: monthStart(now).milliseconds + 31 * day))
    }
}
