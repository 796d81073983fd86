package import Speech

/// What new words do to a conversation's segments.
package struct SegmentChanges: Sendable, Equatable {
    /// New and changed ones, each whole, in order of start.
    package var changed: [Segment]
    /// Those that became part of others.
    package var removed: [ID<Segment>]

    package init(changed: [Segment] = [], removed: [ID<Segment>] = []) {
        self.changed = changed
        self.removed = removed
    }

    package var isEmpty: Bool { changed.isEmpty && removed.isEmpty }
}
