/// What a key may be used for. A key without scopes may be used for everything.
package enum AccessScope: String, Sendable, CaseIterable {
    /// Live audio, in every dialect.
    case listen
    /// Recordings.
    case transcribe

    var explanation: String {
        switch self {
        case .listen: "live audio"
        case .transcribe: "recordings"
        }
    }
}
