internal import Framing
internal import Live
package import Net
internal import Speech
internal import Synchronization

/// The answer to a session's watcher: goes on while the session runs. The session never waits for the watcher: a reader that is too slow misses interims
/// first, and is then cut off.
package final class SessionFeed: Sendable {
    private struct State {
        var format: any WatchFormat
        /// Bytes that wait for the exchange.
        var waiting: [UInt8] = []
        var exchange: HTTPExchange?
        /// True if a flush is queued on the exchange's loop.
        var isFlushing = false
        /// True once the session has ended.
        var isComplete = false
        /// True once the watcher has left or was cut off.
        var isOver = false
        var watch: SessionWatch?

        /// Returns the exchange on whose loop a flush must be queued; nil when there is none yet, or a flush is queued already.
        mutating func claimFlush() -> HTTPExchange? {
            guard let exchange, !isFlushing else { return nil }
            isFlushing = true
            return exchange
        }
    }

    /// Number of waiting bytes beyond which interims are left out.
    private static let maxWithInterims = 64 << 10
    /// Number of waiting bytes beyond which the watcher is cut off.
    private static let maxWaiting = 1 << 20
    /// Number of bytes that the connection holds for its client.
    private static let maxBuffered = 128 << 10
    private static let heartbeatInterval = Duration.seconds(15)

    private let state: Mutex<State>
    private let heartbeat: [UInt8]

    init(_ format: some WatchFormat) {
        state = Mutex(State(format: format))
        heartbeat = type(of: format).heartbeat
    }

    /// Takes an event. Called on the session's loop.
    func tell(_ event: WatchedEvent) {
        let exchange = state.withLock { state -> HTTPExchange? in
            guard !state.isOver, !state.isComplete else { return nil }
            if case .interim = event, state.waiting.count > Self.maxWithInterims { return nil }
            state.waiting += state.format.write(event)
            if case .ended = event { state.isComplete = true }
            if state.waiting.count > Self.maxWaiting { state.isOver = true }
            return state.claimFlush()
        }
        if let exchange { exchange.loop.execute { self.flush(exchange) } }
    }

    /// Remembers the watch, to end it when the watcher leaves.
    func began(_ watch: SessionWatch) {
        let isOver = state.withLock { state in
            state.watch = watch
            return state.isOver
        }
        if isOver { watch.end() }
    }

    /// Sends the events to the exchange, whose head was sent. Called on the exchange's loop.
    package func send(to exchange: HTTPExchange) {
        guard exchange.isOpen, exchange.request.method != .head else { return end(exchange) }
        state.withLock { $0.exchange = exchange }
        exchange.onAbort = { self.end(exchange) }
        exchange.onDrain = { self.flush(exchange) }
        flush(exchange)
        beat(exchange)
    }

    private func flush(_ exchange: HTTPExchange) {
        guard exchange.isOpen else { return end(exchange) }
        let hasRoom = exchange.bufferedByteCount < Self.maxBuffered
        let (bytes, isOver, isComplete) = state.withLock { state -> ([UInt8], Bool, Bool) in
            state.isFlushing = false
            guard hasRoom else { return ([], state.isOver, false) }
            defer { state.waiting = [] }
            return (state.waiting, state.isOver, state.isComplete)
        }
        if isOver { return end(exchange) }
        if !bytes.isEmpty { exchange.write(bytes) }
        if isComplete { end(exchange) }
    }

    private func beat(_ exchange: HTTPExchange) {
        // The timer keeps the feed until the exchange is over.
        _ = exchange.loop.schedule(at: exchange.loop.now + Self.heartbeatInterval) { [self] in
            guard exchange.isOpen, !state.withLock({ $0.isOver || $0.isComplete }) else { return end(exchange) }
            if exchange.bufferedByteCount == 0 { exchange.write(heartbeat) }
            beat(exchange)
        }
    }

    private func end(_ exchange: HTTPExchange) {
        let watch = state.withLock { state -> SessionWatch? in
            state.isOver = true
            state.waiting = []
            state.exchange = nil
            defer { state.watch = nil }
            return state.watch
        }
        watch?.end()
        exchange.finish()
    }
}
