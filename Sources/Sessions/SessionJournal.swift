package import Speech

/// The memory of a session: its audio and commits, kept before any engine or client gets them. Called on the session's loop.
package protocol SessionJournal: AnyObject {
    /// Keeps received audio before any engine has the audio.
    ///
    /// - Parameter audio: 16-bit little-endian PCM, all channels.
    func keep(_ audio: RawSpan, _ range: SampleRange)

    /// Calls `body` with kept audio, piece by piece, in order.
    func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost)

    /// Keeps a commit before the client gets it.
    func record(_ commit: Commit, turn: Int)

    /// Notes that no audio before `index` is replayed any more.
    func forget(before index: SampleIndex)
}

/// The error of a journal that cannot return kept audio, with its reason.
package struct AudioLost: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
