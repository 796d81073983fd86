import Speech

/// One engine's result for one case.
public struct EngineAnswer: Sendable, Equatable {
    public struct Word: Sendable, Equatable {
        public var text: String
        public var start: Duration
        public var end: Duration
        /// The word's speaker, as the engine tells speakers apart.
        public var cluster: String?

        public init(text: String, start: Duration, end: Duration, cluster: String? = nil) {
            self.text = text
            self.start = start
            self.end = end
            self.cluster = cluster
        }
    }

    public struct Segment: Sendable, Equatable {
        public var text: String
        /// Start of the segment; nil: the answer has no times.
        public var start: Duration?
        public var end: Duration?
        /// The segment's speaker, as the engine tells speakers apart.
        public var cluster: String?
        /// The true speaker, when the case has this information.
        public var speaker: String?
        /// True if the cluster's identity is uncertain: it has none, or one with a confidence under one half.
        public var isUncertain: Bool

        public init(
            text: String, start: Duration? = nil, end: Duration? = nil, cluster: String? = nil, speaker: String? = nil, isUncertain: Bool = false
        ) {
            self.text = text
            self.start = start
            self.end = end
            self.cluster = cluster
            self.speaker = speaker
            self.isUncertain = isUncertain
        }
    }

    public var segments: [Segment]
    /// Words with their times; empty when the engine gives none.
    public var words: [Word]
    /// Figures of the recognition attempts; nil when nothing is known about them.
    public var runs: RunFigures?

    public init(segments: [Segment], words: [Word] = [], runs: RunFigures? = nil) {
        self.segments = segments
        self.words = words
        self.runs = runs
    }

    /// The segments as one text, with the blanks of their scripts.
    public var text: String { WordSpacing.text(of: segments.map(\.text)) }

    /// Uninterrupted speech of each of the engine's speakers: words, or segments where there are no words, joined over pauses of less than half a
    /// second.
    var turns: [SpokenTurn] {
        var spans: [SpokenTurn] = words.compactMap { word in
            word.cluster.map { SpokenTurn(start: word.start, end: word.end, speaker: $0) }
        }
        if spans.isEmpty {
            spans = segments.compactMap { segment in
                guard let start = segment.start, let end = segment.end, let cluster = segment.cluster else { return nil }
                return SpokenTurn(start: start, end: end, speaker: cluster)
            }
        }
        var turns: [SpokenTurn] = []
        for span in spans.sorted(by: { $0.start < $1.start }) {
            if let last = turns.last, last.speaker == span.speaker, span.start - last.end < .milliseconds(500) {
                turns[turns.count - 1].end = max(last.end, span.end)
            } else {
                turns.append(span)
            }
        }
        return turns
    }
}
