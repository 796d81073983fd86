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
}
