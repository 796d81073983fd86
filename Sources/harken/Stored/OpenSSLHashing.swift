import Net
import Store

/// The cryptography of access keys, by OpenSSL.
struct OpenSSLHashing: KeyHashing {
    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8] { hmacSHA256(message, key: secret) }

    func randomBytes(_ count: Int) -> [UInt8]? { try? secureRandomBytes(count) }

    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { constantTimeEquals(a, b) }
}
