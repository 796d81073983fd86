public import Speech

/// The results of a comparison of engines, with the verdicts on the candidates.
public struct EvaluationReport: Sendable {
    /// A case that was not judged.
    public struct Skipped: Sendable, Equatable {
        public var id: String
        public var scenario: String
        /// The reason in one sentence.
        public var reason: String

        public init(id: String, scenario: String, reason: String) {
            self.id = id
            self.scenario = scenario
            self.reason = reason
        }
    }

    /// The verdict on one candidate for the cases of one scenario.
    public struct Verdict: Sendable, Equatable {
        public var scenario: String
        public var candidate: EngineName
        public var gates: [GateResult]
    }

    public let baseline: EngineName
    /// The engines that are judged, at least one; the baseline itself when there is no other engine.
    public let candidates: [EngineName]
    public let cases: [CaseResult]
    public let skipped: [Skipped]
    /// Number of manifest entries with nothing to judge.
    public let leftOut: Int
    public let thresholds: GateThresholds
    public let failsOnWarning: Bool
    public let verdicts: [Verdict]
    /// Gates of the evaluation as a whole: there must be evidence, and enough of it.
    public let evidence: [GateResult]

    public init(
        baseline: EngineName, candidates: [EngineName], cases: [CaseResult], skipped: [Skipped] = [], leftOut: Int = 0,
        thresholds: GateThresholds = GateThresholds(), allowsMissingRuns: Bool = false, failsOnWarning: Bool = false
    ) {
        self.baseline = baseline
        self.candidates = candidates
        self.cases = cases
        self.skipped = skipped
        self.leftOut = leftOut
        self.thresholds = thresholds
        self.failsOnWarning = failsOnWarning
        var scenarios: [String] = []
        for result in cases where !scenarios.contains(result.scenario) { scenarios.append(result.scenario) }
        verdicts = candidates.flatMap { candidate in
            let gate = QualityGate(baseline: baseline, candidate: candidate, thresholds: thresholds, allowsMissingRuns: allowsMissingRuns)
            return scenarios.map { scenario in
                Verdict(scenario: scenario, candidate: candidate, gates: gate.judge(cases.filter { $0.scenario == scenario }))
            }
        }
        let all = cases.count + skipped.count
        evidence = [
            GateResult("judged_cases", Double(cases.count), .atLeast(1), else: .failure, .defaultViability),
            GateResult(
                "skipped_case_share", all > 0 ? Double(skipped.count) / Double(all) : nil, .atMost(thresholds.skipped), else: .failure,
                .defaultViability),
        ]
    }

    public var gates: [GateResult] { verdicts.flatMap(\.gates) + evidence }
    public var failures: Int { gates.count { $0.severity == .failure } }
    public var warnings: Int { gates.count { $0.severity == .warning } }
    public var isPassed: Bool { failures == 0 && (warnings == 0 || !failsOnWarning) }

    /// All engines, the baseline first.
    public var engines: [EngineName] { [baseline] + candidates.filter { $0 != baseline } }

    /// Returns the word error rate over all cases together, with its 95 % confidence interval.
    public func wordErrorRate(of engine: EngineName) -> (rate: Double, interval: BootstrapInterval?)? {
        let counts = cases.compactMap { result in result.measures[engine].flatMap { $0.judgedTexts > 0 ? $0.words : nil } }
        guard !counts.isEmpty else { return nil }
        let rate = counts.reduce(ErrorCount(), +).rate
        return (rate, BootstrapInterval(counts) { $0.reduce(ErrorCount(), +).rate })
    }

    /// Returns the candidate's word error rate minus the baseline's, over the same cases. An interval on one side of zero means a real difference.
    public func wordErrorDifference(of candidate: EngineName) -> (difference: Double, interval: BootstrapInterval?)? {
        let pairs = cases.compactMap { result -> (ErrorCount, ErrorCount)? in
            guard let one = result.measures[baseline], let other = result.measures[candidate], one.judgedTexts > 0, other.judgedTexts > 0 else {
                return nil
            }
            return (one.words, other.words)
        }
        guard candidate != baseline, !pairs.isEmpty else { return nil }
        func difference(_ pairs: [(ErrorCount, ErrorCount)]) -> Double {
            pairs.map(\.1).reduce(ErrorCount(), +).rate - pairs.map(\.0).reduce(ErrorCount(), +).rate
        }
        return (difference(pairs), BootstrapInterval(pairs, of: difference))
    }
}
