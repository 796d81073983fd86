import Net
import Speech
import Synchronization
import Vendors

/// One live stream: audio in, events out. All its methods may be called from any thread, return at once, and act in the order of the calls.
public final class SpeechStream: Sendable {
    /// The stream's events, ending with `.terminated`. To be read once, by one reader.
    public let events: AsyncStream<StreamEvent>
    private let loop: Loop
    private let session: StreamReference

    init(engine: LiveEngineSource, options: TranscriptionOptions, runtime: KitRuntime) {
        loop = runtime.loop
        let (events, sink) = AsyncStream.makeStream(of: StreamEvent.self)
        self.events = events
        let session = StreamReference()
        self.session = session
        loop.execute {
            session.begin(
                StreamSession(engine: engine.engine(options), options: options, context: runtime.connector(), tracer: runtime.tracer) { event in
                    sink.yield(event)
                    if case .terminated = event { sink.finish() }
                }, on: runtime.loop)
        }
        sink.onTermination = { [loop] reason in
            // A reader that goes away wants nothing more.
            if case .cancelled = reason { loop.execute { session.enter { $0.cancel() } } }
        }
    }

    /// Takes 16-bit samples at the options' rate, mono.
    public func push(_ samples: [Int16]) {
        loop.execute { [session] in session.enter { $0.push(samples.span.bytes) } }
    }

    /// Takes 16-bit little-endian samples at the options' rate, mono. An odd byte at the end is left out.
    public func push(bytes: [UInt8]) {
        loop.execute { [session] in session.enter { $0.push(bytes.span.bytes.extracting(0..<bytes.count & ~1)) } }
    }

    /// Sends what waits to fill a message.
    public func flush() { act { $0.flush() } }

    /// Makes the engine say now what it has heard: the turn is over.
    public func forceEndpoint() { act { $0.forceEndpoint() } }

    /// Tells that the caller's own detector hears speech.
    public func userStartedSpeaking() { act { $0.userStarted() } }

    /// Tells that the caller's own detector hears speech no more: forces an endpoint, unless the options say otherwise.
    public func userStoppedSpeaking() { act { $0.userStopped() } }

    /// Recognises what follows as `options` say, with no audio lost: by the engine's own means or by a new connection.
    public func update(_ options: TranscriptionOptions) { act { $0.update(options) } }

    /// No more audio: everything is made final, and the stream ends.
    public func finish() { act { $0.finish() } }

    /// Ends the stream at once; what was not final is lost.
    public func cancel() { act { $0.cancel() } }

    private func act(_ body: @escaping @Sendable (StreamSession) -> Void) {
        loop.execute { [session] in session.enter(body) }
    }
}

/// The way from any thread to a stream's session on its loop.
final class StreamReference: Sendable {
    private let session = Mutex<LoopBound<StreamSession>?>(nil)

    func begin(_ session: StreamSession, on loop: Loop) {
        let bound = LoopBound(session, on: loop)
        self.session.withLock { $0 = bound }
    }

    /// On the loop.
    func enter(_ body: @escaping @Sendable (StreamSession) -> Void) {
        session.withLock { $0 }?.enter(body)
    }
}
