package import Continuity
internal import Net
package import Speech
internal import Synchronization

/// The observer of an `EngineHealth`: tries engines for it, and passes the results to sessions.
package protocol EngineHealthObserver: AnyObject, Sendable {
    /// Tells all live sessions that use the engine with this key whether the engine works.
    func tell(_ account: EngineHealth.Account, isAvailable: Bool)

    /// Tries an engine with the operator's key.
    ///
    /// - Returns: the error; nil when the engine accepts streams.
    func probe(_ engine: EngineName) async -> EngineError?
}

/// The health of engines, shared by all live sessions that use an engine with the same key. A session learns of an outage from another session's
/// time-out, and does not call an engine stalled that is usually this slow.
package final class EngineHealth: Sendable {
    /// An engine together with the key that it is used with: one key may be rejected or used up while another one works.
    package struct Account: Hashable, Sendable {
        package var engine: EngineName
        /// Digest of the caller's own key, which tells keys apart and does not reveal the key; nil for the operator's key.
        fileprivate var digest: [UInt8]?

        package var isOperators: Bool { digest == nil }

        package static func operators(_ engine: EngineName) -> Account { Account(engine: engine, digest: nil) }
    }

    /// The known health of an account.
    private struct Record {
        var breaker: Breaker
        var lags = AnswerLags()
        /// The time when something was last learned.
        var at: Instant
        /// True if sessions were told by `tried` that the account works again.
        var isTold = false
    }

    private struct Patron { weak var patron: (any EngineHealthObserver)? }

    /// Maximum number of callers' own keys whose health is remembered; the least recently updated are dropped.
    package static let maxOwnKeys = 1_000

    private let rule: Breaker.Rule
    private let now: @Sendable () -> Instant
    private let sleep: @Sendable (Instant) async throws -> Void
    private let records = Mutex<[Account: Record]>([:])
    private let patron = Mutex(Patron())
    /// Engines that are tried because another gateway says that they have failed.
    private let suspects = Mutex<Set<EngineName>>([])
    /// Secret of this process, so that a digest tells nothing to anybody else.
    private let pepper: [UInt8]

    /// - Parameters:
    ///   - now: the time by which failed accounts rest.
    ///   - sleep: waits until this time.
    package init(
        rule: Breaker.Rule = .init(), now: @escaping @Sendable () -> Instant = { .now },
        sleep: @escaping @Sendable (Instant) async throws -> Void = { try await Task.sleep(for: $0 - .now) }
    ) throws {
        self.rule = rule
        self.now = now
        self.sleep = sleep
        pepper = try secureRandomBytes(32)
    }

    package func serve(_ patron: any EngineHealthObserver) { self.patron.withLock { $0.patron = patron } }

    private var served: (any EngineHealthObserver)? { patron.withLock { $0.patron } }

    /// Returns the account of an engine with a key.
    ///
    /// - Parameter key: the caller's own key; nil for the operator's key.
    package func account(_ engine: EngineName, key: String?) -> Account {
        Account(engine: engine, digest: key.map { hmacSHA256(Array($0.utf8), key: pepper) })
    }

    /// Returns false while no stream may be opened with the account, because it has failed.
    package func isAvailable(_ account: Account) -> Bool { records.withLock { $0[account]?.breaker.isAvailable ?? true } }

    /// Returns the time when an account that has failed is tried again; nil while the account may be used, and while it is being tried.
    package func restsUntil(_ account: Account) -> Instant? { records.withLock { $0[account]?.breaker.deadline } }

    /// Returns the time that the account takes to answer when it is slow; nil when the time is not known.
    package func slowness(_ account: Account) -> Duration? { records.withLock { [now = now()] in $0[account]?.lags.slowest(now: now) } }

    package var count: Int { records.withLock { $0.count } }

    /// Notes the outcome of a session's stream. A stream without answers says nothing yet about the engine: it may have received only noise.
    ///
    /// Repairs are not counted: they use another address of the engine, and each repair chooses another engine by itself.
    package func ran(_ run: RecognitionAttempt, by account: Account) {
        guard run.kind == .stream else { return }
        switch run.outcome {
        case .completed, .cancelled: if let slowest = run.slowest { lagged(account, by: slowest) }
        case .failed, .connectTimedOut: if let error = run.error { failed(account, error) }
        case .givenUp, .declined: break
        }
    }

    /// Notes that the account answers, and the time that the answer took.
    package func lagged(_ account: Account, by lag: Duration) {
        let now = now()
        records.withLock { learn(of: account, at: now, in: &$0) { $0.lags.add(lag, now: now) } }
    }

    /// Notes the outcome of a trial with the operator's key that an administrator has asked for. An engine that works gets sessions at once.
    ///
    /// - Parameter error: nil when the engine works.
    package func tried(_ engine: EngineName, _ error: EngineError?) {
        let account = Account.operators(engine)
        if let error { return failed(account, error) }
        let isNews = records.withLock { [now = now()] records in
            guard var record = records[account], !record.breaker.isAvailable else { return false }
            record.breaker.succeeded(now: now)
            record.isTold = true
            records[account] = record
            return true
        }
        if isNews { served?.tell(account, isAvailable: true) }
    }

    /// Tries an engine with the operator's key, because another gateway of the database says that the engine has failed. The other gateway may be at
    /// fault, so its word alone does not count.
    package func suspect(_ engine: EngineName) async {
        let account = Account.operators(engine)
        guard isAvailable(account), let served, suspects.withLock({ $0.insert(engine).inserted }) else { return }
        let error = await served.probe(engine)
        suspects.withLock { _ = $0.remove(engine) }
        if let error { failed(account, error) }
    }

    /// Notes that the account is known to be at fault.
    package func failed(_ account: Account, _ error: EngineError) {
        let now = now()
        let isNews = records.withLock { records in
            learn(of: account, at: now, in: &records) { record in
                let wasAvailable = record.breaker.isAvailable
                record.breaker.failed(error, now: now, chance: .random(in: 0...1))
                return wasAvailable && record.breaker.deadline != nil
            }
        }
        guard isNews else { return }
        served?.tell(account, isAvailable: false)
        // The task ends when the engine works again. There is at most one task for each account.
        Task.detached { [weak self] in await self?.watch(account) }
    }

    /// Changes the record of an account. The caller's own key of which something was learned longest ago makes room for a new one.
    private func learn<Result>(
        of account: Account, at now: Instant, in records: inout [Account: Record], _ body: (inout Record) -> Result
    ) -> Result {
        if records[account] == nil, !account.isOperators {
            let own = records.filter { !$0.key.isOperators }
            if own.count >= Self.maxOwnKeys, let oldest = own.min(by: { $0.value.at < $1.value.at }) { records[oldest.key] = nil }
        }
        var record = records[account] ?? Record(breaker: Breaker(rule: rule), at: now)
        record.at = now
        let result = body(&record)
        records[account] = record
        return result
    }

    private func watch(_ account: Account) async {
        while let deadline = records.withLock({ $0[account]?.breaker.deadline }) {
            guard (try? await sleep(deadline)) != nil else { return }
            let isTried = records.withLock { [now = now()] in $0[account]?.breaker.wake(now: now) ?? false }
            guard isTried else { continue }
            // A caller's key is used for the caller's sessions only and not kept: the caller's next session tries the engine.
            guard account.isOperators else {
                records.withLock { [now = now()] in $0[account]?.breaker.succeeded(now: now) }
                continue
            }
            guard let served else { return }
            let error = await served.probe(account.engine)
            records.withLock { [now = now()] records in
                if let error {
                    records[account]?.breaker.failed(error, now: now, chance: .random(in: 0...1))
                    // A fault of the probe itself is not a fault of the engine.
                    if records[account]?.breaker.deadline == nil { records[account]?.breaker.succeeded(now: now) }
                } else {
                    records[account]?.breaker.succeeded(now: now)
                }
            }
        }
        let isTold = records.withLock { records in
            defer { records[account]?.isTold = false }
            return records[account]?.isTold ?? false
        }
        if !isTold { served?.tell(account, isAvailable: true) }
    }
}
