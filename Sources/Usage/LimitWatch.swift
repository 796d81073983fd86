internal import Net
package import Observability
package import Speech
package import Store
internal import Synchronization

/// Watches the limits of the day and the month: before anything is recognized, and while live sessions run.
///
/// The ledger has the attempts that have ended; the usage of open sessions is added from memory. The ledger is read again only for users whose
/// attempts have ended since the last reading, and when the day changes.
package final class LimitWatch: Sendable {
    /// Time between two checks of the open sessions. A session that reaches a limit is told within this time, and ends within another `finishTime`.
    package static let interval: Duration = .milliseconds(250)
    /// Time for the last words of a session that has reached a limit.
    package static let finishTime: Duration = .milliseconds(1_250)

    private struct Known: Sendable {
        var booked: BookedUsage
        /// The day of the reading: `2026-11-22`.
        var day: String
    }

    private struct State {
        /// Owners of open sessions, with the ledger's figures for them.
        var known: [UsageOwner: Known] = [:]
        var open: [UsageOwner: OpenUsage] = [:]
        /// Usage of open sessions at other gateways of the database.
        var elsewhere: [UsageOwner: OpenUsage] = [:]
        /// True if the last reading of the ledger failed.
        var isBlind = false

        func open(of owner: UsageOwner) -> OpenUsage.OfOwner {
            var sums = OpenUsage.OfOwner()
            for all in [open, elsewhere] {
                for (other, usage) in all where other.user == owner.user {
                    sums.user += usage
                    if other.key == owner.key { sums.key += usage }
                }
            }
            return sums
        }
    }

    private let limits: UsageLimits
    private let usage: UsageRecorder
    private let log: Log
    private let now: @Sendable () -> UnixTime
    private let state = Mutex(State())

    package init(_ limits: UsageLimits, usage: UsageRecorder, log: Log, now: @escaping @Sendable () -> UnixTime) {
        self.limits = limits
        self.usage = usage
        self.log = log
        self.now = now
    }

    /// False when there are no limits to watch.
    package var isNeeded: Bool { !limits.isEmpty }

    /// Returns what is left of an owner's limits now.
    ///
    /// While the ledger cannot be read, the last figures count. Without any figures nothing is rejected: a fault on the operator's side must not stop
    /// all users.
    package func spending(of owner: UsageOwner) async -> Spending {
        guard isNeeded else { return Spending() }
        guard let booked = await booked(by: owner) else { return Spending() }
        return limits.spending(booked, open: state.withLock { $0.open(of: owner) })
    }

    /// Checks the usage of live sessions.
    ///
    /// - Parameter open: the present usage of each owner's open sessions.
    /// - Returns: what is left for each owner; sessions of an owner whose limit is used up must end.
    package func look(at open: [UsageOwner: OpenUsage]) async -> [UsageOwner: Spending] {
        guard isNeeded else { return [:] }
        let now = now()
        let changed = usage.takeChanged()
        state.withLock { state in
            state.open = open
            let day = Self.day(now)
            state.known = state.known.filter { open[$0.key] != nil && !changed.contains($0.key.user) && $0.value.day == day }
        }
        var standings: [UsageOwner: Spending] = [:]
        for owner in open.keys {
            let known = state.withLock { $0.known[owner]?.booked }
            let booked = if let known { known } else { await booked(by: owner, keeps: true) }
            guard let booked else { continue }
            standings[owner] = limits.spending(booked, open: state.withLock { $0.open(of: owner) })
        }
        return standings
    }

    /// The usage of this gateway's open sessions, at the last check.
    package var open: [OpenUserUsage] {
        state.withLock { $0.open }.map { OpenUserUsage(user: $0.key.user, key: $0.key.key, audio: $0.value.audio, cost: $0.value.cost) }
    }

    /// Notes the usage of open sessions at other gateways of the database.
    package func heard(_ open: [OpenUserUsage]) {
        var elsewhere: [UsageOwner: OpenUsage] = [:]
        for usage in open where usage.audio > .zero || usage.cost > .zero {
            var sum = OpenUsage()
            sum.audio = usage.audio
            sum.cost = usage.cost
            elsewhere[UsageOwner(usage.user, key: usage.key), default: OpenUsage()] += sum
        }
        state.withLock { [elsewhere] in $0.elsewhere = elsewhere }
    }

    /// Forgets a user's figures, because another gateway has changed the ledger; nil: all users'.
    package func ledgerChanged(for user: ID<User>?) {
        state.withLock { state in state.known = user.map { user in state.known.filter { $0.key.user != user } } ?? [:] }
    }

    private static func day(_ now: UnixTime) -> String { String(now.rfc3339.prefix(10)) }

    /// - Parameter keeps: true if the owner has open sessions, so that the figures are needed again soon.
    private func booked(by owner: UsageOwner, keeps: Bool = false) async -> BookedUsage? {
        let now = now()
        do throws(StoreError) {
            let booked = try await usage.booked(by: owner, now: now)
            state.withLock { state in
                state.isBlind = false
                if keeps { state.known[owner] = Known(booked: booked, day: Self.day(now)) }
            }
            return booked
        } catch {
            let (last, isNew) = state.withLock { state in
                defer { state.isBlind = true }
                return (state.known[owner]?.booked, !state.isBlind)
            }
            if isNew { log.error("the usage ledger cannot be read; limits use the last figures that were read", [.error: "\(error)"]) }
            return last
        }
    }
}
