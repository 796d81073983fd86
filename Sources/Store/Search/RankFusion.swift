/// Fusion of two rankings by reciprocal rank: each ranking gives a segment 1 / (60 + rank), and a segment in both rankings gets both values.
///
/// Source: Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.
enum RankFusion {
    static let constant = 60.0

    struct Ranked: Equatable {
        /// Row number of the segment.
        var segment: Int64
        var score: Double
    }

    /// - Parameters:
    ///   - words: row numbers of segments, the best first.
    ///   - windows: the segments of each window, the best window first. A window counts for the segments that the words found too, or else for its
    ///     first segment.
    /// - Returns: the ranked segments, the best first; of equal ones, the newest first.
    static func fuse(words: [Int64], windows: [[Int64]]) -> [Ranked] {
        var scores: [Int64: Double] = [:]
        for (rank, segment) in words.enumerated() { scores[segment] = 1 / (constant + Double(rank + 1)) }
        let said = Set(words)
        // A segment may be in several windows: the best of these windows counts.
        var counted: Set<Int64> = []
        for (rank, window) in windows.enumerated() {
            let found = window.filter(said.contains)
            // A passage that a better window has given already is not given again.
            guard !found.isEmpty || !window.contains(where: counted.contains) else { continue }
            for segment in found.isEmpty ? Array(window.prefix(1)) : found where counted.insert(segment).inserted {
                scores[segment, default: 0] += 1 / (constant + Double(rank + 1))
            }
        }
        return scores.map { Ranked(segment: $0.key, score: $0.value) }.sorted { ($0.score, $0.segment) > ($1.score, $1.segment) }
    }
}
