package import Settings

/// Disk that callers may take for what they send, in bytes. What live sessions keep has its own limits (`JournalLimits`, `TranscriptLimits`).
package struct DiskLimits: Sendable, Equatable {
    /// Recordings that are received or worked on, of all users.
    package var spool = 64 << 30
    /// The same for each user.
    package var userSpool = 16 << 30
    /// Recordings of one user that wait to be recognised later.
    package var userUploads = 16 << 30
    /// Uploads that one key may send at the same time.
    package var uploadsPerKey = 32
    /// Disk that uploads leave free; nil: 5 % of the file system, at most 1 GiB.
    package var kept: Int?

    package init() {}

    package init(_ settings: Settings) throws(ConfigurationError) {
        spool = try settings.integer("HARKEN_SPOOL_BYTES", in: 1 << 20...1 << 50, default: spool)
        userSpool = try settings.integer("HARKEN_USER_SPOOL_BYTES", in: 1 << 20...1 << 50, default: min(userSpool, spool))
        userUploads = try settings.integer("HARKEN_USER_UPLOAD_BYTES", in: 1 << 20...1 << 50, default: userUploads)
        uploadsPerKey = try settings.integer("HARKEN_UPLOADS_PER_KEY", in: 1...1_000_000, default: uploadsPerKey)
        if settings["HARKEN_FREE_DISK_BYTES"] != nil {
            kept = try settings.integer("HARKEN_FREE_DISK_BYTES", in: 0...1 << 50, default: 0)
        }
    }

    /// Disk that is left free on a file system of this size.
    package func kept(of total: Int) -> Int { kept ?? min(total / 20, 1 << 30) }
}
