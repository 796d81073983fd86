package import Speech

/// A few segments in a row that are searched for their meaning together: one alone is often too short to mean anything.
package struct MeaningWindow: Sendable, Equatable {
    package var segments: [ID<Segment>]
    package var start: Duration
    package var end: Duration
    package var text: String

    /// Characters of a window: what the embedding model reads of one text is about four times as many.
    private static let length = 240

    /// The windows of a conversation. Each segment is in at least one; long ones have a window of their own.
    package static func windows(of segments: [Segment]) -> [MeaningWindow] {
        var windows: [MeaningWindow] = []
        var index = segments.startIndex
        while index < segments.endIndex {
            var window = MeaningWindow(segments: [], start: segments[index].start, end: segments[index].end, text: "")
            var next = index
            while next < segments.endIndex, window.segments.isEmpty || window.text.count + segments[next].text.count <= length {
                window.segments.append(segments[next].id)
                window.end = max(window.end, segments[next].end)
                window.text += (window.text.isEmpty ? "" : " ") + segments[next].text
                next += 1
            }
            windows.append(window)
            // Half of it is in the next one too, for what is meant may lie across the border.
            index = next == segments.endIndex ? next : max(index + 1, index + (next - index + 1) / 2)
        }
        return windows
    }
}
