package import Speech

/// A line of a recording's log: one event. The lines, in order, give the state of the recording.
package enum RecordingEntry: Sendable, Equatable {
    /// The reason why a part of a recording has no audio.
    package enum HoleCause: String, Sendable {
        /// The recorder did not run.
        case interruption
        /// The disk had no space for the audio.
        case disk
        /// The machine did not keep up with the sound system.
        case overrun
        /// The microphone gave no audio, because the machine slept or the sound system paused.
        case pause
    }

    /// The recording was made. This is the first line.
    case begun(RecordingOrigin)
    /// The time at which the recording's first sample was captured.
    case started(UnixTime)
    /// The server is asked for a conversation with this name; nil: the name is taken, and another one will be chosen.
    case proposed(String?)
    /// The server has made a conversation for the recording; nil: the server no longer has it.
    case conversation(String?)
    /// A chunk was cut. A chunk without speech is not sent.
    case chunk(QueuedChunk, SpeechVerdict)
    /// The server has received the chunk that begins at this position.
    case delivered(SampleIndex)
    /// The server will never take the chunk that begins at this position.
    case rejected(SampleIndex, status: Int)
    case hole(SampleRange, HoleCause)
    /// The recording has ended.
    case complete
    /// Everything is delivered that ever will be.
    case finished
}

/// A recording's identity and destination.
package struct RecordingOrigin: Sendable, Equatable {
    /// The recording's id, which is part of its folder's name.
    package var id: String
    /// The time at which the recording was made, before its microphone was open.
    package var began: UnixTime
    /// The gateway's address.
    package var server: String
    /// The spoken language; nil: the user's setting.
    package var language: String?
    /// The title of the conversation; nil: it is made of the words.
    package var title: String?

    package init(id: String, began: UnixTime, server: String, language: String?, title: String? = nil) {
        self.id = id
        self.began = began
        self.server = server
        self.language = language
        self.title = title
    }
}
