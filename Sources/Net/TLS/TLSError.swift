/// What OpenSSL could not do.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, on what.
    package let operation: String
    /// OpenSSL's words, or those of the certificate check.
    package let reason: String

    package var description: String { "\(operation): \(reason)" }
}
