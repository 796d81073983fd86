package import Speech

/// Changes of a conversation's segments by new words.
package struct SegmentChanges: Sendable, Equatable {
    /// New and changed segments, each complete, in order of start.
    package var changed: [Segment]
    /// Segments that became part of others.
    package var removed: [ID<Segment>]

    package init(changed: [Segment] = [], removed: [ID<Segment>] = []) {
        self.changed = changed
        self.removed = removed
    }

    package var isEmpty: Bool { changed.isEmpty && removed.isEmpty }
}
