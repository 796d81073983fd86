package import Framing

/// A complete HTTP answer that rejects a request or the upgrade of a WebSocket, in the caller's own dialect.
package struct ErrorResponse: Error, Sendable, Equatable {
    package var status: HTTPStatus
    /// Headers with `Content-Type` and without `Content-Length`.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: HTTPStatus, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
