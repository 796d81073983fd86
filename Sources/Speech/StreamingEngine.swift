/// An engine that recognises live audio inside this process.
///
/// An engine behind a socket is not one of these: it is a client machine in `Protocols`, which the gateway drives on the session's own loop.
public protocol StreamingEngine: Sendable {
    var name: EngineName { get }
    var capabilities: Capabilities { get }

    /// Opens a stream. Returns at once; the outcome comes as `.opened` or `.closed`.
    ///
    /// - Parameter deliver: takes the stream's events, in order, one at a time, from any thread, also before this returns. Nothing comes after
    ///   `.closed`.
    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream
}

/// One live stream of an engine. Belongs to one session and is called on its loop only; never blocks.
public protocol EngineStream: AnyObject {
    /// Takes the next audio: 16-bit little-endian PCM at the rate and with the channels of the stream's options. Copies what it keeps.
    func send(_ audio: RawSpan)

    /// Acts after all audio sent before it.
    func send(_ command: EngineCommand)

    /// Audio that waits for more before it goes out goes out now, unless the engine does not take as little.
    func flush()
}

extension EngineStream {
    public func flush() {}
}

public enum EngineCommand: Sendable, Equatable {
    /// Make final what has been sent so far, and answer.
    case finalize
    /// New options from here on. They differ only in what the engine's `Capabilities.liveChanges` name.
    case update(StreamOptions)
    /// Audio will come, though not now.
    case keepAlive
    /// No more audio: make everything final, then close.
    case finish
    /// Stop at once; nobody waits for results. `.closed(.cancelled)` follows.
    case cancel
}
