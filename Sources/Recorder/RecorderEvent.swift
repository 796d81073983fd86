package import Speech

/// An event that a recorder reports while it works.
package enum RecorderEvent: Sendable, Equatable {
    /// The microphone is open.
    case listening(recording: String)
    /// The recording of an earlier process continues. `after` is the time without audio.
    case goesOn(after: Duration)
    /// The recording reached its maximum length; the audio continues in a new recording.
    case rotated(recording: String)
    /// The disk limit is reached: audio is not kept.
    case noRoom
    /// There is disk space again.
    case roomAgain
    /// The microphone gave no audio for this time, because the machine slept or the sound system paused.
    case paused(Duration)
    /// The machine did not keep up. The associated value is the duration of the lost audio.
    case overran(Duration)
    /// The microphone has given only zeros for this duration.
    case dead(after: Duration)
    /// The microphone gives sound again.
    case alive
    case failed(RecordingMachineError)

    /// The server does not believe the time of a recording, and dates it by its delivery. The associated value is the server's reason.
    case undated(String)
    /// The server has made a conversation for a recording.
    case conversation(String)
    /// The server has received a chunk.
    case sent(SampleRange)
    /// The server cannot be reached, or fails.
    case unreachable
    case reachable
    /// The server rejects the key, or its account.
    case notAdmitted(status: Int, detail: String?)
    /// The server will never accept a chunk, or a conversation.
    case rejected(status: Int, detail: String?)
    /// Everything of a conversation has been delivered.
    case finished(conversation: String, title: String?)
    /// The audio of a chunk can no longer be read, or the recording's log cannot be written.
    case damaged(String)
}
