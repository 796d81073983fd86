/// Sends requests to other servers, over one thread of its own with libcurl's connections, which are kept and used again.
package final class HTTPClient: Sendable {
    /// - Parameter authorities: a PEM file of certificate authorities to trust instead of the system's.
    package init(authorities: String? = nil) throws(HTTPClientError) {
    }

    /// Sends a request and waits for the whole answer, whatever its status. Cancelling the task ends the transfer.
    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        throw .cancelled
    }

    /// Ends all transfers, and the thread.
    package func shutdown() {}
}
