internal import Framing
package import Net
package import Observability
package import Speech
internal import Synchronization

/// The verifier of user tokens that an OpenID Connect provider has made. Fetches the provider's keys, keeps them and fetches them again. May be used
/// from any thread.
///
/// `verify` never waits. For a token that comes before the keys are there, or that names an unknown key, callers must await `prepare` first.
package final class UserTokens: Sendable {
    package enum Verdict: Sendable, Equatable {
        case user(ID<User>)
        case rejected(TokenError)
        /// The issuer's keys cannot be fetched, so no token is accepted.
        case unavailable
    }

    private struct State {
        var keys: [TokenKey] = []
        /// Time when keys were last received.
        var fetched: Instant?
        /// Time when the keys must be fetched again.
        var stale: Instant?
        /// Time when the issuer was last asked for keys.
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
            // If several keys fit, the token must name its key.
            return identifier == nil && fitting.count > 1 ? [] : fitting
        }
    }

    /// Minimum time between two requests to the issuer, however many tokens name unknown keys.
    package static let pause = Duration.seconds(10)
    /// Maximum time that keys are used if they cannot be fetched again.
    package static let longestUse = Duration.seconds(86_400)
    private static let maxKeys = 64

    private let provider: IdentityProvider
    private let fetch: @Sendable () async -> Result<IssuerKeys.Answer, IssuerKeysError>
    private let now: @Sendable () -> UnixTime
    private let clock: @Sendable () -> Instant
    private let log: Log
    private let state = Mutex(State())

    /// - Parameter fetch: fetches the issuer's keys.
    package init(
        _ provider: IdentityProvider, log: Log, now: @escaping @Sendable () -> UnixTime, clock: @escaping @Sendable () -> Instant = { .now },
        fetch: @escaping @Sendable () async -> Result<IssuerKeys.Answer, IssuerKeysError>
    ) {
        self.provider = provider
        self.log = log
        self.now = now
        self.clock = clock
        self.fetch = fetch
    }

    package convenience init(_ provider: IdentityProvider, client: HTTPClient, log: Log, now: @escaping @Sendable () -> UnixTime) {
        let keys = IssuerKeys(provider: provider, client: client)
        self.init(provider, log: log, now: now) { () async -> Result<IssuerKeys.Answer, IssuerKeysError> in
            do throws(IssuerKeysError) { return .success(try await keys.fetch()) } catch { return .failure(error) }
        }
    }

    /// Returns true if the text has the shape of a token. Keys of this gateway never have that shape.
    package static func isToken(_ text: String) -> Bool { SignedToken.isShaped(text) }

    /// Returns the time until a token expires; nil when the text is not a token. The token's signature is not checked.
    package func timeLeft(of text: String) -> Duration? {
        guard let payload = SignedToken(text)?.payload, let expires = TokenClaims.expiry(in: payload) else { return nil }
        return max(.zero, expires - now())
    }

    /// Returns the user of this token, or the token's error, or `unavailable` when the issuer's keys are missing.
    package func verify(_ text: String) -> Verdict {
        let verdict = judge(text)
        if case .rejected(let error) = verdict { log.info("user token refused", [.reason: error.rawValue]) }
        return verdict
    }

    private func judge(_ text: String) -> Verdict {
        let instant = clock()
        enum Finding { case payload([UInt8]), invalid(TokenError), noKeys }
        let (finding, isStale) = state.withLock { state -> (Finding, Bool) in
            state.dropOld(instant)
            let isStale = state.stale.map { $0 <= instant } ?? true
            guard let token = SignedToken(text) else { return (.invalid(.form), false) }
            guard !state.keys.isEmpty else { return (.noKeys, true) }
            let keys = state.keys(for: token)
            guard !keys.isEmpty else { return (.invalid(.key), isStale) }
            for key in keys where token.isSigned(by: key) { return (.payload(token.payload), isStale) }
            return (.invalid(.signature), isStale)
        }
        if isStale { _ = refresh() }
        switch finding {
        case .noKeys: return .unavailable
        case .invalid(let error): return .rejected(error)
        case .payload(let payload):
            do throws(TokenError) {
                return .user(try TokenClaims.user(in: payload, of: provider, now: now()))
            } catch {
                return .rejected(error)
            }
        }
    }

    /// Returns true if `prepare` may fetch a key that `verify` lacks for this token now.
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

    /// Asks the issuer for keys, unless a request is under way or has just been made.
    ///
    /// - Returns: the task to wait for; nil when a request has just been made.
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

    /// Reads the keys of a document, without keys that are not for tokens; nil when the document is not a set of keys.
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
