import Speech

/// A measure in which a candidate is worse than the baseline, with its likely cause.
struct CandidateGap: Equatable {
    var scenario: String
    var candidate: EngineName
    var metric: String
    var candidateValue: Double
    var baselineValue: Double
    var likelyCause: String
    var mitigation: String

    static func all(of report: EvaluationReport) -> [CandidateGap] {
        report.candidates.filter { $0 != report.baseline }.flatMap { candidate in
            report.cases.flatMap { result -> [CandidateGap] in
                guard let one = result.measures[report.baseline], let other = result.measures[candidate] else { return [] }
                return gaps(of: candidate, other, to: one, in: result.scenario)
            }
        }
    }

    private static func gaps(of candidate: EngineName, _ other: EngineMeasures, to one: EngineMeasures, in scenario: String) -> [CandidateGap] {
        var gaps: [CandidateGap] = []
        func add(
            _ metric: String, _ value: Double?, _ baseline: Double?, _ cause: String, _ mitigation: String, when isWorse: (Double, Double) -> Bool
        ) {
            guard let value, let baseline, isWorse(value, baseline) else { return }
            gaps.append(
                CandidateGap(
                    scenario: scenario, candidate: candidate, metric: metric, candidateValue: value, baselineValue: baseline, likelyCause: cause,
                    mitigation: mitigation))
        }
        if one.speakers.all > 0, other.speakers.all > 0 {
            add(
                "speaker_word_purity", other.speakers.purity, one.speakers.purity, "different people share one cluster",
                "split a label where it does not go on, and join by voiceprint", when: { $0 < $1 - 0.02 })
            add(
                "covered_speakers", Double(other.speakers.speakers), Double(one.speakers.speakers), "a speaker is not found at all",
                "send longer recordings, or more of them", when: { $0 < $1 })
        }
        add(
            "empty_transcript_rate", Double(other.empty), Double(one.empty), "speech is taken for silence", "check level and language, and try again",
            when: { $0 > $1 })
        add(
            "timeout_error_rate", other.runs.flatMap { $0.share($0.timedOut + $0.failed) }, one.runs.flatMap { $0.share($0.timedOut + $0.failed) },
            "the service is not available, or too slow", "try again later, and allow a fall-back to another engine", when: { $0 > $1 })
        add(
            "latency_seconds", other.runs?.latency.map { $0 / .seconds(1) }, one.runs?.latency.map { $0 / .seconds(1) },
            "the service queues its work",
            "use the engine for background work", when: { $1 > 0 && $0 > 2 * $1 })
        add(
            "cost_per_hour_usd", other.runs?.costPerHour, one.runs?.costPerHour, "the model is more expensive",
            "choose another model, or gate silence",
            when: { $1 > 0 && $0 > 3 * $1 })
        return gaps
    }
}
