package import Speech

/// A line of a recording's log: something that has become of it. What a recording is can be told from its lines, in order.
package enum RecordingEntry: Sendable, Equatable {
    /// Why a part of a recording's time has no audio.
    package enum HoleCause: String, Sendable {
        /// The recorder did not run.
        case interruption
        /// There was no room for it on the disk.
        case disk
        /// The machine did not keep up with the sound system.
        case overrun
    }

    /// The first line.
    case begun(RecordingOrigin)
    /// The server is asked for a conversation of this name; nil: it has another one of it.
    case proposed(String?)
    /// The server has a conversation for it; nil: it has it no more.
    case conversation(String?)
    /// A chunk ends here. One without speech is not sent.
    case chunk(QueuedChunk, SpeechVerdict)
    /// The server has the chunk that begins there.
    case delivered(SampleIndex)
    /// The server will never take the chunk that begins there.
    case refused(SampleIndex, status: Int)
    case hole(SampleRange, HoleCause)
    /// No more is recorded.
    case complete
    /// Everything is delivered that ever will be.
    case finished
}

/// Where a recording belongs.
package struct RecordingOrigin: Sendable, Equatable {
    /// Names its folder.
    package var id: String
    package var began: UnixTime
    /// The gateway's address.
    package var server: String
    /// What is spoken; nil: the user's setting.
    package var language: String?

    package init(id: String, began: UnixTime, server: String, language: String?) {
        self.id = id
        self.began = began
        self.server = server
        self.language = language
    }
}
