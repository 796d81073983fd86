/// The sender of spans: `service.name` and the operator's other attributes.
package struct TraceResource: Sendable, Equatable {
    package private(set) var attributes: [(key: String, value: String)] = []

    package init() {}

    package subscript(key: String) -> String? {
        get { attributes.first { $0.key == key }?.value }
        set {
            attributes.removeAll { $0.key == key }
            if let newValue { attributes.append((key, newValue)) }
        }
    }

    package static func == (a: Self, b: Self) -> Bool { a.attributes.elementsEqual(b.attributes, by: ==) }
}
