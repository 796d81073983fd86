package import Continuity
package import Speech

/// One session's place in its loop's log.
package struct JournalCursor: Sendable {
    package let session: UInt64
    package let rate: SampleRate
    package let channels: Int
    /// Number of the session's user in the log.
    package var user = 0
    package var index = JournalIndex()
    /// Payload of the session's `opened` block.
    package var opening: [UInt8] = []
}
