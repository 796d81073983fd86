import CCJOSE
internal import Framing

/// One public key of the issuer. Only kinds of keys that sign user tokens are used; a key of another kind is never tried on a token.
///
/// The type is not `Sendable`: its owner must guard it.
final class TokenKey {
    enum Algorithm: String {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
    }

    /// Minimum number of bits of an RSA modulus.
    private static let minBits = 2_048

    let identifier: String?
    let algorithm: Algorithm
    private let handle: OpaquePointer

    /// Reads a key.
    ///
    /// - Parameter json: a member of `keys` (RFC 7517).
    /// - Returns: nil for keys of other kinds, for other uses, and for broken ones.
    init?(_ json: JSONView) {
        var members: [(name: StaticString, value: String)] = []
        let algorithm: Algorithm
        if json["kty"].equals("RSA"), let n = json["n"].string, let e = json["e"].string {
            algorithm = .rs256
            members = [("kty", "RSA"), ("n", n), ("e", e)]
        } else if json["kty"].equals("EC"), json["crv"].equals("P-256"), let x = json["x"].string, let y = json["y"].string {
            algorithm = .es256
            members = [("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)]
        } else {
            return nil
        }
        if let declared = json["alg"].string, declared != algorithm.rawValue { return nil }
        if let use = json["use"].string, use != "sig" { return nil }
        if let operations = json["key_ops"].array, !operations.contains(.string("verify")) { return nil }
        // The key is written again, so that the library sees only its public parts.
        var text = JSONWriter()
        text.beginObject()
        for member in members { text.member(member.name, member.value) }
        text.endObject()
        let bytes = text.bytes
        let made = bytes.withUnsafeBytes { cjose_jwk_import($0.bindMemory(to: CChar.self).baseAddress, $0.count, nil) }
        guard let handle = made else { return nil }
        guard algorithm == .es256 || cjose_jwk_get_keysize(handle, nil) >= Self.minBits else {
            cjose_jwk_release(handle)
            return nil
        }
        identifier = json["kid"].string
        self.algorithm = algorithm
        self.handle = handle
    }

    deinit { cjose_jwk_release(handle) }

    fileprivate func verifies(_ token: OpaquePointer) -> Bool { cjose_jws_verify(token, handle, nil) }
}

/// A parsed token in compact form. Its contents must not be believed before the signature is verified.
struct SignedToken: ~Copyable {
    /// Maximum length of a token, in bytes; longer tokens are rejected.
    static let longest = 16_384

    private let handle: OpaquePointer
    let algorithm: TokenKey.Algorithm
    /// Identifier of the key that signed the token, as the token states; nil when the token states none.
    let keyIdentifier: String?

    /// Parses a token; nil unless `text` is a JWS (RFC 7515) with an accepted algorithm and without extensions that must be understood.
    init?(_ text: String) {
        guard Self.isShaped(text) else { return nil }
        let bytes = Array(text.utf8)
        let made = bytes.withUnsafeBytes { cjose_jws_import($0.bindMemory(to: CChar.self).baseAddress, $0.count, nil) }
        guard let handle = made else { return nil }
        let header = cjose_jws_get_protected(handle)
        let extensions = cjose_header_get_raw(header, "crit", nil)
        if let extensions { cjose_get_dealloc()?(extensions) }
        let name = cjose_header_get(header, "alg", nil).map { String(cString: $0) }
        guard extensions == nil, let algorithm = name.flatMap(TokenKey.Algorithm.init) else {
            cjose_jws_release(handle)
            return nil
        }
        keyIdentifier = cjose_header_get(header, "kid", nil).map { String(cString: $0) }
        self.algorithm = algorithm
        self.handle = handle
    }

    deinit { cjose_jws_release(handle) }

    /// Returns true if the text has the shape of a token: three parts with points between them. Keys of this gateway never have that shape.
    static func isShaped(_ text: String) -> Bool {
        text.utf8.count <= longest && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    func isSigned(by key: TokenKey) -> Bool { key.algorithm == algorithm && key.verifies(handle) }

    /// The contents of the token.
    var payload: [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard cjose_jws_get_plaintext(handle, &bytes, &count, nil), let bytes else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
