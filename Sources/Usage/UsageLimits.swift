package import Settings
package import Store
internal import Speech

/// Limits for the recognition that one user, or one key, may use at the operator's cost. Each limit first warns, then stops.
package struct UsageLimits: Sendable, Equatable {
    package struct Limit: Sendable, Equatable {
        /// Maximum audio on one day of UTC; nil: no limit.
        package var audio: Duration?
        /// Maximum cost in one month of UTC; nil: no limit.
        package var cost: USDollars?

        package init(audio: Duration? = nil, cost: USDollars? = nil) {
            self.audio = audio
            self.cost = cost
        }
    }

    /// The percentage of a limit from which a warning is given.
    package static let warning = 80

    package var user = Limit()
    package var key = Limit()

    package init(user: Limit = Limit(), key: Limit = Limit()) {
        self.user = user
        self.key = key
    }

    package var isEmpty: Bool { user == Limit() && key == Limit() }

    /// Compares usage with a limit.
    ///
    /// - Parameters:
    ///   - whom: the name in the texts: "this user", "this key".
    ///   - day, month: the usage since the beginning of the day, and of the month, in UTC, including open sessions.
    package static func spending(_ limit: Limit, of whom: String, day: UsageTotals, month: UsageTotals) -> Spending {
        var spending = Spending()
        if let audio = limit.audio {
            let used = Duration.nanoseconds(day.billable)
            let whole = audio.components.seconds
            spending.audioLeft = max(.zero, audio - used)
            if used >= audio {
                spending.audioUsedUp = "The \(whole) s of audio a day of \(whom) are used up. The limit starts again at 0:00 UTC."
            } else if used * 100 >= audio * Self.warning {
                spending.warning = "\(used.components.seconds) s of the \(whole) s of audio a day of \(whom) are used."
            }
        }
        if let cost = limit.cost {
            if month.cost >= cost {
                spending.costUsedUp = "The budget of \(whom) for this month, $\(cost), is used up."
            } else if month.cost.hundredMillionths * 100 >= cost.hundredMillionths * Int64(Self.warning) {
                spending.warning = spending.warning ?? "$\(month.cost) of the budget of \(whom) for this month, $\(cost), are used."
            }
        }
        return spending
    }

    /// Compares usage with the limits of a user and, where a key was shown, of that key.
    package func spending(_ booked: BookedUsage, open: OpenUsage.OfOwner = .init()) -> Spending {
        let ofUser = Self.spending(user, of: "this user", day: open.user.added(to: booked.userDay), month: open.user.added(to: booked.userMonth))
        guard let day = booked.keyDay, let month = booked.keyMonth else { return ofUser }
        return ofUser.and(Self.spending(key, of: "this key", day: open.key.added(to: day), month: open.key.added(to: month)))
    }
}

extension UsageLimits {
    package init(_ settings: Settings) throws(ConfigurationError) {
        user = try Self.limit("HARKEN_USER", settings)
        key = try Self.limit("HARKEN_KEY", settings)
    }

    private static func limit(_ prefix: String, _ settings: Settings) throws(ConfigurationError) -> Limit {
        var limit = Limit()
        let seconds = try settings.integer(prefix + "_DAY_SECONDS", in: 0...1_000_000_000, default: 0)
        if seconds > 0 { limit.audio = .seconds(seconds) }
        if let text = settings[prefix + "_MONTH_USD"] {
            guard let amount = USDollars(text) else {
                throw ConfigurationError(
                    prefix + "_MONTH_USD", "\"\(text)\" is not an amount", accepted: "dollars such as 12.50, or 0 for no limit")
            }
            if amount > .zero { limit.cost = amount }
        }
        return limit
    }
}
