package import Framing
package import Net
package import Protocols
internal import Speech
internal import Store

/// Decides who is let in.
///
/// Without keys and without an identity provider only callers from this machine are served, with any credential; no web page gets in that way, since a
/// foreign `Origin` and a `Host` that is not this machine's are refused. Otherwise a key is needed, or a token of the provider's.
package struct Access: Sendable {
    private let keys: KeyVerdicts
    private let tokens: TemporaryTokens
    /// nil: no provider vouches for anyone.
    private let users: UserTokens?

    package init(keys: KeyVerdicts, tokens: TemporaryTokens, users: UserTokens?) {
        self.keys = keys
        self.tokens = tokens
        self.users = users
    }

    /// Makes a token that stands in for what was admitted. Tokens make no tokens.
    package func issueToken(_ terms: TemporaryTokens.Terms, to caller: AuthenticatedCaller) throws(RefusalCause) -> String {
        guard !caller.isByToken else { throw .unauthenticated }
        return try tokens.issue(terms, to: caller.caller, now: .now)
    }

    /// There is no key yet and no identity provider, so every caller is on this machine.
    ///
    /// Known only after `preparation`, or after `loadOpenness`.
    package var isOpenToThisMachineOnly: Bool { users == nil && keys.isEmpty }

    /// Returns `isOpenToThisMachineOnly` as the store has it now.
    package func loadOpenness() async -> Bool {
        if users == nil { await keys.loadExistence() }
        return isOpenToThisMachineOnly
    }

    /// Returns the work to await before a caller with this credential can be judged; nil: none.
    ///
    /// - Parameter credential: nil: the caller has shown none.
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
            // After the key itself: a caller who shows the first key is let in, or there was no key when the caller came.
            if mayBeOpen { await keys.loadExistence() }
        }
    }

    /// The part of a credential that must be asked for before it can be judged.
    private enum Proof {
        case text(String)
        /// The key behind a temporary token.
        case key(ID<AccessKey>)
        /// A token that is signed by a key of the identity provider's that is not here yet.
        case userToken
    }

    private func wanted(by secret: String) -> Proof? {
        if let caller = tokens.caller(of: secret) { return caller.grant.map { .key($0.key) } }
        if let users, UserTokens.isToken(secret) { return users.needsPreparation(secret) ? .userToken : nil }
        return .text(secret)
    }

    /// Refuses who could not be admitted whatever credential it showed: for callers who show it later.
    package func admitUnknown(_ head: HTTPRequestHead, peer: SocketAddress) throws(RefusalCause) {
        if isOpenToThisMachineOnly { try admitLocal(head, peer) }
    }

    package func authenticate(
        _ head: HTTPRequestHead, credential: Credential?, peer: SocketAddress
    ) throws(RefusalCause) -> AuthenticatedCaller {
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
            // Made before the first key was: it stands in for nobody now.
            case .local: throw .unauthenticated
            case .user: break
            case .key(let grant): caller.caller = .key(try self.grant(keys.verdict(on: grant.key)))
            }
            return caller
        }
        if let users, UserTokens.isToken(credential.secret) {
            switch users.verify(credential.secret) {
            case .user(let user): return AuthenticatedCaller(.user(user))
            case .refused: throw .unauthenticated
            case .unavailable: throw .unavailable("The identity provider's keys cannot be fetched; try again in a moment.")
            }
        }
        return AuthenticatedCaller(.key(try grant(keys.verdict(on: credential.secret))))
    }

    private func grant(_ verdict: KeyVerdict?) throws(RefusalCause) -> AccessGrant {
        switch verdict {
        case .valid(let grant): return grant
        case .unknown, .revoked, .expired: throw .unauthenticated
        case nil: throw .unavailable("The key store cannot be read.")
        }
    }

    private func admitLocal(_ head: HTTPRequestHead, _ peer: SocketAddress) throws(RefusalCause) {
        guard LoopbackHost.matches(peer.ip.description) else {
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
