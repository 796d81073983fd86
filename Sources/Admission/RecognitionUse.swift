/// The purpose of a recognition. Decides which scope a key needs.
package enum RecognitionUse: Sendable, Equatable {
    /// A live session.
    case live
    /// A recording whose result the caller awaits, or that the caller has queued as a job.
    case recording
    /// The repair of a gap in the transcript of a session that is over.
    case repair
    /// The title and summary of a conversation, by the operator's language model.
    case summary

    /// The scope that a caller's key needs; nil for uses of the gateway itself, for which no caller asks.
    package var scope: AccessScope? {
        switch self {
        case .live: .listen
        case .recording: .transcribe
        case .repair, .summary: nil
        }
    }
}
