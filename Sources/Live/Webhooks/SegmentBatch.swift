internal import Conversations
internal import Speech

/// Segments of a live session that wait to be sent to a webhook, each in its newest form, in the order in which they first came.
struct SegmentBatch {
    /// Maximum number of segments that wait.
    static let maxSegments = 500

    private var segments: [Segment] = []
    /// Segments that were put back, and have not come again since.
    private(set) var kept: Set<ID<Segment>> = []

    /// Number of segments that were dropped since segments were taken last.
    private(set) var dropped = 0

    var isEmpty: Bool { segments.isEmpty }

    /// Adds new and changed segments. Beyond the maximum the oldest segments are dropped: only the store has them.
    mutating func add(_ changed: [Segment]) {
        for var segment in changed {
            // Words are not sent.
            segment.words = []
            kept.remove(segment.id)
            if let index = segments.lastIndex(where: { $0.id == segment.id }) { segments[index] = segment } else { segments.append(segment) }
        }
        let surplus = max(0, segments.count - Self.maxSegments)
        segments.removeFirst(surplus)
        dropped += surplus
    }

    /// Adds segments that were taken and not sent, before those that have come since. Newer forms of the same segments stay.
    ///
    /// - Parameter dropped: number of segments that had been dropped before the segments were taken.
    mutating func putBack(_ earlier: [Segment], dropped: Int = 0) {
        let newer = segments
        segments = earlier
        kept = Set(earlier.map(\.id))
        self.dropped += dropped
        add(newer)
    }

    /// Removes segments that are part of others now.
    mutating func remove(_ ids: [ID<Segment>]) { segments.removeAll { ids.contains($0.id) } }

    /// Returns the segments, and removes them.
    mutating func take() -> [Segment] {
        defer { self = SegmentBatch() }
        return segments
    }
}
