import Speech
import Synchronization

/// One live stream that is recognised segment by segment. Passes the session's audio and commands to the listening thread.
final class SegmentStream: EngineStream, Sendable {
    private let inbox = Mutex(StreamInbox())
    private let listener: StreamListener
    private let thread: ListeningThread

    /// - Parameter closed: called once, when the stream is closed or dropped.
    init(
        _ options: StreamOptions, on thread: ListeningThread, hear: @escaping @Sendable (EngineHearing) -> Void = { _ in },
        deliver: @escaping @Sendable (EngineEvent) -> Void, closed: @escaping @Sendable () -> Void = {}
    ) {
        self.thread = thread
        listener = StreamListener(options, hear, deliver, closed)
    }

    func send(_ audio: RawSpan) {
        guard inbox.withLock({ $0.add(audio) }) else { return }
        thread.wake(self)
    }

    func send(_ command: EngineCommand) { post(.command(command)) }

    /// Adds an item to the inbox. May be called from any thread.
    func post(_ item: StreamInbox.Item) {
        guard inbox.withLock({ $0.add(item) }) else { return }
        thread.wake(self)
    }

    /// Handles the items of the inbox. Runs on the listening thread.
    func listen() { listener.take(inbox.withLock { $0.take() }, self) }
}
