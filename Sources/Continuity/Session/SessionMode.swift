/// The number of engines that hear a session, and the choice of the words that count.
package enum SessionMode: String, Sendable, CaseIterable {
    /// One engine; another takes over when it fails.
    case failover
    /// Two engines; for each island of speech, the first final counts.
    case hedged
    /// Two or three engines, whose words are voted on.
    case ensemble
    /// One engine as in `failover`. Another engine hears the same audio, and its words are only compared.
    case shadow

    /// Number of engines whose words count at a time.
    package var voices: Int {
        switch self {
        case .failover, .shadow: 1
        case .hedged: 2
        case .ensemble: 3
        }
    }

    /// Minimum number of engines that a session must have.
    package var fewestEngines: Int { self == .failover ? 1 : 2 }
}
