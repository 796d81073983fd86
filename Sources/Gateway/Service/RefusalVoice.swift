internal import Framing
internal import Protocols

/// In whose words a refusal is said.
struct RefusalVoice: Sendable {
    let refuse: @Sendable (RefusalCause, HandshakeContext) -> Refusal

    /// Harken's own: `{"error":{"code","message"}}`, and behind it `provider` and `code` where an engine failed.
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
