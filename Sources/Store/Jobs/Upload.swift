package import Speech

/// A recording that a user sent to be recognised later. The file itself is a blob.
package struct Upload: Sendable, Equatable {
    package var id: ID<Upload>
    package var user: ID<User>
    package var byteCount: Int
    package var created: UnixTime
    /// Name of a file that its user can list and must delete; nil: an upload that only its address names.
    package var name: String?
    /// The client's own name for the file; nil: none.
    package var reference: String?

    /// Maximum number of files of a user.
    ///
    /// Source: Soniox documentation, "Limits & quotas": 1,000 files.
    package static let maxFiles = 1_000

    /// The outcome of adding an upload.
    package enum Addition: Sendable, Equatable {
        case added
        /// The upload does not fit into the limit for all uploads together.
        case full
        /// The upload does not fit into the limit for its user's uploads.
        case userFull
        /// The user has as many files as one user may have.
        case tooManyFiles
    }

    /// A file's place in the list of its user's files, which has the newest file first.
    package struct Place: Sendable, Equatable {
        package var created: UnixTime
        package var id: ID<Upload>

        package init(created: UnixTime, id: ID<Upload>) {
            self.created = created
            self.id = id
        }
    }

    package init(id: ID<Upload>, user: ID<User>, byteCount: Int, created: UnixTime, name: String? = nil, reference: String? = nil) {
        self.id = id
        self.user = user
        self.byteCount = byteCount
        self.created = created
        self.name = name
        self.reference = reference
    }
}
