package import Framing
package import Net
package import Protocols
internal import Speech
internal import Store

/// The rule for which callers are admitted.
///
/// Without keys and without an identity provider, only callers on this machine are served, with any credential. Web pages of other sites cannot use
/// this, because requests with a foreign `Origin`, or with a `Host` that is not this machine, are rejected. Otherwise a caller needs a key, or a token
/// from the provider.
package struct Access: Sendable {
    private let keys: KeyVerdicts
    private let tokens: TemporaryTokens
    /// Verifier of the identity provider's tokens; nil when there is no provider.
    private let users: UserTokens?

    package init(keys: KeyVerdicts, tokens: TemporaryTokens, users: UserTokens?) {
        self.keys = keys
        self.tokens = tokens
        self.users = users
    }

    /// Makes a temporary token for the caller. A caller who used a token gets no further token.
    package func issueToken(_ terms: TemporaryTokens.Terms, to caller: AuthenticatedCaller) throws(RequestError) -> String {
        guard !caller.isByToken else { throw .unauthenticated }
        return try tokens.issue(terms, to: caller.caller, now: .now)
    }

    /// True if the gateway has neither keys nor an identity provider, so that only callers on this machine are served.
    ///
    /// The value is known only after `preparation` or `loadOpenness`.
    package var isOpenToThisMachineOnly: Bool { users == nil && keys.isEmpty }

    /// Returns `isOpenToThisMachineOnly`, read from the store now.
    package func loadOpenness() async -> Bool {
        if users == nil { await keys.loadExistence() }
        return isOpenToThisMachineOnly
    }

    /// Returns the work to await before a caller with this credential can be judged; nil when there is none.
    ///
    /// - Parameter credential: the caller's credential; nil when the caller has shown none.
    package func preparation(for credential: Credential?) -> (@Sendable () async -> Void)? {
        let mayBeOpen = users == nil && keys.mayBeEmpty
        let proof = credential.flatMap { wanted(by: $0.secret) }
        guard mayBeOpen || proof != nil else { return nil }
        return { [keys, users] in
            switch proof {
            case .text(let text): await keys.load(text)
            case .key(let key): await keys.load(key)
            case .userToken: await users?.prepare()
            case nil: break
            }
            // The key is loaded before the existence of keys: so a caller with the first key is admitted, or there was no key when the caller came.
            if mayBeOpen { await keys.loadExistence() }
        }
    }

    /// The part of a credential that must be looked up before the credential can be judged.
    private enum Proof {
        case text(String)
        /// The key behind a temporary token.
        case key(ID<AccessKey>)
        /// A user token that is signed by a key which was not fetched from the identity provider yet.
        case userToken
    }

    private func wanted(by secret: String) -> Proof? {
        if let caller = tokens.caller(of: secret) { return caller.grant.map { .key($0.key) } }
        if let users, UserTokens.isToken(secret) { return users.needsPreparation(secret) ? .userToken : nil }
        return .text(secret)
    }

    /// Rejects callers whom no credential could admit. Used for callers who show their credential later.
    package func admitUnknown(_ head: HTTPRequestHead, peer: SocketAddress) throws(RequestError) {
        if isOpenToThisMachineOnly { try admitLocal(head, peer) }
    }

    package func authenticate(
        _ head: HTTPRequestHead, credential: Credential?, peer: SocketAddress
    ) throws(RequestError) -> AuthenticatedCaller {
        if isOpenToThisMachineOnly {
            try admitLocal(head, peer)
            guard let credential, let caller = tokens.redeem(credential.secret, at: head.path, now: .now) else {
                return AuthenticatedCaller(.local)
            }
            return caller
        }
        guard let credential else { throw .unauthenticated }
        if var caller = tokens.redeem(credential.secret, at: head.path, now: .now) {
            switch caller.caller {
            // The token was made before the first key existed, and has no key or user behind it now.
            case .local: throw .unauthenticated
            case .user: break
            case .key(let grant): caller.caller = .key(try self.grant(keys.verdict(on: grant.key)))
            }
            return caller
        }
        if let users, UserTokens.isToken(credential.secret) {
            switch users.verify(credential.secret) {
            case .user(let user): return AuthenticatedCaller(.user(user))
            case .rejected: throw .unauthenticated
            case .unavailable: throw .unavailable("The identity provider's keys cannot be fetched; try again in a moment.")
            }
        }
        return AuthenticatedCaller(.key(try grant(keys.verdict(on: credential.secret))))
    }

    private func grant(_ verdict: KeyVerdict?) throws(RequestError) -> AccessGrant {
        switch verdict {
        case .valid(let grant): return grant
        case .unknown, .revoked, .expired: throw .unauthenticated
        case nil: throw .unavailable("The key store cannot be read.")
        }
    }

    private func admitLocal(_ head: HTTPRequestHead, _ peer: SocketAddress) throws(RequestError) {
        guard peer.ip.isLoopback else {
            throw .forbidden("This gateway has no keys yet and serves only its own machine. Make one with: harken keys create")
        }
        guard let host = head.headers["Host"], LoopbackHost.matches(authority: host) else {
            throw .forbidden("This gateway has no keys yet: address it as localhost.")
        }
        if let origin = head.headers["Origin"], !LoopbackHost.matches(origin: origin) {
            throw .forbidden("This gateway has no keys yet and does not serve web pages of other machines.")
        }
    }
}
