/// A text message of a client of `/listen`, or a part of one, that has no effect.
package struct ListenIgnored: Sendable, Equatable {
    /// The type of the message, and behind it the path of the part: `speaker_assigned.segment_ids`.
    package let name: String
    /// The reason, as a clause: "it needs a reason".
    package let reason: String

    init(_ name: String, _ reason: String) {
        self.name = name
        self.reason = reason
    }

    /// A member that the gateway does not read.
    static func unread(_ name: String) -> ListenIgnored { ListenIgnored(name, "the gateway does not read it") }
}

/// The names of what was ignored, of which the client was told.
struct ListenIgnoredNames: Sendable {
    /// Maximum number of names that a session tells. Further names are not told, because they are the client's own texts.
    static let maxNames = 32
    /// Maximum number of characters of a name that is told.
    private static let maxCharacters = 100

    private var told: Set<String> = []

    /// Returns the name to tell; nil if the client knows it, or was told as many names as a session tells.
    mutating func name(of ignored: ListenIgnored) -> String? {
        let name = String(ignored.name.prefix(Self.maxCharacters))
        return told.count < Self.maxNames && told.insert(name).inserted ? name : nil
    }
}
