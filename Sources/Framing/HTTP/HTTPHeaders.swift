/// Header fields in the order in which they came. Case does not matter in names.
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

    /// The first value of the field; nil when the field is absent.
    package subscript(name: String) -> String? {
        fields.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// Returns all values of the field, in order, one for each line.
    package func values(_ name: String) -> [String] {
        fields.compactMap { $0.name.equalsIgnoringCase(name) ? $0.value : nil }
    }

    /// Adds a line after all other lines.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Makes `value` the only value of the field; nil removes the field.
    package mutating func set(_ name: String, _ value: String?) {
        fields.removeAll { $0.name.equalsIgnoringCase(name) }
        if let value { add(name, value) }
    }

    package mutating func append(_ others: HTTPHeaders) { fields += others.fields }

    /// Returns the elements of a comma-separated list that may extend over several lines. Blanks around elements and empty elements are left out.
    /// Commas inside quotes separate too, so this is not for fields with quoted elements.
    package func elements(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: ",").map(\.trimmingBlanks).filter { !$0.isEmpty }.map(String.init) }
    }

    /// Returns true if a list such as `Connection` has this element. Case does not matter.
    package func has(_ name: String, element: String) -> Bool {
        elements(name).contains { $0.equalsIgnoringCase(element) }
    }
}
