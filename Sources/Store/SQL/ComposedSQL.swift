/// A statement that is composed of literals, for example of the columns of a table. A value can get into it only as a parameter.
package struct ComposedSQL: Hashable, Sendable {
    let text: String

    package init(_ parts: StaticString...) { self.init(parts) }

    package init(_ parts: [StaticString]) { text = parts.map(\.description).joined() }

    /// Joins parts with a separator: `a, b, c`.
    package init(_ parts: [ComposedSQL], separator: StaticString = ", ") {
        text = parts.map(\.text).joined(separator: separator.description)
    }

    package static func + (first: Self, second: Self) -> Self { Self([first, second], separator: "") }
}
