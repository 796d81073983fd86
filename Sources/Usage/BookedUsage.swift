package import Speech
package import Store

/// The ledger's sums for a user and a key, for work that the operator pays, since the beginning of the day and of the month in UTC.
package struct BookedUsage: Sendable {
    var userDay = UsageTotals()
    var userMonth = UsageTotals()
    /// The key's sum for the day; nil when no key was shown.
    var keyDay: UsageTotals?
    var keyMonth: UsageTotals?
}

extension UsageRecorder {
    /// Reads an owner's usage. Attempts that have ended are booked first.
    package func booked(by owner: UsageOwner, now: UnixTime) async throws(StoreError) -> BookedUsage {
        await flush()
        try await ledger.bookAll()
        let month = UnixTime(rfc3339: now.rfc3339.prefix(8) + "01") ?? now
        var booked = BookedUsage()
        booked.userDay = try await ledger.spent(by: owner.user, since: now)
        booked.userMonth = try await ledger.spent(by: owner.user, since: month)
        guard let key = owner.key else { return booked }
        booked.keyDay = try await ledger.spent(by: owner.user, key: key, since: now)
        booked.keyMonth = try await ledger.spent(by: owner.user, key: key, since: month)
        return booked
    }
}
