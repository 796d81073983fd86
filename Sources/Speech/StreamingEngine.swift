/// An engine that recognises live audio inside this process.
///
/// Engines behind a socket do not conform: each is a client machine in `Protocols`, which the gateway drives on the session's own loop.
public protocol StreamingEngine: Sendable {
    var name: EngineName { get }
    var capabilities: Capabilities { get }

    /// Opens a stream. Returns at once; `.opened` or `.closed` reports the outcome.
    ///
    /// - Parameter deliver: takes the stream's events, in order, one at a time, on any thread, also before this function returns. No event follows
    ///   `.closed`.
    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream
}

/// One live stream of an engine. Belongs to one session, is called on that session's loop only, and never blocks.
public protocol EngineStream: AnyObject {
    /// Takes the next audio: 16-bit little-endian PCM with the rate and channels of the stream's options. Copies the audio that it keeps.
    func send(_ audio: RawSpan)

    /// Runs the command after all audio that was sent earlier.
    func send(_ command: EngineCommand)

    /// Sends the audio that waits until a piece is full. An engine with a larger minimum keeps it.
    func flush()
}

extension EngineStream {
    public func flush() {}
}

public enum EngineCommand: Sendable, Equatable {
    /// Make final the audio so far, and answer.
    case finalize
    /// Use new options from here on. Only options in the engine's `Capabilities.liveChanges` differ.
    case update(StreamOptions)
    /// Keep the stream open: more audio will come, though not now.
    case keepAlive
    /// The audio has ended: make everything final, then close.
    case finish
    /// Stop at once, without results. `.closed(.cancelled)` follows.
    case cancel
}
