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
    private let logins: LoginTokens

    package init(keys: KeyVerdicts, tokens: TemporaryTokens, users: UserTokens?, logins: LoginTokens) {
        self.keys = keys
        self.tokens = tokens
        self.users = users
        self.logins = logins
    }

    /// Makes a login for a page whose user has typed a key or a user token; nil when the gateway needs no credential.
    package func logIn(_ text: String, _ head: HTTPRequestHead, peer: SocketAddress) async throws(RequestError) -> Login? {
        guard !RequestOrigin.isForeign(head, needsProof: false) else { throw .forbidden("Only pages of this gateway may log in here.") }
        let credential = shown(Credential(text))
        await preparation(for: credential)?()
        let caller = try authenticate(head, credential: credential, peer: peer)
        guard !caller.isByToken else { throw .unauthenticated }
        let lifetime = users?.timeLeft(of: credential.credential.secret).map { min($0, LoginTokens.lifetime) } ?? LoginTokens.lifetime
        switch caller.caller {
        case .local: return nil
        case .key(let grant): return Login(token: try logins.issue(to: .key(grant.key), for: lifetime), lifetime: lifetime)
        case .user(let user): return Login(token: try logins.issue(to: .user(user), for: lifetime), lifetime: lifetime)
        }
    }

    /// Ends the login of the page that makes the request.
    package func logOut(_ head: HTTPRequestHead) async throws(RequestError) {
        guard !RequestOrigin.isForeign(head, needsProof: false) else { throw .forbidden("Only pages of this gateway may log out here.") }
        if let login = LoginCookie.find(in: head) { try await logins.end(login.secret) }
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
    package func preparation(for credential: ShownCredential?) -> (@Sendable () async -> Void)? {
        let mayBeOpen = users == nil && keys.mayBeEmpty
        let proof = credential.flatMap(wanted)
        guard mayBeOpen || proof != nil else { return nil }
        return { [keys, users, logins] in
            switch proof {
            case .text(let text, let code): await keys.load(text, code)
            case .key(let key): await keys.load(key)
            case .userToken: await users?.prepare()
            case .login(let text, let key):
                await logins.load(text)
                if let key { await keys.load(key) }
            case nil: break
            }
            // The key is loaded before the existence of keys: so a caller with the first key is admitted, or there was no key when the caller came.
            if mayBeOpen { await keys.loadExistence() }
        }
    }

    /// The part of a credential that must be looked up before the credential can be judged.
    private enum Proof {
        case text(String, KeyVerdicts.Code)
        /// The key behind a temporary token.
        case key(ID<AccessKey>)
        /// The login of a page, with the key behind it; nil: a user of the identity provider is behind it.
        case login(String, ID<AccessKey>?)
        /// A user token that is signed by a key which was not fetched from the identity provider yet.
        case userToken
    }

    private func wanted(by shown: ShownCredential) -> Proof? {
        let secret = shown.credential.secret
        switch shown.form {
        case .token(let code): return tokens.caller(of: code)?.grant.map { .key($0.key) }
        case .login(.key(let key)): return .login(secret, key)
        case .login(.user): return .login(secret, nil)
        case .login(nil): return nil
        case .userToken: return users?.needsPreparation(secret) == true ? .userToken : nil
        case .key(let code): return .text(secret, code)
        }
    }

    /// Returns the credential that counts, with the code by which it is looked up: what the caller shows, or else the login of the page that makes the
    /// request; nil when there is none.
    package func shown(_ credential: Credential?, in head: HTTPRequestHead) -> ShownCredential? {
        (credential ?? LoginCookie.find(in: head)).map(shown)
    }

    /// Returns the credential with the code by which it is looked up.
    package func shown(_ credential: Credential) -> ShownCredential {
        let credential = credential.normalized, secret = credential.secret
        let form: ShownCredential.Form
        if credential.place == .cookie {
            form = .login(logins.holder(of: secret))
        } else if let code = tokens.code(of: secret), tokens.caller(of: code) != nil {
            form = .token(code)
        } else if users != nil, UserTokens.isToken(secret) {
            form = .userToken
        } else {
            form = .key(keys.code(of: secret))
        }
        return ShownCredential(credential: credential, form: form)
    }

    /// Rejects callers whom no credential could admit. Used for callers who show their credential later.
    package func admitUnknown(_ head: HTTPRequestHead, peer: SocketAddress) throws(RequestError) {
        if isOpenToThisMachineOnly { try admitLocal(head, peer) }
    }

    /// Admits a caller.
    ///
    /// - Parameter session: the live session of the caller's handshake; nil: the caller asks for something else.
    package func authenticate(
        _ head: HTTPRequestHead, credential: ShownCredential?, peer: SocketAddress, opening session: HandshakeSession? = nil
    ) throws(RequestError) -> AuthenticatedCaller {
        if isOpenToThisMachineOnly {
            try admitLocal(head, peer)
            guard case .token(let code)? = credential?.form, let caller = tokens.redeem(code, at: head.path, for: session, now: .now) else {
                return AuthenticatedCaller(.local)
            }
            return caller
        }
        switch credential?.form {
        case .token(let code):
            guard var caller = tokens.redeem(code, at: head.path, for: session, now: .now) else { throw .unauthenticated }
            switch caller.caller {
            // The token was made before the first key existed, and has no key or user behind it now.
            case .local: throw .unauthenticated
            case .user: break
            case .key(let grant): caller.caller = .key(try self.grant(keys.verdict(on: grant.key)))
            }
            return caller
        case .userToken:
            switch credential.flatMap({ users?.verify($0.credential.secret) }) {
            case .user(let user): return AuthenticatedCaller(.user(user))
            case .rejected, nil: throw .unauthenticated
            case .unavailable: throw .unavailable("The identity provider's keys cannot be fetched; try again in a moment.")
            }
        case .login: return AuthenticatedCaller(try caller(of: logins.check(credential?.credential.secret ?? "")))
        case .key(let code): return AuthenticatedCaller(.key(try grant(keys.verdict(on: code))))
        case nil: throw .unauthenticated
        }
    }

    private func caller(of holder: LoginTokens.Holder) throws(RequestError) -> Caller {
        switch holder {
        case .key(let key): return .key(try grant(keys.verdict(on: key)))
        // The provider may have been taken out of the settings since.
        case .user(let user) where users != nil: return .user(user)
        case .user: throw .unauthenticated
        }
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
