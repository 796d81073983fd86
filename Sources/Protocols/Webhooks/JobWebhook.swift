import Framing

/// The webhook that reports the end of a job to the caller's server. AssemblyAI and Soniox have the same members for it.
package struct JobWebhook: Sendable, Equatable {
    /// A header that the caller's server expects.
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package static let addressField = "webhook_url"
    package static let nameField = "webhook_auth_header_name"
    package static let valueField = "webhook_auth_header_value"

    package var address: String
    /// The header of the webhook; nil: none.
    package var header: Header?

    package init(address: String, header: Header? = nil) {
        self.address = address
        self.header = header
    }

    /// Lower-case names of headers that a caller may not set: they control the framing of a message, its target, or its handling by a proxy.
    private static let ownHeaders: Set<String> = [
        "connection", "content-encoding", "content-length", "expect", "host", "http2-settings", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "x-harken-signature",
    ]

    /// The header if a caller may set it. Stored orders of earlier versions may have another one, which is left out.
    package var sentHeader: Header? { header.flatMap { Self.mayBeHeader($0.name) ? $0 : nil } }

    /// The reason for which a new order with this webhook is rejected; nil: its header may be set.
    package var problem: String? {
        guard let name = header?.name, !Self.mayBeHeader(name) else { return nil }
        return "\(Self.nameField) \(name) is set by the sender of the webhook; choose another name, such as Authorization."
    }

    private static func mayBeHeader(_ name: String) -> Bool {
        let name = name.lowercased()
        return !ownHeaders.contains(name) && !name.hasPrefix("proxy-") && !name.hasPrefix("sec-")
    }

    /// True if the text can be the name of a header: letters, digits, `-` and `_`.
    static func isName(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            case _: false
            }
        }
    }

    /// True if the text can be the value of a header.
    static func isValue(_ value: String) -> Bool { value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }

    /// Returns an order's body with another value for the webhook's header.
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
