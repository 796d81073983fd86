/// The purpose of a recognition. Decides which scope a key needs.
package enum RecognitionUse: Sendable, Equatable {
    /// A live session.
    case live
    /// A recording that its caller waits for, or has put into the queue.
    case recording
    /// A gap in the transcript of a session that is over.
    case repair
    /// The title and summary of a conversation, by the operator's language model.
    case summary

    /// The scope that a caller's key needs; nil: no caller asks for this, the gateway itself does.
    package var scope: AccessScope? {
        switch self {
        case .live: .listen
        case .recording: .transcribe
        case .repair, .summary: nil
        }
    }
}
