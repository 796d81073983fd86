internal import Speech
internal import Store

/// Whose tokens and sessions are counted together.
enum CallerID: Hashable, Sendable {
    case key(ID<AccessKey>)
    /// Without a key.
    case user(ID<User>)

    init(_ caller: Caller) {
        self = if let grant = caller.grant { .key(grant.key) } else { .user(caller.user) }
    }
}
