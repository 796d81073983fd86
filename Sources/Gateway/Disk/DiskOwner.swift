internal import Speech
internal import Store

/// Whose upload takes disk.
struct DiskOwner: Sendable, Hashable {
    let user: ID<User>
    /// nil: no key was shown.
    let key: ID<AccessKey>?
    /// Whether a client sends the upload; false: a job fetches it, and jobs have a limit of their own.
    let isSent: Bool

    init(user: ID<User>, key: ID<AccessKey>?, isSent: Bool = true) {
        self.user = user
        self.key = key
        self.isSent = isSent
    }

    init(_ caller: Caller) { self.init(user: caller.user, key: caller.grant?.key) }

    /// Whose uploads at the same time are counted together; nil: they are not counted.
    var sender: CallerID? {
        guard isSent, isLimited else { return nil }
        return key.map { .key($0) } ?? .user(user)
    }

    /// Whether a user's share holds for it: not for who uses a gateway without keys, on its own machine.
    var isLimited: Bool { key != nil || user != .local }
}
