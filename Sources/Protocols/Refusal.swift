package import Framing

/// A whole HTTP answer that says no, in the caller's own dialect: to a request, or to the upgrade of a WebSocket.
package struct Refusal: Error, Sendable, Equatable {
    package var status: HTTPStatus
    /// With `Content-Type`; without `Content-Length`.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: HTTPStatus, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
