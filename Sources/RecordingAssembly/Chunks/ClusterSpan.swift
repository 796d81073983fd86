/// A stretch of one cluster's speech without a long pause. Voiceprints of the cluster may be computed from such spans.
package struct ClusterSpan: Sendable, Equatable {
    package var cluster: String
    package var start: Duration
    package var end: Duration
    package var words: Int

    /// Pause that begins a new stretch.
    package static let pause: Duration = .seconds(30)
    /// Pause that begins a new stretch for computing voiceprints: longer silence says nothing about a voice.
    package static let shortPause: Duration = .seconds(2)

    /// - Parameter words: the words of a chunk, in order. Words without a cluster are in no stretch.
    package static func all(in words: [ChunkWord], pause: Duration = pause) -> [ClusterSpan] {
        var spans: [ClusterSpan] = []
        for word in words {
            guard let cluster = word.cluster else { continue }
            if let last = spans.last, last.cluster == cluster, word.start - last.end < pause {
                spans[spans.count - 1].end = max(last.end, word.end)
                spans[spans.count - 1].words += 1
            } else {
                spans.append(ClusterSpan(cluster: cluster, start: word.start, end: word.end, words: 1))
            }
        }
        return spans
    }
}
