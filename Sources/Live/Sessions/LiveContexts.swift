internal import Continuity
package import Engines
internal import Journal
package import Net
package import Observability
package import Speech
package import Store
package import Usage

/// The live sessions of all event loops. May be used from any thread.
package final class LiveContexts: EngineHealthObserver {
    package let all: [LoopBound<LiveContext>]
    /// The health of engines, which the sessions of all loops share.
    package let health: EngineHealth
    private let byLoop: [ObjectIdentifier: LoopBound<LiveContext>]
    private let entries: [EngineEntry]
    private let log: Log
    /// The register of the gateways that use the database; nil when it has one gateway.
    private let replicas: (any ReplicaStore)?

    /// - Parameters:
    ///   - contexts: one for each loop.
    ///   - entries: the engines that may be probed.
    ///   - replicas: the register of the gateways that use the database; nil when it has one gateway.
    package init(
        _ contexts: [LoopBound<LiveContext>], health: EngineHealth, entries: [EngineEntry], replicas: (any ReplicaStore)? = nil, log: Log
    ) {
        self.replicas = replicas
        all = contexts
        self.health = health
        byLoop = Dictionary(contexts.map { (ObjectIdentifier($0.loop), $0) }) { first, _ in first }
        self.entries = entries
        self.log = log
    }

    /// Returns the state that the sessions of a loop share. Called on that loop.
    package func context(on loop: Loop) -> LiveContext? { byLoop[ObjectIdentifier(loop)]?.withValue { $0 } }

    /// Number of live sessions now.
    package func sessionCount() async -> Int {
        var count = 0
        for context in all { count += await context.run { $0.sessions.count } ?? 0 }
        return count
    }

    /// Returns the live sessions of a user, the oldest first.
    package func openSessions(of user: ID<User>) async -> [OpenSession] {
        var open: [OpenSession] = []
        for context in all { open += await context.run { $0.openSessions(of: user) } ?? [] }
        return open.sorted { ($0.started, $0.id.rawValue) < ($1.started, $1.id.rawValue) }
    }

    /// Begins to watch a live session of a user. `tell` is called with the session's state at once, and then with every fact, on the session's loop.
    ///
    /// - Returns: the watch, which ends with the session or by `SessionWatch.end`; nil when the user has no such live session.
    package func watch(_ id: ID<Session>, of user: ID<User>, tell: @escaping @Sendable (WatchedEvent) -> Void) async -> SessionWatch? {
        for context in all {
            let number = await context.run { $0.watch(id, of: user, tell: tell) } ?? nil
            if let number { return SessionWatch(context: context, session: id, number: number) }
        }
        return nil
    }

    /// Returns the usage of the live sessions now, by owner.
    package func openUsage(now: UnixTime) async -> [UsageOwner: OpenUsage] {
        var open: [UsageOwner: OpenUsage] = [:]
        for context in all {
            let found = await context.run { $0.openUsage(now: now) } ?? [:]
            for (owner, usage) in found { open[owner, default: OpenUsage()] += usage }
        }
        return open
    }

    /// Ends the sessions whose limits are used up, and warns those whose limits are nearly used up.
    package func hold(to standings: [UsageOwner: Spending]) { forEach { $0.hold(to: standings) } }

    /// Ends the sessions of keys that were revoked or have expired.
    package func end(sessionsOf keys: Set<ID<AccessKey>>) { forEach { $0.end(sessionsOf: keys) } }

    /// Leaves a session to another gateway, to which its client has gone.
    package func release(_ session: ID<Session>) { forEach { $0.release(session) } }

    /// Returns the sessions that other gateways can take over.
    package func openForOthers() async -> Set<ID<Session>> {
        var open: Set<ID<Session>> = []
        for context in all { open.formUnion(await context.run { $0.openForOthers } ?? []) }
        return open
    }

    /// Leaves parts of sessions to other gateways, which have taken them.
    package func release(parts: Set<ID<Session>>) { forEach { $0.release(parts: parts) } }

    /// Ends the sessions of a user who is deleted.
    package func end(sessionsOf user: ID<User>) async {
        for context in all { await context.run { $0.end(sessionsOf: user) } }
    }

    /// Ends the sessions that began without a key, before there were keys.
    package func endSessionsWithoutKeys() { forEach { $0.endSessionsWithoutKeys() } }

    /// Ends the clients that have no session yet, and those that come from now on. Open sessions go on.
    package func endEntrances() { forEach { $0.endEntrances() } }

    /// Brings all sessions to their end.
    package func drain() { forEach { $0.drain() } }

    /// Waits until the loops have run all work that was queued before the call.
    package func settle() async { for context in all { await context.loop.run {} } }

    /// Writes the rest of the journals.
    package func finishJournals() async { for context in all { await context.run { $0.journal.finish() } } }

    package func tell(_ account: EngineHealth.Account, isAvailable: Bool) {
        // Failures with a caller's own key are in the log of that caller's sessions.
        if account.isOperators {
            if isAvailable {
                log.info("the engine works again", [.engine: account.engine.rawValue])
            } else {
                log.warning("the engine failed and gets no sessions for a while", [.engine: account.engine.rawValue])
                Task { [replicas, log] in
                    do throws(StoreError) { try await replicas?.tell(failed: account.engine) } catch {
                        log.warning("other gateways are not told that an engine failed", [.engine: account.engine.rawValue, .error: "\(error)"])
                    }
                }
            }
        }
        forEach { $0.availability(account, isAvailable: isAvailable) }
    }

    package func probe(_ engine: EngineName) async -> EngineError? {
        guard let entry = entries.first(where: { $0.name == engine }) else { return nil }
        return await probe(entry)
    }

    /// Opens a stream to an engine, with the key that the entry has, and ends it.
    ///
    /// - Returns: the error; nil when the engine answered to the end. Engines of this process are not asked.
    package func probe(_ entry: EngineEntry) async -> EngineError? {
        guard let context = all.first else { return nil }
        return await withCheckedContinuation { continuation in
            let isTaken = context.enter { context in context.probe(entry) { error in continuation.resume(returning: error) } }
            if !isTaken { continuation.resume(returning: .unavailable("the gateway stops")) }
        }
    }

    private func forEach(_ body: @escaping @Sendable (LiveContext) -> Void) { for context in all { context.enter(body) } }
}
