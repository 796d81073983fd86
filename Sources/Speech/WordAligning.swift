/// Finds where words are spoken that an engine has recognised without saying where.
public protocol WordAligning: Sendable {
    /// `transcript` with times for the words of its estimated stretches, as far as they can be found; what cannot stays estimated.
    ///
    /// - Returns: nil when nothing can be done: another language, more channels than one, or what is needed is not there.
    func align(_ transcript: Transcript, in recording: Recording) async throws(EngineError) -> Transcript?
}
