/// Header fields in the order they came. Names are compared without regard to case.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    package init() { fields = [] }

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of the name; nil when there is none.
    package subscript(name: String) -> String? {
        fields.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// All values of the name, in order, one for each line.
    package func values(_ name: String) -> [String] {
        fields.compactMap { $0.name.equalsIgnoringCase(name) ? $0.value : nil }
    }

    /// Adds a line after all others.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Makes this the only value of the name; nil takes the name away.
    package mutating func set(_ name: String, _ value: String?) {
        fields.removeAll { $0.name.equalsIgnoringCase(name) }
        if let value { add(name, value) }
    }

    package mutating func append(_ others: HTTPHeaders) { fields += others.fields }

    /// The elements of a comma-separated list that may be spread over lines, without blanks around them and without empty ones.
    /// Commas inside quotes separate too: not for fields whose elements may be quoted.
    package func elements(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: ",").map(\.trimmingBlanks).filter { !$0.isEmpty }.map(String.init) }
    }

    /// Whether a list such as `Connection` has this element, without regard to case.
    package func has(_ name: String, element: String) -> Bool {
        elements(name).contains { $0.equalsIgnoringCase(element) }
    }
}
