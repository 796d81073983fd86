import Synchronization

/// Sends requests to other servers. libcurl runs on a thread of its own, and its connections are kept and used again.
package final class HTTPClient: Sendable {
    private let engine: TransferEngine
    private let lastID = Atomic<Int>(0)

    /// - Parameter authorities: a PEM file of certificate authorities to trust instead of the system's.
    package init(authorities: String? = nil) throws(HTTPClientError) {
        engine = try TransferEngine(authorities: authorities)
    }

    deinit { engine.shutdown() }

    /// Sends a request and waits for the whole answer, whatever its status. Cancelling the task ends the transfer.
    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        let result: Result<HTTPClientResponse, HTTPClientError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                engine.start(id, request) { continuation.resume(returning: $0) }
                // `onCancel` may have run before `start`.
                if Task.isCancelled { engine.cancel(id) }
            }
        } onCancel: {
            engine.cancel(id)
        }
        return try result.get()
    }

    /// Ends all transfers, and the thread.
    package func shutdown() {
        engine.shutdown()
    }
}
