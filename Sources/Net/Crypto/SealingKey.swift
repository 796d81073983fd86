internal import COpenSSL

/// A key that seals small secrets for storage on disk. Uses AES-256-GCM: sealed bytes that were changed, or belong to another place, cannot be
/// opened.
package struct SealingKey: Sendable {
    private static let nonceLength = 12
    private static let tagLength = 16

    private let key: [UInt8]

    /// - Parameters:
    ///   - secret: the secret, which nobody else may have.
    ///   - purpose: the purpose of the key; one secret gives a different key for each purpose.
    package init(secret: [UInt8], purpose: String) { key = hmacSHA256(Array(purpose.utf8), key: secret) }

    /// Returns the sealed bytes: nonce, ciphertext, tag.
    ///
    /// - Parameter place: the place to which the bytes belong, such as a row's name; they can be opened only with the same place.
    /// - Throws: when the system has no randomness.
    package func seal(_ bytes: [UInt8], place: String) throws(TLSError) -> [UInt8] {
        let nonce = try secureRandomBytes(Self.nonceLength)
        guard let context = EVP_CIPHER_CTX_new() else { throw .last("make a cipher") }
        defer { EVP_CIPHER_CTX_free(context) }
        let place = Array(place.utf8)
        var sealed = [UInt8](repeating: 0, count: bytes.count + Self.nonceLength)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        var count: Int32 = 0, end: Int32 = 0
        guard key.count == SHA256.byteCount, EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &end, place, Int32(place.count)) == 1,
            EVP_EncryptUpdate(context, &sealed, &count, bytes, Int32(bytes.count)) == 1,
            EVP_EncryptFinal_ex(context, &tag, &end) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, Int32(Self.tagLength), &tag) == 1
        else { throw .last("encrypt") }
        return nonce + sealed[..<Int(count)] + tag
    }

    /// Returns the original bytes; nil when the bytes were sealed with another key or for another place, or were changed.
    package func open(_ sealed: [UInt8], place: String) -> [UInt8]? {
        guard sealed.count >= Self.nonceLength + Self.tagLength, key.count == SHA256.byteCount, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let nonce = Array(sealed[..<Self.nonceLength]), bytes = Array(sealed[Self.nonceLength..<(sealed.count - Self.tagLength)])
        var tag = Array(sealed.suffix(Self.tagLength))
        let place = Array(place.utf8)
        var opened = [UInt8](repeating: 0, count: bytes.count + Self.nonceLength)
        var count: Int32 = 0, end: Int32 = 0
        var rest = [UInt8](repeating: 0, count: Self.tagLength)
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, nil, &end, place, Int32(place.count)) == 1,
            EVP_DecryptUpdate(context, &opened, &count, bytes, Int32(bytes.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(Self.tagLength), &tag) == 1,
            EVP_DecryptFinal_ex(context, &rest, &end) == 1
        else { return nil }
        return Array(opened[..<Int(count)])
    }
}
