internal import Framing
package import Net
package import Observability
package import Speech
internal import Synchronization

/// Tokens of users that an OpenID Connect provider has made: verified against its keys, which are fetched, kept and fetched again. From any thread.
///
/// `verify` never waits. Who comes before the keys are there, or with a key that is not known yet, is to wait for `prepare` first.
package final class UserTokens: Sendable {
    package enum Verdict: Sendable, Equatable {
        case user(ID<User>)
        case refused(TokenFault)
        /// The issuer's keys are not to be had, so nobody is let in.
        case unavailable
    }

    private struct State {
        var keys: [TokenKey] = []
        /// The last time that keys came.
        var fetched: Instant?
        /// The time when the keys are to be fetched again.
        var stale: Instant?
        /// The last time that the issuer was asked for keys.
        var asked: Instant?
        var fetching: Task<Void, Never>?

        func mayAsk(_ now: Instant) -> Bool { asked.map { now - $0 >= UserTokens.pause } ?? true }

        mutating func dropOld(_ now: Instant) {
            if let fetched, now - fetched > UserTokens.longestUse { keys = [] }
        }

        /// - Returns: the keys that may have signed `token`.
        func keys(for token: borrowing SignedToken) -> [TokenKey] {
            let algorithm = token.algorithm
            let identifier = token.keyIdentifier
            let fitting = keys.filter { $0.algorithm == algorithm && (identifier == nil || $0.identifier == identifier) }
            // Which one is meant must be said where there is a choice.
            return identifier == nil && fitting.count > 1 ? [] : fitting
        }
    }

    /// Between two questions to the issuer, however many tokens name keys that nobody has.
    package static let pause = Duration.seconds(10)
    /// Maximum time that keys are used if they cannot be fetched again.
    package static let longestUse = Duration.seconds(86_400)
    private static let maxKeys = 64

    private let provider: IdentityProvider
    private let fetch: @Sendable () async -> Result<IssuerKeys.Answer, IssuerKeys.Failure>
    private let now: @Sendable () -> UnixTime
    private let clock: @Sendable () -> Instant
    private let log: Log
    private let state = Mutex(State())

    /// - Parameter fetch: gets the issuer's keys.
    package init(
        _ provider: IdentityProvider, log: Log, now: @escaping @Sendable () -> UnixTime, clock: @escaping @Sendable () -> Instant = { .now },
        fetch: @escaping @Sendable () async -> Result<IssuerKeys.Answer, IssuerKeys.Failure>
    ) {
        self.provider = provider
        self.log = log
        self.now = now
        self.clock = clock
        self.fetch = fetch
    }

    package convenience init(_ provider: IdentityProvider, client: HTTPClient, log: Log, now: @escaping @Sendable () -> UnixTime) {
        let keys = IssuerKeys(provider: provider, client: client)
        self.init(provider, log: log, now: now) { () async -> Result<IssuerKeys.Answer, IssuerKeys.Failure> in
            do throws(IssuerKeys.Failure) { return .success(try await keys.fetch()) } catch { return .failure(error) }
        }
    }

    /// True if the text looks like a token. Such a text is no key of this gateway.
    package static func isToken(_ text: String) -> Bool { SignedToken.isShaped(text) }

    /// Returns the user who shows this token, or the fault of the token, or `unavailable` without the issuer's keys.
    package func verify(_ text: String) -> Verdict {
        let verdict = judge(text)
        if case .refused(let fault) = verdict { log.info("user token refused", [.reason: fault.rawValue]) }
        return verdict
    }

    private func judge(_ text: String) -> Verdict {
        let instant = clock()
        enum Finding { case payload([UInt8]), fault(TokenFault), noKeys }
        let (finding, isStale) = state.withLock { state -> (Finding, Bool) in
            state.dropOld(instant)
            let isStale = state.stale.map { $0 <= instant } ?? true
            guard let token = SignedToken(text) else { return (.fault(.form), false) }
            guard !state.keys.isEmpty else { return (.noKeys, true) }
            let keys = state.keys(for: token)
            guard !keys.isEmpty else { return (.fault(.key), isStale) }
            for key in keys where token.isSigned(by: key) { return (.payload(token.payload), isStale) }
            return (.fault(.signature), isStale)
        }
        if isStale { _ = refresh() }
        switch finding {
        case .noKeys: return .unavailable
        case .fault(let fault): return .refused(fault)
        case .payload(let payload):
            do throws(TokenFault) {
                return .user(try TokenClaims.user(in: payload, of: provider, now: now()))
            } catch {
                return .refused(error)
            }
        }
    }

    /// True if `prepare` may fetch a key for this token that `verify` lacks now.
    package func needsPreparation(_ text: String) -> Bool {
        let instant = clock()
        return state.withLock { state in
            state.dropOld(instant)
            guard let token = SignedToken(text), state.keys(for: token).isEmpty else { return false }
            return state.fetching != nil || state.mayAsk(instant)
        }
    }

    /// Waits until the issuer was asked for its keys, a few seconds at most.
    package func prepare() async { await refresh()?.value }

    /// Asks the issuer, unless that is being done, or was just done.
    ///
    /// - Returns: the task to wait for; nil: the issuer was just asked.
    @discardableResult
    package func refresh() -> Task<Void, Never>? {
        let instant = clock()
        return state.withLock { state in
            if let fetching = state.fetching { return fetching }
            guard state.mayAsk(instant) else { return nil }
            state.asked = instant
            let task = Task { await update() }
            state.fetching = task
            return task
        }
    }

    private func update() async {
        let result = await fetch()
        let instant = clock()
        let provider = provider
        let count = state.withLock { state -> Int? in
            state.fetching = nil
            guard case .success(let answer) = result, let keys = Self.keys(in: answer.document) else { return nil }
            state.keys = keys
            state.fetched = instant
            state.stale = instant + answer.goodFor
            return keys.count
        }
        switch (count, result) {
        case (let count?, _): log.debug("keys of the identity provider fetched", [.count: "\(count)"])
        case (nil, .failure(let failure)): log.warning("keys of the identity provider cannot be fetched", [.error: failure.description])
        case (nil, .success): log.warning("keys of the identity provider cannot be used", [.error: provider.issuer])
        }
    }

    /// - Returns: nil when the document is none; keys that are not for tokens are passed over.
    private static func keys(in document: [UInt8]) -> [TokenKey]? {
        let json: JSONDocument
        do throws(JSONError) { json = try JSONDocument(parsing: document, sizeLimit: IssuerKeys.longestDocument) } catch { return nil }
        let list = json.root["keys"]
        guard list.isArray else { return nil }
        var keys: [TokenKey] = []
        for index in 0..<min(list.count, maxKeys) { if let key = TokenKey(list[index]) { keys.append(key) } }
        return keys
    }
}
