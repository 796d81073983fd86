/// Limits on the disk that the journals take, and the policy for syncing what is written.
package struct JournalLimits: Sendable, Equatable {
    /// A file is not written on beyond it. At most 4 GB, since offsets have 32 bits; a small part of the log, since the limit takes whole files.
    package var segmentBytes: Int
    /// All files of one log; beyond it the oldest go, even if a session would still want them.
    package var logBytes: Int
    package var sync: SyncPolicy

    package init(segmentBytes: Int? = nil, logBytes: Int = 8 << 30, sync: SyncPolicy = .standard) {
        self.segmentBytes = segmentBytes ?? min(256 << 20, logBytes / 8)
        self.logBytes = logBytes
        self.sync = sync
    }
}
