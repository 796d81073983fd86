internal import Framing
internal import Net
package import Speech

/// Checks of the contents of a token whose signature is good.
package enum TokenClaims {
    /// Maximum difference between the issuer's clock and this gateway's clock.
    static let leeway = Duration.seconds(30)
    private static let longestSubject = 255

    /// - Parameter payload: JSON.
    /// - Returns: the user whom the token is about.
    package static func user(in payload: [UInt8], of provider: IdentityProvider, now: UnixTime) throws(TokenFault) -> ID<User> {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: payload, depthLimit: 16) } catch { throw .form }
        let claims = document.root
        guard claims["iss"].string == provider.issuer else { throw .issuer }
        guard isMeant(claims["aud"], for: provider.audiences) else { throw .audience }
        let now = Double(now.milliseconds) / 1_000
        let leeway = leeway / .seconds(1)
        guard let expires = claims["exp"].double, now < expires + leeway else { throw .expired }
        for name in ["nbf", "iat"] where claims[name].exists {
            guard let time = claims[name].double, now >= time - leeway else { throw .early }
        }
        guard let subject = claims["sub"].string, !subject.isEmpty, subject.utf8.count <= longestSubject else { throw .subject }
        return user(subject, of: provider.issuer)
    }

    /// One text, or a list of them.
    private static func isMeant(_ audience: JSONView, for audiences: [String]) -> Bool {
        if let one = audience.string { return audiences.contains(one) }
        for index in 0..<audience.count { if let one = audience[index].string, audiences.contains(one) { return true } }
        return false
    }

    /// The same for the same subject of the same issuer, and no one else's: users of keys have other names. Made from a digest, since a subject may be
    /// an address that does not belong into every row and log.
    package static func user(_ subject: String, of issuer: String) -> ID<User> {
        let digest = SHA256.digest(Array(issuer.utf8) + [0] + Array(subject.utf8)).prefix(16)
        return ID("oidc_" + digest.hexadecimal)
    }
}
