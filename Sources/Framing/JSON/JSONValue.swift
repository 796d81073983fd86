/// A JSON value that owns its content. Nearly every part costs an allocation: for configuration and tests, not for streams.
package enum JSONValue: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// Copies a value out of its document. A missing value becomes `null`.
    package init(_ view: JSONView) {
        if let string = view.string {
            self = .string(string)
        } else if let bool = view.bool {
            self = .bool(bool)
        } else if view.isObject {
            var members: [Member] = []
            view.forEachMember { members.append(Member(name: $0, value: JSONValue($1))) }
            self = .object(members)
        } else if let array = view.array {
            self = .array(array)
        } else if let double = view.double {
            self = view.isInteger ? .int(view.int ?? 0) : .double(double)
        } else {
            self = .null
        }
    }

    package init(parsing bytes: [UInt8]) throws(JSONError) {
        let document = try JSONDocument(parsing: bytes)
        self.init(document.root)
    }

    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The value with the members of each object in it sorted by their names: equal for objects that differ only in the order of their members.
    package var sortedByName: JSONValue {
        switch self {
        case .array(let items): .array(items.map(\.sortedByName))
        case .object(let members):
            .object(members.map { Member(name: $0.name, value: $0.value.sortedByName) }.sorted { $0.name < $1.name })
        case .null, .bool, .int, .double, .string: self
        }
    }

    /// The number, whole or not; nil for another value, and for a number that JSON cannot write.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number.isFinite ? number : nil
        case .null, .bool, .string, .array, .object: nil
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}
