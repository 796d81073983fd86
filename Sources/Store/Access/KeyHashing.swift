/// The cryptography that access keys need. The store itself has no cryptography.
package protocol KeyHashing: Sendable {
    /// Returns the HMAC-SHA256 of `message`: 32 bytes, or no bytes when the code cannot be computed.
    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8]
    /// Returns random bytes that nobody can predict; nil when the system has none.
    func randomBytes(_ count: Int) -> [UInt8]?
    /// Compares two byte strings in constant time: equal bytes take as long as different bytes.
    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool
}
