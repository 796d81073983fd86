/// Limits on the disk space of the journals, and the policy for syncing them.
package struct JournalLimits: Sendable, Equatable {
    /// Length in bytes at which a segment is closed. At most 4 GB, because offsets have 32 bits. A small part of `logBytes`, because the limit
    /// removes whole files.
    package var segmentBytes: Int
    /// Maximum size of all files of one log. Beyond it the oldest audio is removed, even if a session still needs it.
    package var logBytes: Int
    package var sync: SyncPolicy

    package init(segmentBytes: Int? = nil, logBytes: Int = 8 << 30, sync: SyncPolicy = .standard) {
        self.segmentBytes = segmentBytes ?? min(256 << 20, logBytes / 8)
        self.logBytes = logBytes
        self.sync = sync
    }
}
