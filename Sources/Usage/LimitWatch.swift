internal import Net
package import Observability
package import Speech
internal import Store
internal import Synchronization

/// Watches the limits of the day and the month: before anything is recognized, and while live sessions run.
///
/// The ledger knows what has ended; what open sessions use is added from memory. The ledger is asked again only about users whose attempts have ended
/// since, and when the day changes.
package final class LimitWatch: Sendable {
    /// Between two looks at the open sessions: a session that reaches a limit is told within this, and ends within `finishTime` more.
    package static let interval: Duration = .milliseconds(250)
    /// Time that the engines of a session that has reached a limit have for its last words.
    package static let finishTime: Duration = .milliseconds(1_250)

    private struct Known: Sendable {
        var booked: BookedUsage
        /// The day when the ledger was asked: `2026-11-22`.
        var day: String
    }

    private struct State {
        /// Owners of open sessions, and what the ledger has for them.
        var known: [UsageOwner: Known] = [:]
        var open: [UsageOwner: OpenUsage] = [:]
        /// The ledger could not be read when it was asked last.
        var isBlind = false
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

    /// Without limits there is nothing to watch.
    package var isNeeded: Bool { !limits.isEmpty }

    /// The rest of an owner's limits now.
    ///
    /// The figures that were read last count while the ledger cannot be read; without any, nothing is refused: an operator's fault does not stop
    /// everybody.
    package func spending(of owner: UsageOwner) async -> Spending {
        guard isNeeded else { return Spending() }
        guard let booked = await booked(by: owner) else { return Spending() }
        return limits.spending(booked, open: state.withLock { Self.open($0.open, of: owner) })
    }

    /// Looks at what live sessions use.
    ///
    /// - Parameter open: what the open sessions of each owner use now.
    /// - Returns: what is left for each owner: sessions of used-up limits must end.
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
            standings[owner] = limits.spending(booked, open: Self.open(open, of: owner))
        }
        return standings
    }

    private static func day(_ now: UnixTime) -> String { String(now.rfc3339.prefix(10)) }

    private static func open(_ all: [UsageOwner: OpenUsage], of owner: UsageOwner) -> OpenUsage.OfOwner {
        var sums = OpenUsage.OfOwner()
        for (other, usage) in all where other.user == owner.user {
            sums.user += usage
            if other.key == owner.key { sums.key += usage }
        }
        return sums
    }

    /// - Parameter keeps: the owner has open sessions, and is asked about again soon.
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
            if isNew { log.error("the usage ledger cannot be read: limits hold by what was read last", [.error: "\(error)"]) }
            return last
        }
    }
}
