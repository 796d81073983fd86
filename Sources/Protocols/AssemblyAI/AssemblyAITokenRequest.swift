package import Framing

/// `GET /v3/token`: asks for a token with which a browser may open one live session.
///
/// Source: AssemblyAI "Universal-Streaming" reference, temporary tokens.
package struct AssemblyAITokenRequest: Sendable, Equatable {
    /// Time for which the token can open a session.
    package var lifetime: Duration
    package var sessionLimit: Duration

    package init(_ head: HTTPRequestHead) throws(RequestError) {
        let query = QueryParameters(query: head.query)
        do throws(QueryParameterError) {
            guard let seconds = try query.whole("expires_in_seconds", in: 1...600) else {
                throw QueryParameterError(message: "expires_in_seconds is required: from 1 to 600.")
            }
            lifetime = .seconds(seconds)
            sessionLimit = .seconds(try query.whole("max_session_duration_seconds", in: 60...10_800) ?? 10_800)
        } catch {
            throw .badRequest(error.message)
        }
    }

    package func answer(token: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("token", token)
        json.member("expires_in_seconds", Int(lifetime.wholeSecondsUp))
        json.endObject()
        return json.bytes
    }
}
