import Framing
package import Net
import Synchronization

/// Sends spans to a collector over OTLP/HTTP, in batches and in the background. `take` never waits. Spans that a slow or missing collector does not
/// accept in time are dropped and counted.
package final class SpanExporter: Sendable {
    package struct Limits: Sendable {
        /// Maximum number of waiting spans.
        package var waiting = 8_192
        /// Maximum number of spans in one request; this number of spans is sent at once.
        package var batch = 512
        /// Maximum time for which spans wait for further spans.
        package var delay: Duration = .seconds(1)
        /// Maximum number of attempts for a batch that the collector cannot accept for now. `retryDelay` is the first wait between two attempts.
        package var attempts = 5
        package var retryDelay: Duration = .seconds(1)

        package init() {}
    }

    /// The result for some spans.
    package enum Report: Sendable, Equatable {
        case exported(Int)
        case dropped(Int, Cause)
    }

    package enum Cause: String, Sendable {
        /// Too many spans were waiting.
        case queueFull = "queue_full"
        /// The collector rejected the spans.
        case rejected = "refused"
        /// The collector could not be reached, or was busy for too long.
        case unavailable
    }

    private struct State {
        var waiting: [Span] = []
        var isTimed = false
        var isFinishing = false
        var idle: [CheckedContinuation<Void, Never>] = []
        var isSending = false
    }

    private let settings: TraceSettings
    private let limits: Limits
    private let client: HTTPClient
    private let report: @Sendable (Report) -> Void
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    private let worker = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter report: called with the result for spans, from any thread.
    package init(_ settings: TraceSettings, client: HTTPClient, limits: Limits = Limits(), report: @escaping @Sendable (Report) -> Void) {
        self.settings = settings
        self.limits = limits
        self.client = client
        self.report = report
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.wake = wake
        let task = Task { [weak self] in
            for await _ in wakes { await self?.sendAll() }
        }
        worker.withLock { $0 = task }
    }

    deinit {
        wake.finish()
        worker.withLock { $0 }?.cancel()
    }

    package func take(_ spans: [Span]) {
        let (dropped, isFull, needsTimer) = state.withLock { state in
            let room = state.isFinishing ? 0 : max(0, limits.waiting - state.waiting.count)
            state.waiting += spans.prefix(room)
            let isFull = state.waiting.count >= limits.batch
            let needsTimer = !isFull && !state.isTimed && !state.waiting.isEmpty
            if needsTimer { state.isTimed = true }
            return (spans.count - min(room, spans.count), isFull, needsTimer)
        }
        if dropped > 0 { report(.dropped(dropped, .queueFull)) }
        if isFull { wake.yield() }
        if needsTimer {
            Task { [weak self, delay = limits.delay] in
                try? await Task.sleep(for: delay)
                self?.timePassed()
            }
        }
    }

    /// Sends the waiting spans, and returns when this is done.
    package func flush() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                let isIdle = state.waiting.isEmpty && !state.isSending
                if !isIdle { state.idle.append(continuation) }
                return isIdle
            }
            if isIdle { continuation.resume() } else { wake.yield() }
        }
    }

    /// Stops accepting spans and sends the waiting ones; spans that are not sent within `limit` are dropped.
    package func finish(within limit: Duration) async {
        state.withLock { $0.isFinishing = true }
        let worker = worker.withLock { $0 }
        let timer = Task {
            try await Task.sleep(for: limit)
            worker?.cancel()
        }
        wake.yield()
        wake.finish()
        await worker?.value
        timer.cancel()
        let rest = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.count
        }
        if rest > 0 { report(.dropped(rest, .unavailable)) }
        becameIdle()
    }

    private func timePassed() {
        state.withLock { $0.isTimed = false }
        wake.yield()
    }

    private func sendAll() async {
        while !Task.isCancelled {
            let batch = state.withLock { state in
                let batch = Array(state.waiting.prefix(limits.batch))
                state.waiting.removeFirst(batch.count)
                state.isSending = !batch.isEmpty
                return batch
            }
            guard !batch.isEmpty else { break }
            await send(batch)
        }
        state.withLock { $0.isSending = false }
        becameIdle()
    }

    private func becameIdle() {
        let waiters = state.withLock { state in
            // More spans have come since; the callers that wait are resumed the next time.
            guard state.waiting.isEmpty, !state.isSending else { return [CheckedContinuation<Void, Never>]() }
            defer { state.idle = [] }
            return state.idle
        }
        for waiter in waiters { waiter.resume() }
    }

    private func send(_ batch: [Span]) async {
        var request = HTTPClientRequest(.post, settings.url, headers: settings.headers, body: ExportRequest.body(of: batch, from: settings.resource))
        request.headers.set("Content-Type", "application/json")
        request.timeout = settings.timeout
        request.responseLimit = 1 << 16
        var wait = limits.retryDelay
        for attempt in 1...max(1, limits.attempts) {
            let answer = try? await client.send(request)
            switch answer.map(ExportAnswer.init) ?? .later(nil) {
            case .taken(let rejected):
                let rejected = min(rejected, batch.count)
                if rejected < batch.count { report(.exported(batch.count - rejected)) }
                if rejected > 0 { report(.dropped(rejected, .rejected)) }
                return
            case .rejected:
                report(.dropped(batch.count, .rejected))
                return
            case .later(let asked):
                let isLast = attempt == limits.attempts || state.withLock { $0.isFinishing }
                // A random factor keeps many gateways from sending again at the same time.
                let pause = min(asked ?? wait * Double.random(in: 0.8...1.2), .seconds(30))
                guard !isLast, (try? await Task.sleep(for: pause)) != nil else {
                    report(.dropped(batch.count, .unavailable))
                    return
                }
                wait = wait * 2
            }
        }
    }
}

/// The meaning of a collector's answer.
///
/// Source: "OpenTelemetry Protocol Specification" 1.x, "OTLP/HTTP Response".
enum ExportAnswer: Equatable {
    /// The collector accepted all spans except this number.
    case taken(rejected: Int)
    case rejected
    /// The batch may be sent again, after this time if the collector named one.
    case later(Duration?)

    init(_ response: HTTPClientResponse) {
        switch response.status.code {
        case 200..<300: self = .taken(rejected: Self.rejectedCount(in: response.body))
        case 429, 502, 503, 504:
            let asked = response.headers["Retry-After"].flatMap { Int64($0) }
            self = .later(asked.flatMap { $0 >= 0 ? .seconds($0) : nil })
        case _: self = .rejected
        }
    }

    private static func rejectedCount(in body: [UInt8]) -> Int {
        guard !body.isEmpty, let document = try? JSONDocument(parsing: body) else { return 0 }
        let count = document.root["partialSuccess"]["rejectedSpans"]
        return max(0, count.int ?? count.string.flatMap { Int($0) } ?? 0)
    }
}
