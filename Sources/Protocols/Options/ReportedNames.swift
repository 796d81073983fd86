import Speech

/// Names that a client is told because they have no effect: each once, in their order, and a limited number of them. They are the client's own texts.
struct ReportedNames: Sendable {
    /// Maximum number of names that are told.
    static let maxCount = 32
    /// Maximum size of a name that is told, in bytes.
    static let maxSize = 100

    private(set) var names: [String] = []

    init() {}

    init(_ names: some Sequence<String>) {
        for name in names {
            guard self.names.count < Self.maxCount else { break }
            _ = add(name)
        }
    }

    /// Returns the name to tell; nil if the client knows it, or was told as many names as it is told.
    mutating func add(_ name: String) -> String? {
        let name = Self.cut(name)
        guard names.count < Self.maxCount, !names.contains(name) else { return nil }
        names.append(name)
        return name
    }

    /// Returns the beginning of a name, as a client is told it.
    static func cut(_ name: String) -> String { name.prefix(bytes: maxSize) }
}
