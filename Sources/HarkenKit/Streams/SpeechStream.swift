import Net
public import Speech
import Synchronization
import Vendors

/// One live stream: audio in, events out. All methods may be called from any thread, return at once, and act in the order of the calls.
public final class SpeechStream: Sendable {
    /// The stream's events, ending with `.terminated`. One reader may read them, once.
    public let events: AsyncStream<StreamEvent>
    private let loop: Loop
    private let session: StreamReference

    init(engines: EngineSet, options: TranscriptionOptions, runtime: KitRuntime) {
        loop = runtime.loop
        let (events, sink) = AsyncStream.makeStream(of: StreamEvent.self)
        self.events = events
        let session = StreamReference()
        self.session = session
        loop.execute {
            session.begin(
                StreamSession(
                    engines: engines, options: options, context: runtime.connector(), repairs: runtime.repairs, tracer: runtime.tracer
                ) { event in
                    sink.yield(event)
                    if case .terminated = event { sink.finish() }
                }, on: runtime.loop)
        }
        sink.onTermination = { [loop] reason in
            // The reader has gone, so nobody needs the stream.
            if case .cancelled = reason { loop.execute { session.enter { $0.cancel() } } }
        }
    }

    /// Takes 16-bit samples at the options' rate, mono.
    public func push(_ samples: [Int16]) {
        loop.execute { [session] in session.enter { $0.push(samples.span.bytes) } }
    }

    /// Takes 16-bit samples of any rate from 1,000 to 768,000 Hz, mono, and brings them to the options' rate. The rate may be another in each call.
    public func push(_ samples: [Int16], at rate: SampleRate) {
        loop.execute { [session] in session.enter { $0.push(samples, at: rate) } }
    }

    /// Takes 16-bit little-endian samples at the options' rate, mono. An odd byte at the end is dropped.
    public func push(bytes: [UInt8]) {
        loop.execute { [session] in session.enter { $0.push(bytes.span.bytes.extracting(0..<bytes.count & ~1)) } }
    }

    /// Sends the audio that waits until it fills a message.
    public func flush() { act { $0.flush() } }

    /// Ends the turn now: the engine makes final what it has heard.
    public func forceEndpoint() { act { $0.forceEndpoint() } }

    /// Reports that the program's own voice detector hears speech.
    public func userStartedSpeaking() { act { $0.userStarted() } }

    /// Reports that the program's own voice detector no longer hears speech. Forces an endpoint, unless the options say otherwise.
    public func userStoppedSpeaking() { act { $0.userStopped() } }

    /// Applies `options` from here on without losing audio: in the open connection where the engine can, otherwise in a new connection.
    public func update(_ options: TranscriptionOptions) { act { $0.update(options) } }

    /// Declares the end of the audio: everything is made final, then the stream ends.
    public func finish() { act { $0.finish() } }

    /// Ends the stream at once. Words that were not final are lost.
    public func cancel() { act { $0.cancel() } }

    private func act(_ body: @escaping @Sendable (StreamSession) -> Void) {
        loop.execute { [session] in session.enter(body) }
    }
}

/// Reference from any thread to a stream's session on its loop.
final class StreamReference: Sendable {
    private let session = Mutex<LoopBound<StreamSession>?>(nil)

    func begin(_ session: StreamSession, on loop: Loop) {
        let bound = LoopBound(session, on: loop)
        self.session.withLock { $0 = bound }
    }

    /// Runs `body` on the session's loop.
    func enter(_ body: @escaping @Sendable (StreamSession) -> Void) {
        session.withLock { $0 }?.enter(body)
    }
}
