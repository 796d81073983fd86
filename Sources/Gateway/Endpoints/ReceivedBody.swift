internal import API
internal import Framing
internal import Net
internal import Protocols
internal import Recordings
internal import Synchronization

/// The body of a request, taken piece by piece. A client that sends faster than its bytes are taken is made to wait.
final class ReceivedBody: BodySource {
    /// Maximum number of bytes that wait to be taken. Beyond this number the client must wait.
    private static let maxWaiting = 1 << 20
    /// Maximum size of a body: what an archive of many years has.
    private static let limit = 1 << 40

    private struct State {
        var bytes: [UInt8] = []
        var received = 0
        var end: Result<Void, APIError>?
        var isPaused = false
        /// The caller who waits for bytes.
        var taker: CheckedContinuation<Result<[UInt8]?, APIError>, Never>?

        /// Returns what a caller gets now; nil when the caller must wait.
        mutating func taken() -> Result<[UInt8]?, APIError>? {
            guard bytes.isEmpty else {
                defer { bytes = [] }
                return .success(bytes)
            }
            return end.map { $0.map { nil } }
        }
    }

    private let exchange: HTTPExchange
    private let state = Mutex(State())

    /// Begins to receive the body. Called on the exchange's loop.
    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
        exchange.readBody(limit: Self.limit) { [self] chunk in
            received(chunk)
        } end: { [self] result in
            ended(result)
        }
    }

    func next() async throws(APIError) -> [UInt8]? {
        let result: Result<[UInt8]?, APIError> = await withCheckedContinuation { taker in
            let (taken, resumes) = state.withLock { state in
                guard let taken = state.taken() else {
                    state.taker = taker
                    return (nil as Result<[UInt8]?, APIError>?, false)
                }
                defer { state.isPaused = false }
                return (taken, state.isPaused)
            }
            if let taken { taker.resume(returning: taken) }
            if resumes { exchange.loop.execute { [exchange] in exchange.resumeBody() } }
        }
        return try result.get()
    }

    private func received(_ chunk: RawSpan) {
        let bytes = chunk.withUnsafeBytes { [UInt8]($0) }
        let isFull = state.withLock { state in
            state.received += bytes.count
            state.bytes += bytes
            if let taker = state.taker, let taken = state.taken() {
                state.taker = nil
                taker.resume(returning: taken)
            }
            guard !state.isPaused, state.bytes.count > Self.maxWaiting else { return false }
            state.isPaused = true
            return true
        }
        if isFull { exchange.pauseBody() }
    }

    private func ended(_ result: Result<Void, BodyError>) {
        state.withLock { state in
            let received = state.received
            state.end = result.mapError { APIError(RequestError($0, received: received)) }
            guard let taker = state.taker, let taken = state.taken() else { return }
            state.taker = nil
            taker.resume(returning: taken)
        }
    }
}
