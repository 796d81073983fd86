package import Speech

/// A recording that a user sent to be recognised later. The file itself is a blob.
package struct Upload: Sendable, Equatable {
    package var id: ID<Upload>
    package var user: ID<User>
    package var byteCount: Int
    package var created: UnixTime

    /// The answer to an upload that was to be added.
    package enum Addition: Sendable, Equatable {
        case added
        /// All uploads together have no room for it.
        case full
        /// Its user's uploads have no room for it.
        case userFull
    }

    package init(id: ID<Upload>, user: ID<User>, byteCount: Int, created: UnixTime) {
        self.id = id
        self.user = user
        self.byteCount = byteCount
        self.created = created
    }
}
