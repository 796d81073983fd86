/// How many engines hear a session, and whose words count.
package enum SessionMode: String, Sendable, CaseIterable {
    /// One engine; another takes over when it fails.
    case failover
    /// Two engines; of each island of speech, what is final first counts.
    case hedged
    /// Two or three engines, whose words are voted on.
    case ensemble
    /// One engine as in `failover`; another hears the same, and what it says is only compared.
    case shadow

    /// How many engines' words count at a time.
    package var voices: Int {
        switch self {
        case .failover, .shadow: 1
        case .hedged: 2
        case .ensemble: 3
        }
    }

    /// How many engines a session must have at least.
    package var fewestEngines: Int { self == .failover ? 1 : 2 }
}
