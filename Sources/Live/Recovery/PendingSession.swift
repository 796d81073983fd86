internal import Continuity
internal import Speech

/// A session whose transcript the recovery is to complete.
struct PendingSession: Sendable {
    var id: ID<Session>
    var audio: any RecoverableAudio
    /// The segments of earlier runs that hold the session.
    var files: Set<ObjectIdentifier> = []
    /// Record of a session of an earlier run; nil for a session of this run.
    var record: SessionRecord?
    /// True while the session's conversations wait for its words.
    var holdsConversations = false
    /// True if the session's conversations may lack words that were committed; false: recovered ones only.
    var lacksCommitted = false
}
