package import Store
internal import Speech

/// What one user, and one key, may have recognised at the operator's cost. Warns first, then stops.
package struct UsageLimits: Sendable, Equatable {
    package struct Limit: Sendable, Equatable {
        /// On one day of UTC; nil: any amount.
        package var audio: Duration?
        /// In one month of UTC; nil: any amount.
        package var cost: USDollars?

        package init(audio: Duration? = nil, cost: USDollars? = nil) {
            self.audio = audio
            self.cost = cost
        }
    }

    package enum Verdict: Sendable, Equatable {
        case free
        /// Says how much is left of what.
        case warned(String)
        /// Says what is used up, and until when.
        case stopped(String)
    }

    /// From this part of a limit on there is a warning, in percent.
    package static let warning = 80

    package var user = Limit()
    package var key = Limit()

    package init(user: Limit = Limit(), key: Limit = Limit()) {
        self.user = user
        self.key = key
    }

    package var isEmpty: Bool { user == Limit() && key == Limit() }

    /// - Parameters:
    ///   - day, month: what was used since the day, and the month, began.
    package static func verdict(_ limit: Limit, of whom: String, day: UsageTotals, month: UsageTotals) -> Verdict {
        var warning: String?
        if let audio = limit.audio {
            let used = Duration.nanoseconds(day.billable)
            let whole = audio.components.seconds
            guard used < audio else { return .stopped("The \(whole) s of audio that \(whom) has for a day are used up; there are more at 0:00 UTC.") }
            if used * 100 >= audio * Self.warning { warning = "\(used.components.seconds) of \(whole) s of audio of \(whom) for this day are used." }
        }
        if let cost = limit.cost {
            guard month.cost < cost else { return .stopped("The budget of \(whom) for this month, $\(cost), is used up.") }
            if month.cost.hundredMillionths * 100 >= cost.hundredMillionths * Int64(Self.warning) {
                warning = "$\(month.cost) of the budget of \(whom) for this month, $\(cost), are used."
            }
        }
        return warning.map { .warned($0) } ?? .free
    }
}

extension UsageLimits {
    init(_ settings: Settings) throws(ConfigurationError) {
        user = try Self.limit("HARKEN_USER", settings)
        key = try Self.limit("HARKEN_KEY", settings)
    }

    private static func limit(_ prefix: String, _ settings: Settings) throws(ConfigurationError) -> Limit {
        var limit = Limit()
        let seconds = try settings.integer(prefix + "_DAY_SECONDS", in: 0...1_000_000_000, default: 0)
        if seconds > 0 { limit.audio = .seconds(seconds) }
        if let text = settings[prefix + "_MONTH_USD"] {
            guard let amount = USDollars(text) else {
                throw ConfigurationError(prefix + "_MONTH_USD", "\"\(text)\" is no amount", accepted: "dollars such as 12.50, or 0 for any amount")
            }
            if amount > .zero { limit.cost = amount }
        }
        return limit
    }
}

extension UsageBook {
    /// Whether someone may have more recognised at the operator's cost. When the ledger cannot be read: yes.
    func verdict(_ owner: UsageOwner, _ limits: UsageLimits, now: UnixTime) async -> UsageLimits.Verdict {
        guard !limits.isEmpty else { return .free }
        let month = UnixTime(rfc3339: now.rfc3339.prefix(8) + "01") ?? now
        do throws(StoreError) {
            try await ledger.bookAll()
            let ofUser = UsageLimits.verdict(
                limits.user, of: "this user", day: try await ledger.spent(by: owner.user, since: now),
                month: try await ledger.spent(by: owner.user, since: month))
            guard let key = owner.key, case .free = ofUser else { return ofUser }
            return UsageLimits.verdict(
                limits.key, of: "this key", day: try await ledger.spent(by: owner.user, key: key, since: now),
                month: try await ledger.spent(by: owner.user, key: key, since: month))
        } catch {
            return .free
        }
    }
}
