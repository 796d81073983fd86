package import Speech

/// Consecutive segments that are embedded together for search by meaning, because a single segment is often too short.
package struct MeaningWindow: Sendable, Equatable {
    package var segments: [ID<Segment>]
    package var start: Duration
    package var end: Duration
    package var text: String

    /// Number of characters in a window. The embedding model reads about four times as many characters of one text.
    private static let length = 240

    /// Returns the windows of a conversation. Each segment is in at least one window, and long segments have a window of their own.
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
            // Half of a window is in the next one too, because a meaning may cross the border.
            index = next == segments.endIndex ? next : max(index + 1, index + (next - index + 1) / 2)
        }
        return windows
    }
}
