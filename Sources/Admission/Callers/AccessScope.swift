/// A purpose that a key may be used for. A key without scopes may be used for everything.
package enum AccessScope: String, Sendable, CaseIterable {
    /// Recognition of live audio, in every dialect.
    case listen
    /// Recognition of recordings.
    case transcribe
    /// Reading of conversations, people and voices, and search.
    case read
    /// Changing and deleting of conversations, people and voices. Includes reading, because a change is answered with its result.
    case write
    /// Administration of the gateway: keys, engines and draining. Only a key that names this scope has it.
    case admin

    package var explanation: String {
        switch self {
        case .listen: "live audio"
        case .transcribe: "recordings"
        case .read: "reading conversations and people"
        case .write: "changing conversations and people"
        case .admin: "administration of keys and engines"
        }
    }

    /// True if a key with these scopes may be used for this purpose.
    func isContained(in scopes: [String]) -> Bool {
        scopes.contains(rawValue) || self == .read && scopes.contains(AccessScope.write.rawValue)
    }
}
