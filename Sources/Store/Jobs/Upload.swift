package import Speech

/// A recording that a user sent to be recognised later. The file itself is a blob.
package struct Upload: Sendable, Equatable {
    package var id: ID<Upload>
    package var user: ID<User>
    package var byteCount: Int
    package var created: UnixTime

    /// The outcome of adding an upload.
    package enum Addition: Sendable, Equatable {
        case added
        /// The upload does not fit into the limit for all uploads together.
        case full
        /// The upload does not fit into the limit for its user's uploads.
        case userFull
    }

    package init(id: ID<Upload>, user: ID<User>, byteCount: Int, created: UnixTime) {
        self.id = id
        self.user = user
        self.byteCount = byteCount
        self.created = created
    }
}
