internal import Speech
internal import Store

/// Whose upload takes disk.
struct DiskOwner: Sendable, Hashable {
    let user: ID<User>
    /// nil: no key was shown.
    let key: ID<AccessKey>?

    init(user: ID<User>, key: ID<AccessKey>?) {
        self.user = user
        self.key = key
    }

    init(_ caller: Caller) { self.init(user: caller.user, key: caller.grant?.key) }

    /// Whose uploads at the same time are counted together; nil: nobody's, on a gateway that only its own machine uses.
    var sender: CallerID? { if let key { .key(key) } else if user == .local { nil } else { .user(user) } }

    /// Whether a user's share holds for it.
    var isLimited: Bool { sender != nil }
}
