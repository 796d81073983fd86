internal import Speech
internal import Store

/// Whose usage something is.
struct UsageOwner: Sendable, Hashable {
    var user: ID<User>
    var key: ID<AccessKey>?

    init(_ user: ID<User>, key: ID<AccessKey>? = nil) {
        self.user = user
        self.key = key
    }

    init(_ caller: Caller) { self.init(caller.user, key: caller.grant?.key) }
}
