internal import Framing
internal import Net
package import Speech

/// The checks of a token's contents, after its signature was verified.
package enum TokenClaims {
    /// Maximum difference between the issuer's clock and this gateway's clock.
    static let leeway = Duration.seconds(30)
    private static let longestSubject = 255

    /// Checks the claims of a token.
    ///
    /// - Parameter payload: the claims as JSON.
    /// - Returns: the user whom the token is about.
    package static func user(in payload: [UInt8], of provider: IdentityProvider, now: UnixTime) throws(TokenError) -> ID<User> {
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

    /// Returns the time when a token expires; nil when the token does not say.
    static func expiry(in payload: [UInt8]) -> UnixTime? {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: payload, depthLimit: 16) } catch { return nil }
        // Times beyond the year 9999 are not times.
        return document.root["exp"].double.flatMap { (0..<253_402_300_800).contains($0) ? UnixTime(milliseconds: Int64($0 * 1_000)) : nil }
    }

    /// Returns true if the token is for one of the audiences. A token names one audience as a text, or several as a list.
    private static func isMeant(_ audience: JSONView, for audiences: [String]) -> Bool {
        if let one = audience.string { return audiences.contains(one) }
        for index in 0..<audience.count { if let one = audience[index].string, audiences.contains(one) { return true } }
        return false
    }

    /// Returns the user for a subject of an issuer: always the same user, whom no other subject and no key has. The id is made from a digest, because
    /// a subject may be an address that must not be in every row and log.
    package static func user(_ subject: String, of issuer: String) -> ID<User> {
        let digest = SHA256.digest(Array(issuer.utf8) + [0] + Array(subject.utf8)).prefix(16)
        return ID("oidc_" + digest.hexadecimal)
    }
}
