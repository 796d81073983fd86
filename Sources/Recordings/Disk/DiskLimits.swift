package import Settings

/// Limits of the disk space for uploads from callers, in bytes. Live sessions have their own limits (`JournalLimits`, `TranscriptLimits`).
package struct DiskLimits: Sendable, Equatable {
    /// Maximum for all recordings that are being received or worked on.
    package var spool = 64 << 30
    /// Maximum for the recordings of one user that are being received or worked on.
    package var userSpool = 16 << 30
    /// Maximum for the recordings of one user that wait to be recognised later.
    package var userUploads = 16 << 30
    /// Maximum number of uploads that one key may send at the same time.
    package var uploadsPerKey = 32
    /// Free disk space that uploads must leave; nil: 5 % of the file system, at most 1 GiB.
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

    /// Returns the space to leave free on a file system of this size.
    package func kept(of total: Int) -> Int { kept ?? min(total / 20, 1 << 30) }
}
