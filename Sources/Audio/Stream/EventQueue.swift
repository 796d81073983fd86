/// A queue of decoded audio from the decoding thread to the loop. The thread waits while the queue is full; the loop never waits.
final class EventQueue: Sendable {
    private struct State {
        var events: [StreamDecoderEvent] = []
        /// Number of events in `events` that were taken.
        var offset = 0
        var byteCount = 0
        /// True if `next` found the queue empty since the last call of `ready`.
        var isAwaited = true
        var isClosed = false

        /// Adds an event. Returns true if the loop must be notified.
        mutating func add(_ event: StreamDecoderEvent) -> Bool {
            events.append(event)
            if case .pcm(let bytes) = event { byteCount += bytes.count }
            defer { isAwaited = false }
            return isAwaited
        }
    }

    private let state = Monitor(State())
    private let limit: Int
    private let ready: @Sendable () -> Void

    init(limit: Int, ready: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.ready = ready
    }

    /// True if nothing more is added until some of the queue is taken.
    var isFull: Bool { state.withLock { $0.byteCount >= limit } }

    /// Adds an event; waits while the queue is full. Returns false when the queue was closed.
    func append(_ event: StreamDecoderEvent) -> Bool {
        let (isTaken, isNews) = state.wait { state -> (Bool, Bool)? in
            if state.isClosed { return (false, false) }
            return state.byteCount < limit ? (true, state.add(event)) : nil
        }
        if isNews { ready() }
        return isTaken
    }

    /// Adds `event` as the last one, at once, even when the queue is full.
    func close(with event: StreamDecoderEvent) {
        let isNews = state.withLock { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            return state.add(event)
        }
        state.signalAll()
        if isNews { ready() }
    }

    /// Notifies the loop, although the queue may be empty.
    func wake() {
        let isNews = state.withLock { state in
            defer { state.isAwaited = false }
            return state.isAwaited && !state.isClosed
        }
        if isNews { ready() }
    }

    /// Closes the queue: nobody will take further events.
    func cancel() {
        state.withLock { state in
            state.isClosed = true
            state.events = []
            state.offset = 0
            state.byteCount = 0
        }
        state.signalAll()
    }

    func next() -> StreamDecoderEvent? {
        let (event, hasRoom) = state.withLock { state -> (StreamDecoderEvent?, Bool) in
            guard state.offset < state.events.count else {
                state.isAwaited = true
                return (nil, false)
            }
            let event = state.events[state.offset]
            state.offset += 1
            if state.offset == state.events.count {
                state.events.removeAll(keepingCapacity: true)
                state.offset = 0
            }
            guard case .pcm(let bytes) = event else { return (event, false) }
            state.byteCount -= bytes.count
            return (event, true)
        }
        if hasRoom { state.signalAll() }
        return event
    }
}
