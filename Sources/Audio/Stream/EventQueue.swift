/// Decoded audio between the decoding thread and the loop. The thread waits when too much lies there; the loop never does.
final class EventQueue: Sendable {
    private struct State {
        var events: [StreamDecoderEvent] = []
        /// How many of `events` were taken.
        var offset = 0
        var byteCount = 0
        /// `next` found nothing since `ready` was called last.
        var isAwaited = true
        var isClosed = false

        /// Whether the taker has to be told.
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

    /// Waits while there is no room. False when nobody will take events any more.
    func append(_ event: StreamDecoderEvent) -> Bool {
        let (isTaken, isNews) = state.wait { state -> (Bool, Bool)? in
            if state.isClosed { return (false, false) }
            return state.byteCount < limit ? (true, state.add(event)) : nil
        }
        if isNews { ready() }
        return isTaken
    }

    /// Puts `event` in at once, as the last one.
    func close(with event: StreamDecoderEvent) {
        let isNews = state.withLock { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            return state.add(event)
        }
        state.signalAll()
        if isNews { ready() }
    }

    /// Tells the taker to look, though there may be nothing.
    func wake() {
        let isNews = state.withLock { state in
            defer { state.isAwaited = false }
            return state.isAwaited && !state.isClosed
        }
        if isNews { ready() }
    }

    /// Nobody will take events any more.
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
