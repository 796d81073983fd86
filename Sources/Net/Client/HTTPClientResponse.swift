package import Framing

/// Another server's answer, with any status.
package struct HTTPClientResponse: Sendable {
    package let status: HTTPStatus
    package let headers: HTTPHeaders
    /// The body; empty when it went to a file.
    package let body: [UInt8]
    /// Size of the body, in bytes.
    package let byteCount: Int
    /// The URL of the answer, after redirections.
    package let url: String
}
