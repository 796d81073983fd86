internal import COpenSSL

/// Returns the HMAC-SHA-256 (RFC 2104): 32 bytes, or none if OpenSSL failed.
package func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: SHA256.byteCount)
    guard HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &digest, nil) != nil else { return [] }
    return digest
}

/// Returns random bytes that nobody can guess.
///
/// - Throws: when the system has no randomness; nothing secret can be made then.
package func secureRandomBytes(_ count: Int) throws(TLSError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .last("make random bytes") }
    return bytes
}

/// Returns true if two secrets are equal. The time that this takes depends only on the secrets' lengths. Empty secrets equal nothing: a digest that
/// OpenSSL could not compute is empty.
package func constantTimeEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    !a.isEmpty && a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}
