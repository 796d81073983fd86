public import Speech

/// Decides by numbers whether a candidate is good enough in comparison with a baseline.
///
/// Every rate is computed over all cases of a scenario together, because a case with three words has no meaningful rate. A reference that people
/// wrote is the truth; without such a reference, the baseline's answer takes its place.
public struct QualityGate: Sendable {
    public var baseline: EngineName
    public var candidate: EngineName
    public var thresholds: GateThresholds
    /// True if answers without run figures are accepted without a warning.
    public var allowsMissingRuns: Bool

    public init(
        baseline: EngineName, candidate: EngineName, thresholds: GateThresholds = GateThresholds(), allowsMissingRuns: Bool = false
    ) {
        self.baseline = baseline
        self.candidate = candidate
        self.thresholds = thresholds
        self.allowsMissingRuns = allowsMissingRuns
    }

    /// Judges cases that belong together, such as those of one scenario.
    public func judge(_ cases: [CaseResult]) -> [GateResult] {
        let (first, second) = (cases.measures(of: baseline), cases.measures(of: candidate))
        let comparison = cases.contains { $0.comparisons[candidate] != nil } ? cases.comparison(of: candidate) : nil
        return text(second, comparison) + speakers(first, second) + runs(first, second)
    }

    private func text(_ candidate: EngineMeasures, _ comparison: AnswerComparison?) -> [GateResult] {
        let words = candidate.judgedTexts > 0 ? candidate.words : comparison?.words
        return [
            GateResult("transcript_word_error_rate", words?.rate, .atMost(thresholds.wordErrorRate), else: .failure, .defaultViability),
            GateResult("segment_count_delta_ratio", comparison?.segmentDelta, .atMost(thresholds.segmentDelta), else: .failure, .speakerSafety),
            GateResult("average_timestamp_drift_seconds", comparison?.drift, .atMost(thresholds.drift), else: .warning, .canaryReadiness),
            GateResult(
                name("empty_transcript_rate"), share(candidate.empty, candidate.mayNotBeEmpty), .atMost(thresholds.empty), else: .failure,
                .defaultViability),
        ]
    }

    private func speakers(_ first: EngineMeasures, _ second: EngineMeasures) -> [GateResult] {
        let isKnown = second.speakers.all > 0
        let isComparable = isKnown && first.speakers.all > 0
        return [
            GateResult(name("speaker_word_purity"), second.speakers.purity, .atLeast(thresholds.purity), else: .failure, .speakerSafety),
            GateResult(
                name("purity_delta_vs_\(baseline)"), isComparable ? second.speakers.purity - first.speakers.purity : nil,
                .atLeast(thresholds.purityDelta),
                else: .failure, .speakerSafety),
            GateResult(
                name("speaker_inflation_ratio"), second.speakers.inflation, .atMost(thresholds.inflation), else: .failure, .speakerSafety),
            GateResult(
                name("speaker_word_error_rate"), isKnown && second.speakers.clusters > 0 ? second.speakers.error : nil,
                .atMost(thresholds.speakerError),
                else: .failure, .speakerSafety),
            GateResult(
                name("diarization_error_rate"), second.speakers.clusters > 0 ? second.diarization?.rate : nil, .atMost(thresholds.diarizationError),
                else: .failure, .speakerSafety),
            GateResult(
                name("low_confidence_identity_rate"), share(second.uncertainClusters, second.clusters), .atMost(thresholds.lowConfidence),
                else: .warning,
                .speakerSafety),
        ]
    }

    private func runs(_ first: EngineMeasures, _ second: EngineMeasures) -> [GateResult] {
        let runs = second.runs
        var results = [
            GateResult(
                name("fallback_rate"), runs.flatMap { $0.share($0.fallbacks) }, .atMost(thresholds.fallbacks), else: .failure, .defaultViability),
            GateResult(name("failure_rate"), runs.flatMap { $0.share($0.failed) }, .atMost(thresholds.failures), else: .failure, .defaultViability),
            GateResult(
                name("timeout_error_rate"), runs.flatMap { $0.share($0.timedOut) }, .atMost(thresholds.timeouts), else: .failure, .canaryReadiness),
            GateResult(
                name("latency_ratio_vs_\(baseline)"), Self.ratio(runs?.latency, first.runs?.latency), .atMost(thresholds.latencyRatio),
                else: .warning,
                .canaryReadiness),
            GateResult(
                name("cost_ratio_vs_\(baseline)"), Self.ratio(runs?.costPerHour, first.runs?.costPerHour), .atMost(thresholds.costRatio),
                else: .warning,
                .defaultViability),
        ]
        guard !allowsMissingRuns else { return results }
        for (engine, measures) in [(baseline, first), (candidate, second)] where measures.answers > 0 && measures.withoutRuns > 0 {
            results.append(GateResult(missing: "\(engine)_instrumentation", "ledger_or_rollup_required", .canaryReadiness))
        }
        return results
    }

    private func name(_ metric: String) -> String { "\(candidate)_\(metric)" }

    private func share(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }

    /// Returns the ratio; nil when one of the two values is not known, or when the baseline's is zero.
    private static func ratio(_ candidate: Duration?, _ baseline: Duration?) -> Double? {
        guard let candidate, let baseline, baseline > .zero else { return nil }
        return candidate / baseline
    }

    private static func ratio(_ candidate: Double?, _ baseline: Double?) -> Double? {
        guard let candidate, let baseline, baseline > 0 else { return nil }
        return candidate / baseline
    }
}
