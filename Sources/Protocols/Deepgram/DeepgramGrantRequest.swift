import Framing

/// `POST /v1/auth/grant`: asks for a token that replaces the key for a limited time.
///
/// Source: Deepgram "Token-Based Authentication" reference.
package struct DeepgramGrantRequest: Sendable, Equatable {
    package var lifetime: Duration

    /// Maximum size of a request's body, in bytes.
    package static let longestBody = 4_096
    private static let usualSeconds = 30
    private static let range = 1...3_600

    /// - Parameter body: empty, or an object that may have `ttl_seconds`.
    package init(_ body: [UInt8]) throws(RequestError) {
        lifetime = .seconds(body.isEmpty ? Self.usualSeconds : try Self.seconds(in: body))
    }

    private static func seconds(in body: [UInt8]) throws(RequestError) -> Int {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: body, sizeLimit: longestBody, depthLimit: 8)
        } catch {
            throw .badRequest("The body is not JSON. \(error)")
        }
        guard document.root.isObject else { throw .badRequest("The body must be a JSON object.") }
        guard document.root["ttl_seconds"].exists, !document.root["ttl_seconds"].isNull else { return usualSeconds }
        guard let seconds = document.root["ttl_seconds"].int, range.contains(seconds) else {
            throw .badRequest("ttl_seconds must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return seconds
    }

    package func answer(token: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("access_token", token)
        json.member("expires_in", Int(lifetime.wholeSecondsUp))
        json.endObject()
        return json.bytes
    }
}
