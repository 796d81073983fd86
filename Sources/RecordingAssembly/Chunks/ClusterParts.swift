/// Tells the stretches of an engine's speaker apart: who speaks again after somebody else may be another one, and to take two for one is worse than one for two.
package enum ClusterParts {
    /// Between a cluster and the number of its part.
    static let marker = "::local_part:"

    /// The engine's own name of a part's speaker.
    package static func base(_ cluster: String) -> Substring {
        var end = cluster.startIndex
        while end < cluster.endIndex, !cluster[end...].hasPrefix(marker) { end = cluster.index(after: end) }
        return cluster[..<end]
    }

    /// - Parameter words: in order. A cluster of one stretch keeps its name; the others' parts are numbered from 1.
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
