package import Conversations

/// The selection of a conversation's segments for a page.
package struct SegmentQuery: Sendable, Equatable {
    /// Time since the conversation's start that the segments end after; nil for no limit.
    package var from: Duration?
    /// Time since the conversation's start that the segments begin before; nil for no limit.
    package var to: Duration?
    /// Number of segments that fit and are left out before the page. At least 0.
    package var index: Int
    /// Maximum number of segments on the page. At least 1.
    package var limit: Int

    package init(from: Duration? = nil, to: Duration? = nil, index: Int = 0, limit: Int) {
        self.from = from
        self.to = to
        self.index = index
        self.limit = limit
    }
}

/// A page of a conversation's segments.
package struct SegmentPage: Sendable, Equatable {
    /// Segments with their words, in order of start.
    package var segments: [Segment]
    /// Number of the first of `segments` in the conversation, from 0; 0 when the page is empty.
    package var first: Int
    /// Number of all segments of the conversation.
    package var total: Int
    /// `SegmentQuery.index` of the next page; nil when this page is the last.
    package var next: Int?

    package init(segments: [Segment], first: Int, total: Int, next: Int? = nil) {
        self.segments = segments
        self.first = first
        self.total = total
        self.next = next
    }
}
