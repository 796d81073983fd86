package import Admission
package import Speech
package import Store

/// The owner of an upload that takes disk.
package struct DiskOwner: Sendable, Hashable {
    package let user: ID<User>
    /// The caller's key; nil: the caller showed none.
    package let key: ID<AccessKey>?
    /// True if a client sends the upload. False if a job fetches the upload; jobs have a limit of their own.
    package let isSent: Bool

    package init(user: ID<User>, key: ID<AccessKey>?, isSent: Bool = true) {
        self.user = user
        self.key = key
        self.isSent = isSent
    }

    package init(_ caller: Caller) { self.init(user: caller.user, key: caller.grant?.key) }

    /// The sender whose simultaneous uploads are counted together; nil: the uploads are not counted.
    package var sender: CallerID? {
        guard isSent, isLimited else { return nil }
        return key.map { .key($0) } ?? .user(user)
    }

    /// True if the user's share limits the upload. False for the user of a gateway without keys, on the gateway's own machine.
    var isLimited: Bool { key != nil || user != .local }
}
