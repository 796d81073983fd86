/// The differences between two engines' answers, to one case or to many. The baseline's answer is not a truth.
public struct AnswerComparison: Sendable, Equatable {
    /// Errors of the candidate's words against the baseline's.
    public var words = ErrorCount()
    public var baselineSegments = 0
    public var candidateSegments = 0
    public var baselineWords = 0
    public var candidateWords = 0
    /// Distances in seconds between the edges of segments and the edges of the baseline's segment with the largest overlap; one value for each edge.
    public var drifts: [Double] = []
    /// Distances in seconds between the starts and between the ends of words that both engines heard; one value for each edge.
    public var wordDrifts: [Double] = []

    public init() {}

    public init(baseline: EngineAnswer, candidate: EngineAnswer, normalizer: TranscriptNormalizer) {
        let (said, heard) = (normalizer.units(of: baseline.text), normalizer.units(of: candidate.text))
        words = TextAlignment(reference: said, hypothesis: heard).errors
        (baselineWords, candidateWords) = (said.count, heard.count)
        (baselineSegments, candidateSegments) = (baseline.segments.count, candidate.segments.count)
        drifts = Self.drifts(baseline.segments, candidate.segments)
        wordDrifts = Self.drifts(baseline.words, candidate.words, normalizer)
    }

    public static func + (first: AnswerComparison, second: AnswerComparison) -> AnswerComparison {
        var sum = first
        sum.words = first.words + second.words
        sum.baselineSegments += second.baselineSegments
        sum.candidateSegments += second.candidateSegments
        sum.baselineWords += second.baselineWords
        sum.candidateWords += second.candidateWords
        sum.drifts += second.drifts
        sum.wordDrifts += second.wordDrifts
        return sum
    }

    /// The ratio |candidate − baseline| ÷ baseline. Without baseline segments: 0 when the candidate has none either, otherwise 1.
    public var segmentDelta: Double {
        guard baselineSegments > 0 else { return candidateSegments == 0 ? 0 : 1 }
        return Double(abs(candidateSegments - baselineSegments)) / Double(baselineSegments)
    }

    /// Mean drift of segment edges, in seconds; nil when no segments overlap, or none has times.
    public var drift: Double? { Distribution(drifts).mean }

    /// Computes the drifts. Segments are matched by overlap, not by number, so that an additional segment at the start does not shift the others.
    private static func drifts(_ baseline: [EngineAnswer.Segment], _ candidate: [EngineAnswer.Segment]) -> [Double] {
        func timed(_ segments: [EngineAnswer.Segment]) -> [(start: Duration, end: Duration)] {
            segments.compactMap { segment in segment.start.flatMap { start in segment.end.map { (start, $0) } } }.sorted { $0.0 < $1.0 }
        }
        let others = timed(baseline)
        var first = 0
        var drifts: [Double] = []
        for segment in timed(candidate) {
            while first < others.count, others[first].end <= segment.start { first += 1 }
            var best: (overlap: Duration, index: Int)?
            for index in first..<others.count {
                guard others[index].start < segment.end else { break }
                let overlap = min(others[index].end, segment.end) - max(others[index].start, segment.start)
                if overlap > .zero, overlap > best?.overlap ?? .zero { best = (overlap, index) }
            }
            guard let best else { continue }
            let other = others[best.index]
            drifts += [abs((segment.start - other.start) / .seconds(1)), abs((segment.end - other.end) / .seconds(1))]
        }
        return drifts
    }

    private static func drifts(_ baseline: [EngineAnswer.Word], _ candidate: [EngineAnswer.Word], _ normalizer: TranscriptNormalizer) -> [Double] {
        func keys(_ words: [EngineAnswer.Word]) -> [String] { words.map { normalizer.units(of: $0.text).joined(separator: " ") } }
        return TextAlignment(reference: keys(baseline), hypothesis: keys(candidate)).steps.flatMap { step -> [Double] in
            guard case .match(let one, let other) = step else { return [] }
            return [
                abs((candidate[other].start - baseline[one].start) / .seconds(1)), abs((candidate[other].end - baseline[one].end) / .seconds(1)),
            ]
        }
    }
}
