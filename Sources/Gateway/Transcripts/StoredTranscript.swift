internal import Continuity
internal import Speech

/// A session's transcript and what must be known of the session to give it to the right people.
struct StoredTranscript: Sendable, Equatable {
    enum Status: String, Sendable {
        case live
        /// All audio is covered by words or known silence.
        case complete
        /// What is missing is being recognised, or will be soon.
        case recovering
        /// Something is missing; a later start of the gateway may find it.
        case incomplete
    }

    var record: SessionRecord
    var transcript: SessionTranscript
    var status: Status
    /// Recoveries that began and did not end: one that takes the gateway down with it is not tried for ever.
    var attempts = 0
}
