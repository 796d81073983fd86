import COpenSSL
import Store

/// The keys' cryptography, by OpenSSL.
struct OpenSSLHashing: KeyHashing {
    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        HMAC(EVP_sha256(), secret, Int32(secret.count), message, message.count, &code, &count)
        return code
    }

    func randomBytes(_ count: Int) -> [UInt8] {
        var b = [UInt8](repeating: 0, count: count)
        RAND_bytes(&b, Int32(count))
        return b
    }

    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0 }
}
