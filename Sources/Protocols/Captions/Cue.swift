/// One caption: what is shown, and from when to when.
package struct Cue: Sendable, Equatable {
    /// Milliseconds since the start of the recording; `end` is greater than `start`.
    package var start: Int64
    package var end: Int64
    /// Never empty; no line is blank.
    package var lines: [String]

    package init(start: Int64, end: Int64, lines: [String]) {
        self.start = start
        self.end = end
        self.lines = lines
    }
}
