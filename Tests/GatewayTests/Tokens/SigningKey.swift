import CCJOSE
import Framing

/// A key pair of an identity provider that tests play.
struct SigningKey: Sendable {
    let algorithm: String
    let identifier: String
    private let privateJSON: String
    /// With the use that it is published for.
    let publicJSON: String

    static func rsa(_ identifier: String, bits: Int = 2_048) throws -> SigningKey {
        let exponent: [UInt8] = [1, 0, 1]
        return try SigningKey("RS256", identifier, cjose_jwk_create_RSA_random(bits, exponent, exponent.count, nil))
    }

    static func elliptic(_ identifier: String) throws -> SigningKey {
        try SigningKey("ES256", identifier, cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nil))
    }

    /// A secret that is another key's public part: what an attacker has who hopes that the algorithm is taken from the token.
    static func secret(_ identifier: String, like other: SigningKey) throws -> SigningKey {
        let bytes = Array(other.publicJSON.utf8)
        return try SigningKey("HS256", identifier, cjose_jwk_create_oct_spec(bytes, bytes.count, nil))
    }

    private struct Failed: Error {}

    private init(_ algorithm: String, _ identifier: String, _ made: OpaquePointer?) throws {
        guard let made else { throw Failed() }
        defer { cjose_jwk_release(made) }
        cjose_jwk_set_kid(made, identifier, identifier.utf8.count, nil)
        self.algorithm = algorithm
        self.identifier = identifier
        privateJSON = try Self.json(made, isPrivate: true)
        publicJSON = try Self.json(made, isPrivate: false)
    }

    private static func json(_ key: OpaquePointer, isPrivate: Bool) throws -> String {
        guard let text = cjose_jwk_to_json(key, isPrivate, nil) else { throw Failed() }
        defer { cjose_get_dealloc()?(text) }
        return String(cString: text)
    }

    /// A token in its compact form.
    ///
    /// - Parameter keyIdentifier: what the token says of its key; nil: nothing.
    func sign(_ payload: String, keyIdentifier: String?, header more: [String: String] = [:]) throws -> String {
        guard let key = cjose_jwk_import(privateJSON, privateJSON.utf8.count, nil), let header = cjose_header_new(nil) else { throw Failed() }
        defer {
            cjose_jwk_release(key)
            cjose_header_release(header)
        }
        cjose_header_set(header, "alg", algorithm, nil)
        if let keyIdentifier { cjose_header_set(header, "kid", keyIdentifier, nil) }
        for (name, value) in more { cjose_header_set_raw(header, name, value, nil) }
        let bytes = Array(payload.utf8)
        guard let token = cjose_jws_sign(key, header, bytes, bytes.count, nil) else { throw Failed() }
        defer { cjose_jws_release(token) }
        var text: UnsafePointer<CChar>?
        guard cjose_jws_export(token, &text, nil), let text else { throw Failed() }
        return String(cString: text)
    }

    /// A token that nobody has signed.
    static func unsigned(_ payload: String) -> String {
        let parts = [#"{"alg":"none"}"#, payload].map { part in
            Base64.encode(Array(part.utf8)).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return parts.joined(separator: ".") + "."
    }

    static func set(_ keys: [SigningKey]) -> String { #"{"keys":[\#(keys.map(\.publicJSON).joined(separator: ","))]}"# }
}
