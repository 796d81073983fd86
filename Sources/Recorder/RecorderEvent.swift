package import Speech

/// What a recorder tells while it works.
package enum RecorderEvent: Sendable, Equatable {
    /// The microphone is open.
    case listening(recording: String)
    /// The recording that an earlier process left goes on, after so long without audio.
    case goesOn(after: Duration)
    /// The longest time of a recording is over: what follows is another one.
    case rotated(recording: String)
    /// The room on the disk is used up: what is said now is not kept.
    case noRoom
    /// There is room again.
    case roomAgain
    /// The machine did not keep up; so much is missing.
    case overran(Duration)
    /// The microphone has given nothing but zeros for so long.
    case dead(after: Duration)
    /// It gives sound again.
    case alive
    case failed(RecordingMachine.Failure)

    /// The server has a conversation for a recording.
    case conversation(String)
    /// The server has a chunk.
    case sent(SampleRange)
    /// The server cannot be reached, or fails.
    case unreachable
    case reachable
    /// The server takes nothing with this key.
    case notAdmitted(status: Int, detail: String?)
    /// The server will never take a chunk, or a conversation.
    case refused(status: Int, detail: String?)
    /// Everything of a conversation is delivered.
    case finished(conversation: String, title: String?)
    /// The audio of a chunk cannot be read any more.
    case damaged(String)
}
