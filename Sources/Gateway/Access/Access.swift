package import Framing
package import Net
package import Protocols
package import Store

/// Decides who is let in.
///
/// Without keys only callers from this machine are served, with any credential; no web page gets in that way, since a foreign `Origin` and a
/// `Host` that is not this machine's are refused. Once a key exists, only valid keys are.
package struct Access: Sendable {
    /// The part of the key store that admission needs.
    package protocol Keys: Sendable {
        func isEmpty() -> Bool
        func verify(_ presented: String) -> KeyVerdict
        func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding]
    }

    package enum Admission: Sendable, Equatable {
        /// No key exists, and the caller is on this machine.
        case local
        case key(AccessGrant)
        /// A temporary token, of a key or (nil) of a caller on this machine.
        case token(TemporaryTokens.Redemption)

        /// The longest session that it opens; nil: as long as any.
        package var sessionLimit: Duration? { if case .token(let redemption) = self { redemption.sessionLimit } else { nil } }

        /// What its sessions are set to, in the words of its dialect; empty: what their clients say.
        package var settings: [UInt8] { if case .token(let redemption) = self { redemption.settings } else { [] } }

        /// The key behind it; nil: none was needed.
        package var grant: AccessGrant? {
            switch self {
            case .local: nil
            case .key(let grant): grant
            case .token(let redemption): redemption.grant
            }
        }
    }

    private let keys: any Keys
    private let tokens: TemporaryTokens

    package init(keys: any Keys, tokens: TemporaryTokens) {
        self.keys = keys
        self.tokens = tokens
    }

    /// Makes a token that stands in for what was admitted. Tokens make no tokens.
    package func issueToken(_ terms: TemporaryTokens.Terms, to admission: Admission) throws(RefusalCause) -> String {
        switch admission {
        case .local: return try tokens.issue(terms, to: nil, now: .now)
        case .key(let grant): return try tokens.issue(terms, to: grant, now: .now)
        case .token: throw .unauthenticated
        }
    }

    /// No key exists yet, so every caller is on this machine.
    var isOpenToThisMachineOnly: Bool { keys.isEmpty() }

    /// Refuses who could not be admitted whatever credential it showed: for callers who show it later.
    package func admitUnknown(_ head: HTTPRequestHead, peer: SocketAddress) throws(RefusalCause) {
        if keys.isEmpty() { try admitLocal(head, peer) }
    }

    package func admit(_ head: HTTPRequestHead, credential: Credential?, peer: SocketAddress) throws(RefusalCause) -> Admission {
        if keys.isEmpty() {
            try admitLocal(head, peer)
            return token(credential, head) ?? .local
        }
        guard let credential else { throw .unauthenticated }
        if let admission = token(credential, head) {
            // Made before the first key was: it stands in for nobody now.
            guard admission.grant != nil else { throw .unauthenticated }
            return admission
        }
        switch keys.verify(credential.secret) {
        case .valid(let grant): return .key(grant)
        case .unknown, .revoked, .expired: throw .unauthenticated
        case .unavailable: throw .unavailable("The key store cannot be read.")
        }
    }

    private func token(_ credential: Credential?, _ head: HTTPRequestHead) -> Admission? {
        guard let credential else { return nil }
        return tokens.redeem(credential.secret, at: head.path, now: .now).map { .token($0) }
    }

    private func admitLocal(_ head: HTTPRequestHead, _ peer: SocketAddress) throws(RefusalCause) {
        guard LoopbackHost.matches(peer.ip.description) else {
            throw .forbidden("This gateway has no keys yet and serves only its own machine. Make one with: harken keys create")
        }
        guard let host = head.headers["Host"], LoopbackHost.matches(authority: host) else {
            throw .forbidden("This gateway has no keys yet: address it as localhost.")
        }
        if let origin = head.headers["Origin"], !LoopbackHost.matches(origin: origin) {
            throw .forbidden("This gateway has no keys yet and takes nothing from web pages of other machines.")
        }
    }
}

extension AccessKeys: Access.Keys {}
