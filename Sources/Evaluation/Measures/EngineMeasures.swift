/// The measures of one engine's answers, to one case or to many.
public struct EngineMeasures: Sendable, Equatable {
    /// Number of answers, including answers without words.
    public var answers = 0
    /// Word errors against the reference text.
    public var words = ErrorCount()
    /// Character errors against the reference text, without spaces.
    public var characters = ErrorCount()
    /// Cases with a reference text.
    public var judgedTexts = 0
    /// Number of empty answers to cases that have speech, or may have speech.
    public var empty = 0
    /// Number of cases for which an empty answer counts in `empty`.
    public var mayNotBeEmpty = 0
    public var heardWords = 0
    public var segments = 0
    public var speakers = SpeakerTally()
    /// Diarisation error against the reference turns; nil when there are no reference turns.
    public var diarization: DiarizationError?
    /// Number of clusters (the engine's speakers) of all cases.
    public var clusters = 0
    /// Number of clusters with an uncertain identity.
    public var uncertainClusters = 0
    /// Figures of the recognition attempts; nil: nothing is known about them.
    public var runs: RunFigures?
    /// Number of answers without `runs`.
    public var withoutRuns = 0

    public init() {}

    /// Adds measures.
    ///
    /// - Parameter other: measures of the same engine on other cases.
    public static func + (first: EngineMeasures, other: EngineMeasures) -> EngineMeasures {
        var sum = first
        sum.answers += other.answers
        sum.words = first.words + other.words
        sum.characters = first.characters + other.characters
        sum.judgedTexts += other.judgedTexts
        sum.empty += other.empty
        sum.mayNotBeEmpty += other.mayNotBeEmpty
        sum.heardWords += other.heardWords
        sum.segments += other.segments
        sum.speakers = first.speakers + other.speakers
        sum.diarization = Self.sum(first.diarization, other.diarization)
        sum.clusters += other.clusters
        sum.uncertainClusters += other.uncertainClusters
        sum.runs = Self.sum(first.runs, other.runs)
        sum.withoutRuns += other.withoutRuns
        return sum
    }

    private static func sum(_ first: RunFigures?, _ second: RunFigures?) -> RunFigures? {
        guard let first, let second else { return first ?? second }
        return first + second
    }

    private static func sum(_ first: DiarizationError?, _ second: DiarizationError?) -> DiarizationError? {
        guard let first, let second else { return first ?? second }
        return first + second
    }

    /// Measures one answer.
    public init(_ answer: EngineAnswer, to judged: EvaluationCase) {
        let normalizer = TranscriptNormalizer(language: judged.language)
        let heard = normalizer.units(of: answer.text)
        answers = 1
        heardWords = heard.count
        segments = answer.segments.count
        runs = answer.runs
        withoutRuns = answer.runs == nil ? 1 : 0
        var saysNothing = false
        if let text = judged.reference.text {
            let said = normalizer.units(of: text)
            saysNothing = said.isEmpty
            judgedTexts = 1
            words = TextAlignment(reference: said, hypothesis: heard).errors
            characters = TextAlignment(reference: normalizer.characters(of: text), hypothesis: normalizer.characters(of: answer.text)).errors
        }
        if !saysNothing {
            mayNotBeEmpty = 1
            empty = heard.isEmpty ? 1 : 0
        }
        judgeSpeakers(answer, judged.reference, normalizer)
    }

    private mutating func judgeSpeakers(_ answer: EngineAnswer, _ reference: ReferenceTranscript, _ normalizer: TranscriptNormalizer) {
        var speakers = WordSpeakers()
        let knowsEach = answer.segments.contains { $0.speaker != nil }
        if !knowsEach, !answer.words.isEmpty {
            for word in answer.words {
                speakers.add(
                    words: normalizer.units(of: word.text).count, cluster: word.cluster, speaker: reference.speaker(from: word.start, to: word.end))
            }
        } else {
            for segment in answer.segments {
                let byTime = segment.start.flatMap { start in segment.end.flatMap { reference.speaker(from: start, to: $0) } }
                speakers.add(words: normalizer.units(of: segment.text).count, cluster: segment.cluster, speaker: segment.speaker ?? byTime)
            }
        }
        self.speakers = speakers.tally
        let names = Set(answer.segments.compactMap(\.cluster)).union(answer.words.compactMap(\.cluster))
        clusters = names.count
        uncertainClusters = Set(answer.segments.filter(\.isUncertain).compactMap(\.cluster)).count
        if !reference.turns.isEmpty { diarization = DiarizationError(reference: reference.turns, hypothesis: answer.turns) }
    }
}
