/// The cryptography that keys need. The store has none of its own.
package protocol KeyHashing: Sendable {
    /// HMAC-SHA256: 32 bytes; empty when it cannot be computed.
    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8]
    /// Bytes that nobody can foretell; nil when the system has none.
    func randomBytes(_ count: Int) -> [UInt8]?
    /// Takes as long for equal as for different bytes.
    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool
}
