import Speech

/// Turns the events of a live stream into text for a terminal, a file or a program. The returned text is to be written unchanged.
struct CaptionPrinter {
    enum Style: Equatable {
        /// The interim is in the last line, cut to this number of columns, and is rewritten in place.
        case terminal(columns: Int)
        /// Finals only, one per line.
        case plain
        /// One JSON object per line, for every event.
        case json
    }

    /// The style, which may change while captions run, for example when a window is resized.
    var style: Style
    private let rate: SampleRate
    private var hasInterim = false

    init(_ style: Style, rate: SampleRate) {
        self.style = style
        self.rate = rate
    }

    mutating func text(for event: EngineEvent) -> String {
        switch (event, style) {
        case (.interim(let hypothesis), .terminal(let columns)):
            interim(hypothesis, columns: columns)
        case (.final(let hypothesis, _), .terminal): clear() + line(hypothesis)
        case (.final(let hypothesis, _), .plain): line(hypothesis)
        case (.interim(let hypothesis), .json): json(interim: hypothesis)
        case (.final(let hypothesis, _), .json): json(final: hypothesis)
        case (.closed, .terminal): clear()
        case (.turnEnded(_, let position), .json): Self.json(turnEnd: position, rate)
        case (.interim, .plain), (.closed, .plain), (.closed, .json), (.turnEnded, _), (.opened, _), (.speechStarted, _), (.flushed, _),
            (.skipped, _), (.notice, _):
            ""
        }
    }

    /// Returns the text that removes the interim, so that other text can be written.
    mutating func clear() -> String {
        defer { hasInterim = false }
        return hasInterim ? "\r\u{1B}[K" : ""
    }

    private mutating func json(interim hypothesis: Hypothesis) -> String {
        defer { hasInterim = !hypothesis.words.isEmpty }
        // An interim without words is of use only after one with words.
        return hypothesis.words.isEmpty && !hasInterim ? "" : Self.json("interim", hypothesis, rate)
    }

    private mutating func json(final hypothesis: Hypothesis) -> String {
        hasInterim = false
        return Self.json("final", hypothesis, rate)
    }

    private mutating func interim(_ hypothesis: Hypothesis, columns: Int) -> String {
        guard !hypothesis.words.isEmpty else { return clear() }
        hasInterim = true
        // A narrow window has space for words only.
        let time = columns < 40 ? "" : "[\(TimeText.precise(start(hypothesis))) → …] "
        // The last column stays free, because a full line would wrap. The newest words are shown, because users wait for these.
        return "\r" + time + TerminalText.tail(TerminalText.safe(hypothesis.text), columns: columns - 1 - TerminalText.width(of: time)) + "\u{1B}[K"
    }

    private func line(_ hypothesis: Hypothesis) -> String {
        guard !hypothesis.words.isEmpty else { return "" }
        let end = hypothesis.words.last?.range.end ?? hypothesis.range.end
        return "[\(TimeText.precise(start(hypothesis))) → \(TimeText.precise(end.seconds(at: rate)))] \(TerminalText.safe(hypothesis.text))\n"
    }

    private func start(_ hypothesis: Hypothesis) -> Double {
        (hypothesis.words.first?.range.start ?? hypothesis.range.start).seconds(at: rate)
    }
}
