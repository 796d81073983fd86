/// A purpose that a key may be used for. A key without scopes may be used for everything.
package enum AccessScope: String, Sendable, CaseIterable {
    /// Live audio, in every dialect.
    case listen
    /// Recordings.
    case transcribe
    /// Conversations, people and voices, and finding what was said.
    case read
    /// Changing and deleting them; reading too, since a change is answered with what came of it.
    case write

    package var explanation: String {
        switch self {
        case .listen: "live audio"
        case .transcribe: "recordings"
        case .read: "reading conversations and people"
        case .write: "changing conversations and people"
        }
    }

    /// True if a key with these scopes may be used for this purpose.
    func isContained(in scopes: [String]) -> Bool {
        scopes.contains(rawValue) || self == .read && scopes.contains(AccessScope.write.rawValue)
    }
}
