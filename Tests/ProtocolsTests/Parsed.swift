import Framing

/// A JSON text taken apart for a test: members and elements by subscript, nil for what is not there.
struct Parsed {
    private let value: JSONValue?

    init(_ bytes: [UInt8]) throws {
        value = try JSONValue(parsing: bytes)
    }

    init(_ text: String) throws { try self.init(Array(text.utf8)) }

    private init(value: JSONValue?) { self.value = value }

    subscript(name: String) -> Parsed {
        guard case .object(let members) = value else { return Parsed(value: nil) }
        return Parsed(value: members.last { $0.name == name }?.value)
    }

    subscript(index: Int) -> Parsed {
        guard case .array(let elements) = value, elements.indices.contains(index) else { return Parsed(value: nil) }
        return Parsed(value: elements[index])
    }

    var exists: Bool { value != nil }
    var string: String? { if case .string(let text) = value { text } else { nil } }
    var int: Int? { if case .int(let number) = value { number } else { nil } }
    var bool: Bool? { if case .bool(let flag) = value { flag } else { nil } }
    var double: Double? { value?.double }
    var isArray: Bool { if case .array = value { true } else { false } }

    var count: Int {
        switch value {
        case .array(let elements): elements.count
        case .object(let members): members.count
        default: 0
        }
    }

    var strings: [String] { (0..<count).compactMap { self[$0].string } }
}
