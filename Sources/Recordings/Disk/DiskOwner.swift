package import Admission
package import Speech
package import Store

/// Whose upload takes disk.
package struct DiskOwner: Sendable, Hashable {
    package let user: ID<User>
    /// nil: no key was shown.
    package let key: ID<AccessKey>?
    /// Whether a client sends the upload; false: a job fetches it, and jobs have a limit of their own.
    package let isSent: Bool

    package init(user: ID<User>, key: ID<AccessKey>?, isSent: Bool = true) {
        self.user = user
        self.key = key
        self.isSent = isSent
    }

    package init(_ caller: Caller) { self.init(user: caller.user, key: caller.grant?.key) }

    /// Whose uploads at the same time are counted together; nil: they are not counted.
    package var sender: CallerID? {
        guard isSent, isLimited else { return nil }
        return key.map { .key($0) } ?? .user(user)
    }

    /// Whether a user's share holds for it: not for who uses a gateway without keys, on its own machine.
    var isLimited: Bool { key != nil || user != .local }
}
