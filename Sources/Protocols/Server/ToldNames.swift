/// The names of what a client's messages had without effect, of which the client was told: each once, and a limited number of them.
struct ToldNames: Sendable {
    /// Maximum number of names that a session tells, because they are the client's own texts.
    private static let maxCount = 32
    /// Maximum number of characters of a name that is told.
    private static let maxCharacters = 100

    private var told: Set<String> = []

    /// Returns the name to tell; nil if the client knows it, or was told as many names as a session tells.
    mutating func adding(_ name: String) -> String? {
        let name = String(name.prefix(Self.maxCharacters))
        return told.count < Self.maxCount && told.insert(name).inserted ? name : nil
    }
}
