/// A failed operation of OpenSSL.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operation and its object.
    package let operation: String
    /// The reason, in the words of OpenSSL or of the certificate check.
    package let reason: String

    package var description: String { "\(operation): \(reason)" }
}
