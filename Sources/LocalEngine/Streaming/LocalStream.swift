import Speech
import Synchronization

/// One live stream of the local engine. Passes the session's audio and commands to the listening thread.
final class LocalStream: EngineStream, Sendable {
    private let inbox = Mutex(StreamInbox())
    private let listener: StreamListener
    private let thread: ListeningThread

    init(
        _ options: StreamOptions, on thread: ListeningThread, pool: DecodePool, usesKeyTerms: Bool, hear: @escaping @Sendable (EngineHearing) -> Void,
        deliver: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.thread = thread
        listener = StreamListener(options, pool, usesKeyTerms: usesKeyTerms, hear, deliver)
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
