/// Decoded audio between the decoding thread and the loop. The thread waits when too much lies there; the loop never does.
///
/// `@unchecked Sendable`: every variable is used inside `monitor.locked` only.
final class EventQueue: @unchecked Sendable {
    private let monitor = Monitor()
    private let limit: Int
    private let ready: @Sendable () -> Void
    private var events: [StreamDecoderEvent] = []
    /// How many of `events` were taken.
    private var offset = 0
    private var byteCount = 0
    /// `next` found nothing since `ready` was called last.
    private var isAwaited = true
    private var isClosed = false

    init(limit: Int, ready: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.ready = ready
    }

    /// Waits while there is no room. False when nobody will take events any more.
    func append(_ event: StreamDecoderEvent) -> Bool {
        let (isTaken, isNews) = monitor.locked {
            while byteCount >= limit && !isClosed { monitor.wait() }
            guard !isClosed else { return (false, false) }
            return (true, add(event))
        }
        if isNews { ready() }
        return isTaken
    }

    /// Puts `event` in at once, as the last one.
    func close(with event: StreamDecoderEvent) {
        let isNews = monitor.locked {
            guard !isClosed else { return false }
            isClosed = true
            monitor.wakeAll()
            return add(event)
        }
        if isNews { ready() }
    }

    /// Tells the taker to look, though there may be nothing.
    func wake() {
        let isNews = monitor.locked {
            defer { isAwaited = false }
            return isAwaited && !isClosed
        }
        if isNews { ready() }
    }

    /// Nobody will take events any more.
    func cancel() {
        monitor.locked {
            isClosed = true
            events = []
            offset = 0
            byteCount = 0
            monitor.wakeAll()
        }
    }

    func next() -> StreamDecoderEvent? {
        monitor.locked {
            guard offset < events.count else {
                isAwaited = true
                return nil
            }
            let event = events[offset]
            offset += 1
            if offset == events.count {
                events.removeAll(keepingCapacity: true)
                offset = 0
            }
            if case .pcm(let bytes) = event {
                byteCount -= bytes.count
                monitor.wakeAll()
            }
            return event
        }
    }

    /// Whether the taker has to be told.
    private func add(_ event: StreamDecoderEvent) -> Bool {
        events.append(event)
        if case .pcm(let bytes) = event { byteCount += bytes.count }
        defer { isAwaited = false }
        return isAwaited
    }
}
