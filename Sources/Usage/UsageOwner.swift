package import Speech
package import Store

/// Whose usage something is.
package struct UsageOwner: Sendable, Hashable {
    package var user: ID<User>
    package var key: ID<AccessKey>?

    package init(_ user: ID<User>, key: ID<AccessKey>? = nil) {
        self.user = user
        self.key = key
    }
}
