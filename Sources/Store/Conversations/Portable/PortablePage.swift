/// Some objects of an export.
package struct PortablePage<Element: Sendable>: Sendable {
    package var elements: [Element]
    /// The place behind the last element; nil when no elements follow.
    package var next: PortableCursor?
}

/// A place among the objects of an export.
package struct PortableCursor: Sendable, Equatable {
    /// Value by which the objects are ordered, and the row number among equal values.
    let value: Int64, number: Int64

    /// The place before all objects.
    package static let start = PortableCursor(value: .min, number: .min)
}
