package import Framing

/// Another server's answer, whatever its status.
package struct HTTPClientResponse: Sendable {
    package let status: HTTPStatus
    package let headers: HTTPHeaders
    /// Empty when it went to a file.
    package let body: [UInt8]
    /// Bytes of the body.
    package let byteCount: Int
    /// Where the answer came from after redirections.
    package let url: String
}
