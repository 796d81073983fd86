/// How much disk the journals take, and how long written audio may be without being synced.
package struct JournalLimits: Sendable, Equatable {
    /// A file is not written on beyond it. At most 4 GB, since offsets have 32 bits.
    package var segmentBytes: Int
    /// All files of one log; beyond it the oldest go, even if a session would still want them.
    package var logBytes: Int
    /// Between two syncs to the disk: what a power cut can take.
    package var syncInterval: Duration

    package init(segmentBytes: Int = 256 << 20, logBytes: Int = 8 << 30, syncInterval: Duration = .milliseconds(200)) {
        self.segmentBytes = segmentBytes
        self.logBytes = logBytes
        self.syncInterval = syncInterval
    }
}
