internal import Continuity
package import Speech

/// How far a session's part of a log reached at one moment.
package struct JournalMark: Sendable, Equatable {
    /// All of the session's audio before it was in the log.
    package let end: SampleIndex
    package let session: UInt64
    package let segment: UInt32
    /// Of the segment.
    package let length: Int
}
