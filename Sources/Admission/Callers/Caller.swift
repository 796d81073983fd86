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

    /// nil: no key was shown.
    package var grant: AccessGrant? { if case .key(let grant) = self { grant } else { nil } }

    /// Refuses keys that have none of the scopes. People may do everything with what is theirs.
    ///
    /// - Parameter wanted: empty: any key will do.
    package func check(anyOf wanted: [AccessScope]) throws(RefusalCause) {
        guard let scopes = grant?.scopes, !scopes.isEmpty, let scope = wanted.first else { return }
        guard wanted.contains(where: { $0.isContained(in: scopes) }) else {
            throw .forbidden("This key may not be used for \(scope.explanation): it lacks the scope \"\(scope.rawValue)\".")
        }
    }
}

extension UsageOwner {
    init(_ caller: Caller) { self.init(caller.user, key: caller.grant?.key) }
}
