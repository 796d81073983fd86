internal import Speech
package import Store

/// The present usage of live sessions that the operator pays. The ledger does not have this usage before the sessions' streams end.
package struct OpenUsage: Sendable, Equatable {
    package var audio: Duration = .zero
    package var cost = USDollars.zero

    package init() {}

    package static func += (a: inout Self, b: Self) {
        a.audio += b.audio
        a.cost = a.cost + b.cost
    }

    package func added(to booked: UsageTotals) -> UsageTotals {
        var totals = booked
        totals.billable += Int64(audio / .nanoseconds(1))
        totals.cost = totals.cost + cost
        return totals
    }

    /// All open usage of a user, and of one of the user's keys.
    package struct OfOwner: Sendable, Equatable {
        package var user = OpenUsage()
        package var key = OpenUsage()
    }
}
