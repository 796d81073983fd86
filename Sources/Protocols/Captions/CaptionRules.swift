/// The rules by which words become captions that are comfortable to read.
package struct CaptionRules: Sendable, Equatable {
    /// Maximum columns of a line (`TextColumns`); a longer word stands alone in its line.
    package var lineLength: Int
    package var lines: Int
    package var shortest: Duration
    /// Minimum time of a caption beside one of another channel that begins soon. The next caption of its own channel may end it earlier.
    package var minOverlapped: Duration
    package var longest: Duration
    /// Minimum length of a silence that always separates two captions.
    package var pause: Duration

    package init(
        lineLength: Int = 42, lines: Int = 2, shortest: Duration = .seconds(1), minOverlapped: Duration = .milliseconds(500),
        longest: Duration = .seconds(7), pause: Duration = .milliseconds(1_500)
    ) {
        self.lineLength = lineLength
        self.lines = lines
        self.shortest = shortest
        self.minOverlapped = minOverlapped
        self.longest = longest
        self.pause = pause
    }
}
