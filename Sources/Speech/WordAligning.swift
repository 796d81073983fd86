/// Finds the times of words that an engine has recognised without times.
public protocol WordAligning: Sendable {
    /// Returns `transcript` with times for the words of its estimated stretches. A stretch whose times cannot be found stays estimated.
    ///
    /// - Returns: nil when no times can be found at all: another language, more than one channel, or a missing model.
    func align(_ transcript: Transcript, in recording: Recording) async throws(EngineError) -> Transcript?
}
