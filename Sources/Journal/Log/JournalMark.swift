internal import Continuity
package import Speech

/// The end of a session's part of a log at one moment.
package struct JournalMark: Sendable, Equatable {
    /// End of the session's audio that was in the log at that moment.
    package let end: SampleIndex
    package let session: UInt64
    package let segment: UInt32
    /// Length of the segment in bytes at that moment.
    package let length: Int
}
