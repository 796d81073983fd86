package import Protocols
package import Speech
package import Store
internal import Usage

/// The caller behind a request.
package enum Caller: Sendable, Equatable {
    /// Someone on this machine, at a gateway that has neither keys nor an identity provider.
    case local
    /// Someone whom the identity provider vouches for.
    case user(ID<User>)
    case key(AccessGrant)

    /// The user whose data the request is about.
    package var user: ID<User> {
        switch self {
        case .local: .local
        case .user(let user): user
        case .key(let grant): grant.user
        }
    }

    /// Rights of the caller's key; nil when the caller has shown no key.
    package var grant: AccessGrant? { if case .key(let grant) = self { grant } else { nil } }

    /// The scopes that the caller has, in the order of `AccessScope`.
    package var scopes: [AccessScope] { AccessScope.allCases.filter { has($0) } }

    private func has(_ scope: AccessScope) -> Bool {
        // A gateway without keys is its machine's own. Otherwise an administrator is somebody whom an administrator has made one.
        guard let scopes = grant?.scopes, !scopes.isEmpty else { return scope != .admin || self == .local }
        return scope.isContained(in: scopes)
    }

    /// Rejects callers who have none of the scopes. Keys without scopes, and users of the identity provider, may do everything with their own data.
    ///
    /// - Parameter wanted: scopes of which the key needs one; empty when any key suffices.
    package func check(anyOf wanted: [AccessScope]) throws(RequestError) {
        guard let scope = wanted.first else { return }
        guard wanted.contains(where: { has($0) }) else {
            guard grant != nil else { throw .forbidden("Only a key with the scope \"\(scope.rawValue)\" may do this.") }
            throw .forbidden("This key may not be used for \(scope.explanation): it lacks the scope \"\(scope.rawValue)\".")
        }
    }
}

extension UsageOwner {
    init(_ caller: Caller) { self.init(caller.user, key: caller.grant?.key) }
}
