import Framing

extension AssemblyAIPrerecordedRequest {
    private static let nameField = "webhook_auth_header_name"
    private static let valueField = "webhook_auth_header_value"

    /// Lower-case names of headers that a caller may not set: they control the framing of a message, its target, or its handling by a proxy.
    private static let ownHeaders: Set<String> = [
        "connection", "content-encoding", "content-length", "expect", "host", "http2-settings", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "x-harken-signature",
    ]

    /// Rejects a webhook with a header that callers may not set. Called when a job is ordered; stored orders of earlier versions are still read.
    ///
    /// - Throws: `badRequest`.
    package func checkWebhookHeader() throws(RequestError) {
        guard let name = webhook?.header?.name, !Self.mayBeHeader(name) else { return }
        throw .badRequest("webhook_auth_header_name \(name) is set by the sender of the webhook; choose another name, such as Authorization.")
    }

    /// True if a caller may name this header for the webhook.
    package static func mayBeHeader(_ name: String) -> Bool {
        let name = name.lowercased()
        return !ownHeaders.contains(name) && !name.hasPrefix("proxy-") && !name.hasPrefix("sec-")
    }

    /// Returns a request's body with another value for the webhook's header.
    ///
    /// - Parameter value: the new value; nil removes the header's name as well.
    /// - Returns: nil when the body is not a JSON object.
    package static func replacingHeader(in body: [UInt8], by value: String?) -> [UInt8]? {
        guard case .object(var members)? = try? JSONValue(parsing: body) else { return nil }
        members.removeAll { $0.name == valueField || (value == nil && $0.name == nameField) }
        if let value { members.append(.init(name: valueField, value: .string(value))) }
        var json = JSONWriter(capacity: body.count)
        json.value(.object(members))
        return json.bytes
    }
}
