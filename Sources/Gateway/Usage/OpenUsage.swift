internal import Speech
internal import Store

/// What live sessions use now, at the operator's cost: it is not in the ledger before their streams end.
struct OpenUsage: Sendable, Equatable {
    var audio: Duration = .zero
    var cost = USDollars.zero

    static func += (a: inout Self, b: Self) {
        a.audio += b.audio
        a.cost = a.cost + b.cost
    }

    func added(to booked: UsageTotals) -> UsageTotals {
        var totals = booked
        totals.billable += Int64(audio / .nanoseconds(1))
        totals.cost = totals.cost + cost
        return totals
    }

    /// All open usage of a user, and of one of their keys.
    struct OfOwner: Sendable, Equatable {
        var user = OpenUsage()
        var key = OpenUsage()
    }
}
