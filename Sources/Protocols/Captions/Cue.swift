/// One caption: its text, and the time for which it is shown.
package struct Cue: Sendable, Equatable {
    /// Start of the caption in milliseconds since the start of the recording; `end` is greater than `start`.
    package var start: Int64
    package var end: Int64
    /// Lines of text; never empty, and no line is blank.
    package var lines: [String]

    package init(start: Int64, end: Int64, lines: [String]) {
        self.start = start
        self.end = end
        self.lines = lines
    }
}
