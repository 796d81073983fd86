/// A failed operation of OpenSSL.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operation and its object.
    package let operation: String
    /// The reason, in the words of OpenSSL or of the certificate check.
    package let reason: String
    /// True if the peer's certificate is not trusted; `reason` says why.
    package let isUntrusted: Bool

    init(operation: String, reason: String, isUntrusted: Bool = false) {
        self.operation = operation
        self.reason = reason
        self.isUntrusted = isUntrusted
    }

    package var description: String { "\(operation): \(isUntrusted ? "certificate refused: " : "")\(reason)" }
}
