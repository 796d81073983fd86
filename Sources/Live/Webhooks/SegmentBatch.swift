internal import Conversations
internal import Speech

/// Segments of a live session that wait to be sent to a webhook, each in its newest form, in the order in which they first came.
struct SegmentBatch {
    /// Maximum number of segments that wait.
    static let maxSegments = 500

    private var segments: [Segment] = []
    /// Segments that were put back, and have not come again since.
    private(set) var kept: Set<ID<Segment>> = []

    var isEmpty: Bool { segments.isEmpty }

    /// Adds new and changed segments. Beyond the maximum the oldest segments are dropped.
    ///
    /// - Returns: the number of dropped segments.
    mutating func add(_ changed: [Segment]) -> Int {
        for var segment in changed {
            // Words are not sent.
            segment.words = []
            kept.remove(segment.id)
            if let index = segments.lastIndex(where: { $0.id == segment.id }) { segments[index] = segment } else { segments.append(segment) }
        }
        let dropped = max(0, segments.count - Self.maxSegments)
        segments.removeFirst(dropped)
        return dropped
    }

    /// Adds segments that were taken and not sent, before those that have come since. Newer forms of the same segments stay.
    ///
    /// - Returns: the number of dropped segments.
    mutating func putBack(_ earlier: [Segment]) -> Int {
        let newer = segments
        segments = earlier
        kept = Set(earlier.map(\.id))
        return add(newer)
    }

    /// Removes segments that are part of others now.
    mutating func remove(_ ids: [ID<Segment>]) { segments.removeAll { ids.contains($0.id) } }

    /// Returns the segments, and removes them.
    mutating func take() -> [Segment] {
        defer { self = SegmentBatch() }
        return segments
    }
}
