internal import Framing
internal import Net
package import Speech

/// Signature of a callback. It proves to the receiver that the callback comes from the gateway that has the receiver's key.
package enum CallbackSignature {
    package static let header = "X-Harken-Signature"

    /// Returns the key that signs a caller's callbacks. It is derived from the caller's key, which is not kept.
    package static func key(of secret: String) -> [UInt8] { hmacSHA256(Array("harken-callback".utf8), key: Array(secret.utf8)) }

    /// Returns `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA-256 of `SECONDS.BODY`.
    package static func value(of body: [UInt8], key: [UInt8], at now: UnixTime) -> String {
        let seconds = "\(now.milliseconds / 1_000)"
        return "t=\(seconds),v1=" + hmacSHA256(Array(seconds.utf8) + [UInt8(ascii: ".")] + body, key: key).hexadecimal
    }
}
