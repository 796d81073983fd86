import Framing

extension AssemblyAIPrerecordedRequest {
    private static let nameField = "webhook_auth_header_name"
    private static let valueField = "webhook_auth_header_value"

    /// Headers that say how a message is framed, where it goes, or what a hop does with it, in lower case: not the caller's to set.
    private static let ownHeaders: Set<String> = [
        "connection", "content-encoding", "content-length", "expect", "host", "http2-settings", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "x-harken-signature",
    ]

    /// Refuses a webhook whose header is not the caller's to set. Asked when a job is ordered: orders that earlier versions took are still read.
    ///
    /// - Throws: `badRequest`.
    package func checkWebhookHeader() throws(RefusalCause) {
        guard let name = webhook?.header?.name, !Self.mayBeHeader(name) else { return }
        throw .badRequest("webhook_auth_header_name \(name) is set by the sender of the webhook; choose another name, such as Authorization.")
    }

    /// A caller may name this header for the webhook.
    package static func mayBeHeader(_ name: String) -> Bool {
        let name = name.lowercased()
        return !ownHeaders.contains(name) && !name.hasPrefix("proxy-") && !name.hasPrefix("sec-")
    }

    /// A request's body with another value of the webhook's header.
    ///
    /// - Parameter value: nil: the header's name goes, too.
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
