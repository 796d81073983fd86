internal import Continuity
internal import Speech

/// One session's place in its loop's log.
package struct JournalCursor: Sendable {
    let session: UInt64
    let rate: SampleRate
    let channels: Int
    /// Whose it is, in its log.
    var user = 0
    var index = JournalIndex()
    /// Its `opened` block's payload.
    var opening: [UInt8] = []
}
