/// A client's change to the options in its vendor's own words.
package struct VendorChange: Sendable, Equatable, CustomStringConvertible {
    /// The new options, in the form that the opening of a session has.
    package var options: [VendorOptions.Option]
    /// Names of the options that no longer hold: those of the new options, and other names of the same settings.
    package var names: Set<String>

    /// - Parameter others: names of options that no longer hold, besides those of the new ones.
    package init(_ options: [VendorOptions.Option], replacing others: Set<String> = []) {
        self.options = options
        names = others.union(options.map(\.name))
    }

    /// The change as a text that is the same in each process: the names are sorted.
    package var description: String { "VendorChange(\(options), replacing: \(names.sorted()))" }
}

extension VendorOptions {
    package mutating func apply(_ change: VendorChange) {
        // The order of equal options stays: another order would look like a change and open a new stream.
        guard options.filter({ change.names.contains($0.name) }) != change.options else { return }
        options.removeAll { change.names.contains($0.name) }
        options += change.options
    }
}
