internal import Framing
internal import Protocols

/// The form in which a refusal is sent: each protocol has its own.
struct RefusalVoice: Sendable {
    let refuse: @Sendable (RefusalCause, HandshakeContext) -> Refusal

    /// Harken's own form: `{"error":{"code","message"}}`, with `provider` and `code` where an engine has failed.
    static let harken = RefusalVoice { cause, _ in
        let (status, code, message) = cause.plain
        var json = JSONWriter()
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.member("code", code)
        json.member("message", message)
        json.endObject()
        ProviderError(cause)?.writeMembers(to: &json)
        json.endObject()
        return Refusal(status: status, headers: ["Content-Type": "application/json"], body: json.bytes)
    }
}
