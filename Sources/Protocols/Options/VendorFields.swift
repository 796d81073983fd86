internal import Framing
internal import TextNormalization

/// Fields of a vendor's answer that Harken does not model: read from the answer, and written into Harken's answer to a client of the same protocol.
enum VendorFields {
    /// Maximum size of all fields, in bytes. An answer with more is not passed on.
    private static let maxBytes = 8 << 20

    /// Returns the members of an object, except those in `modelled` and those that are null.
    static func members(of view: borrowing JSONView, except modelled: Set<String>) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        view.forEachMember { name, value in
            if !modelled.contains(name), !value.isNull { members.append(.init(name: name, value: JSONValue(value))) }
        }
        return members
    }

    /// Returns the JSON text of the fields; nil when there are none, or too many.
    static func text(_ members: [JSONValue.Member]) -> [UInt8]? {
        guard !members.isEmpty else { return nil }
        var json = JSONWriter()
        json.value(.object(members))
        return json.count <= maxBytes ? json.bytes : nil
    }

    /// Returns the fields of a text that `text` made.
    ///
    /// - Parameter filter: hides profane words in all strings; nil: nothing is hidden.
    static func members(in text: [UInt8]?, hiding filter: ProfanityFilter?) -> [JSONValue.Member] {
        guard let text, case .object(let members)? = try? JSONValue(parsing: text) else { return [] }
        guard let filter else { return members }
        return members.map { .init(name: $0.name, value: hidden($0.value, filter)) }
    }

    private static func hidden(_ value: JSONValue, _ filter: ProfanityFilter) -> JSONValue {
        switch value {
        case .string(let text):
            .string(text.split(separator: " ", omittingEmptySubsequences: false).map { filter.filtered(String($0)) }.joined(separator: " "))
        case .array(let items): .array(items.map { hidden($0, filter) })
        case .object(let members): .object(members.map { .init(name: $0.name, value: hidden($0.value, filter)) })
        case .null, .bool, .int, .double: value
        }
    }

    static func write(_ members: [JSONValue.Member], to json: inout JSONWriter) {
        for member in members {
            json.key(escaping: member.name)
            json.value(member.value)
        }
    }
}
