internal import Framing
package import Net
internal import Speech

/// The fetcher of the issuer's keys.
package struct IssuerKeys: Sendable {
    /// A set of keys as it was fetched.
    package struct Answer: Sendable {
        /// The set of keys as JSON (RFC 7517).
        package var document: [UInt8]
        /// Time after which the set must be fetched again.
        package var goodFor: Duration

        package init(document: [UInt8], goodFor: Duration) {
            self.document = document
            self.goodFor = goodFor
        }
    }

    static let longestDocument = 1 << 20
    private static let shortest = Duration.seconds(300)
    private static let longest = Duration.seconds(3_600)
    /// Time limit for each of the two requests.
    private static let patience = Duration.seconds(5)

    package let provider: IdentityProvider
    package let client: HTTPClient

    package func fetch() async throws(IssuerKeysError) -> Answer {
        let answer = try await get(try await keysURL())
        return Answer(document: answer.body, goodFor: Self.goodFor(answer.headers["Cache-Control"]))
    }

    private func keysURL() async throws(IssuerKeysError) -> String {
        if let url = provider.keysURL { return url }
        let answer = try await get(provider.discoveryURL)
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: answer.body) } catch {
            throw IssuerKeysError(description: "\(provider.discoveryURL) is not JSON: \(error)")
        }
        guard document.root["issuer"].string == provider.issuer else {
            throw IssuerKeysError(description: "\(provider.discoveryURL) names another issuer")
        }
        guard let url = document.root["jwks_uri"].string, IdentityProvider.isTrusted(url) else {
            throw IssuerKeysError(description: "\(provider.discoveryURL) names no https address for keys")
        }
        return url
    }

    private func get(_ url: String) async throws(IssuerKeysError) -> HTTPClientResponse {
        var request = HTTPClientRequest(.get, url, headers: ["Accept": "application/json"])
        request.responseLimit = Self.longestDocument
        request.connectTimeout = .seconds(3)
        request.timeout = Self.patience
        let answer: HTTPClientResponse
        do throws(HTTPClientError) { answer = try await client.send(request) } catch { throw IssuerKeysError(description: "\(url): \(error)") }
        guard answer.status == .ok else { throw IssuerKeysError(description: "\(url) answered with status \(answer.status.code)") }
        return answer
    }

    /// Returns the time for which keys are good, as `Cache-Control` says, within limits.
    /// The limits make the gateway learn of revoked keys soon, without asking the issuer all the time.
    package static func goodFor(_ cacheControl: String?) -> Duration {
        let age = cacheControl?.split(separator: ",").lazy.compactMap { part -> Int64? in
            let part = part.filter { $0 != " " }.lowercased()
            return part.hasPrefix("max-age=") ? Int64(part.dropFirst("max-age=".count)) : nil
        }.first
        guard let age else { return longest }
        return min(max(.seconds(min(max(age, 0), 86_400)), shortest), longest)
    }
}

/// The failure to fetch the keys, described for the operator.
package struct IssuerKeysError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
