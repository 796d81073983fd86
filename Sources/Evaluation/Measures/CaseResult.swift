public import Speech

/// The measures of one case.
public struct CaseResult: Sendable, Equatable {
    public var id: String
    public var scenario: String
    public var currentPolicy: EngineName?
    public var measures: [EngineName: EngineMeasures]
    /// The comparison of each candidate with the baseline.
    public var comparisons: [EngineName: AnswerComparison]

    /// - Parameters:
    ///   - answers: answers by engine.
    ///   - baseline: the engine with which the others are compared.
    public init(_ judged: EvaluationCase, answers: [EngineName: EngineAnswer], baseline: EngineName) {
        id = judged.id
        scenario = judged.scenario
        currentPolicy = judged.currentPolicy
        measures = answers.mapValues { EngineMeasures($0, to: judged) }
        comparisons = [:]
        guard let first = answers[baseline] else { return }
        let normalizer = TranscriptNormalizer(language: judged.language)
        for (name, answer) in answers where name != baseline {
            comparisons[name] = AnswerComparison(baseline: first, candidate: answer, normalizer: normalizer)
        }
    }
}

extension [CaseResult] {
    /// Returns the sum of one engine's measures over all cases.
    func measures(of engine: EngineName) -> EngineMeasures {
        reduce(EngineMeasures()) { sum, result in result.measures[engine].map { sum + $0 } ?? sum }
    }

    func comparison(of candidate: EngineName) -> AnswerComparison {
        reduce(AnswerComparison()) { sum, result in result.comparisons[candidate].map { sum + $0 } ?? sum }
    }
}
