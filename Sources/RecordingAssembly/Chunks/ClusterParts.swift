/// Splits an engine's speaker into parts, one for each stretch of speech. A speaker who returns after somebody else may be another person, and taking
/// two speakers for one is worse than taking one for two.
package enum ClusterParts {
    /// Text between a cluster's name and the number of its part.
    static let marker = "::local_part:"

    /// Returns the cluster of a speaker whose stretches are all one person's: the engine heard the whole recording at once, or the speaker has a
    /// channel alone. Such a cluster is not split.
    package static func whole(_ speaker: String) -> String { speaker + marker + "0" }

    /// Returns the engine's own name of a part's speaker.
    package static func base(_ cluster: String) -> Substring {
        var end = cluster.startIndex
        while end < cluster.endIndex, !cluster[end...].hasPrefix(marker) { end = cluster.index(after: end) }
        return cluster[..<end]
    }

    /// Returns the words with their clusters split. A cluster with one stretch keeps its name; the parts of other clusters are numbered from 1.
    ///
    /// - Parameter words: the words in order.
    static func split(_ words: [ChunkWord]) -> [ChunkWord] {
        var runs: [String: Int] = [:]
        var parts: [Int] = []
        var last: String?
        for word in words {
            if let cluster = word.cluster, cluster != last {
                runs[cluster, default: 0] += 1
                last = cluster
            }
            parts.append(word.cluster.flatMap { runs[$0] } ?? 0)
        }
        return zip(words, parts).map { word, part in
            var word = word
            if let cluster = word.cluster, runs[cluster, default: 0] > 1, !cluster.contains(marker) { word.cluster = cluster + marker + "\(part)" }
            return word
        }
    }
}
