package import Speech
package import Store

/// The key or user whose tokens and sessions are counted together.
package enum CallerID: Hashable, Sendable {
    case key(ID<AccessKey>)
    /// A user without a key.
    case user(ID<User>)

    package init(_ caller: Caller) {
        self = if let grant = caller.grant { .key(grant.key) } else { .user(caller.user) }
    }
}
