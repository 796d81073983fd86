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

    /// Returns the maximum number of streams to servers that a session has at a time: one for each engine that hears a channel, and one that takes over
    /// while an earlier one still answers. A stream of several channels counts as one of each channel.
    ///
    /// - Parameter servers: number of engines that may serve the session and are reached over a connection.
    package func streams(toServers servers: Int, channels: Int) -> Int {
        guard servers > 0 else { return 0 }
        let hearers = self == .shadow ? voices + 1 : voices
        return max(1, channels) * (min(hearers, servers) + 1)
    }

    /// Minimum number of engines that a session must have.
    package var fewestEngines: Int { self == .failover ? 1 : 2 }
}
