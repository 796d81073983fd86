internal import Framing
internal import Protocols

/// The form in which an error is sent: each protocol has its own.
struct ErrorRenderer: Sendable {
    let render: @Sendable (RequestError, HandshakeContext) -> ErrorResponse

    /// Harken's own form: `{"error":{"code","message"}}`, with `provider` and `code` where an engine has failed.
    static let harken = ErrorRenderer { error, _ in
        let (status, code, message) = error.plain
        var json = JSONWriter()
        json.beginObject()
        json.error(code: code, message: message)
        ProviderError(error)?.writeMembers(to: &json)
        json.endObject()
        return ErrorResponse(status: status, headers: ["Content-Type": "application/json"], body: json.bytes)
    }
}
