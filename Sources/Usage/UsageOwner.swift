package import Speech
package import Store

/// The user and the key to whose account usage is booked.
package struct UsageOwner: Sendable, Hashable {
    package var user: ID<User>
    package var key: ID<AccessKey>?

    package init(_ user: ID<User>, key: ID<AccessKey>? = nil) {
        self.user = user
        self.key = key
    }
}
