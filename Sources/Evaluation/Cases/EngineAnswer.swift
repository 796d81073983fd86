/// What one engine made of one case.
public struct EngineAnswer: Sendable, Equatable {
    public struct Word: Sendable, Equatable {
        public var text: String
        public var start: Duration
        public var end: Duration
        /// The engine's speaker.
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
        /// nil: the answer has no times.
        public var start: Duration?
        public var end: Duration?
        /// The engine's speaker.
        public var cluster: String?
        /// Who really speaks, when the case says so.
        public var speaker: String?
        /// Whether it is not certain who the cluster is: nobody was found, or with a confidence under one half.
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
    /// With their times; empty when the engine gives none.
    public var words: [Word]
    /// What it took to get the answer; nil when nothing is known of that.
    public var runs: RunFigures?

    public init(segments: [Segment], words: [Word] = [], runs: RunFigures? = nil) {
        self.segments = segments
        self.words = words
        self.runs = runs
    }

    public var text: String { segments.map(\.text).joined(separator: " ") }

    /// Uninterrupted speech of each of the engine's speakers: its words, or where it gives none its segments, joined over pauses under half a second.
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
