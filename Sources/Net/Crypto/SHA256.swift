internal import COpenSSL

/// Computes the SHA-256 digest of bytes that come in pieces.
package struct SHA256: ~Copyable {
    package static let byteCount = 32

    // An EVP_MD_CTX; nil if OpenSSL had no memory for it. The digest is then empty.
    private let context: OpaquePointer?
    private var isSound: Bool

    package init() {
        context = EVP_MD_CTX_new()
        isSound = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: RawSpan) {
        let context = self.context
        let isTaken = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1 }
        isSound = isSound && isTaken
    }

    package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span.bytes)
    }

    /// Returns the digest: 32 bytes, or none if OpenSSL failed.
    package consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        // An empty digest is safer than a trap or a wrong digest: it matches no digest of 32 bytes.
        guard isSound, EVP_DigestFinal_ex(context, &digest, nil) == 1 else { return [] }
        return digest
    }

    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(bytes)
        return sha.finish()
    }
}
