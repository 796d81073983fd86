package import Framing
internal import Speech
package import Store

extension JSONWriter {
    /// Writes all members of a deleted conversation. Times are in UTC, RFC 3339.
    package mutating func members(of deleted: DeletedConversation) {
        member("id", deleted.id.rawValue)
        member("title", optional: deleted.title)
        member("started_at", deleted.started.rfc3339)
        member("duration", deleted.duration / .seconds(1), decimals: 3)
        member("deleted_at", deleted.deleted.rfc3339)
        member("kept_until", deleted.keptUntil.rfc3339)
        member("audio_bytes", Int(deleted.audioBytes))
    }
}
