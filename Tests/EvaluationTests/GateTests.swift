import Evaluation
import Speech
import Testing

struct GateTests {
    private static let baseline = EngineName("deepgram")
    private static let candidate = EngineName("assemblyai")
    private static let text = "the quick brown fox jumps over the lazy dog"

    /// An answer in which nothing is wrong.
    private static func answer(_ text: String = text, runs: RunFigures? = RunFigures(latency: .seconds(1), billable: .seconds(3_600), cost: 0.2))
        -> EngineAnswer
    {
        EngineAnswer(
            segments: text.isEmpty
                ? [] : [EngineAnswer.Segment(text: text, start: .seconds(1), end: .seconds(4), cluster: "1", speaker: "Ann")], runs: runs)
    }

    private static func report(
        _ baseline: EngineAnswer = answer(), _ candidate: EngineAnswer = answer(), reference: String? = text, allowsMissingRuns: Bool = false,
        failsOnWarning: Bool = false
    ) -> EvaluationReport {
        let judged = EvaluationCase(id: "one", language: LanguageTag("en"), reference: ReferenceTranscript(text: reference))
        let result = CaseResult(judged, answers: [Self.baseline: baseline, Self.candidate: candidate], baseline: Self.baseline)
        return EvaluationReport(
            baseline: Self.baseline, candidates: [Self.candidate], cases: [result], allowsMissingRuns: allowsMissingRuns,
            failsOnWarning: failsOnWarning)
    }

    private static func broken(_ report: EvaluationReport) -> [String: GateResult.Severity] {
        Dictionary(uniqueKeysWithValues: report.gates.filter { $0.severity != .pass }.map { ($0.metric, $0.severity) })
    }

    @Test("two right answers pass, every figure within its threshold")
    func right() {
        let report = Self.report()
        #expect(report.isPassed)
        #expect(Self.broken(report).isEmpty)
        #expect(report.gates.allSatisfy { $0.message == "within threshold" || $0.message == "not measured" })
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var metric: String
        var severity: GateResult.Severity
        var candidate: EngineAnswer
        var testDescription: String { metric }
    }

    private static func changed(_ change: (inout EngineAnswer) -> Void) -> EngineAnswer {
        var answer = answer()
        change(&answer)
        return answer
    }

    static let faults: [Fault] = [
        Fault(metric: "transcript_word_error_rate", severity: .failure, candidate: answer("the quack braun fax jumps over a lazy dog")),
        Fault(
            metric: "segment_count_delta_ratio", severity: .failure,
            candidate: changed { answer in
                let words = answer.segments[0].text.split(separator: " ")
                answer.segments = [words.prefix(5), words.dropFirst(5)].map {
                    EngineAnswer.Segment(text: $0.joined(separator: " "), start: .seconds(1), end: .seconds(4), cluster: "1", speaker: "Ann")
                }
            }),
        Fault(
            metric: "average_timestamp_drift_seconds", severity: .warning,
            candidate: changed { $0.segments[0].end = .seconds(12) }),
        Fault(
            metric: "assemblyai_low_confidence_identity_rate", severity: .warning,
            candidate: changed { $0.segments[0].isUncertain = true }),
        Fault(metric: "assemblyai_fallback_rate", severity: .failure, candidate: changed { $0.runs?.fallbacks = 1 }),
        Fault(metric: "assemblyai_failure_rate", severity: .failure, candidate: changed { $0.runs?.failed = 1 }),
        Fault(metric: "assemblyai_timeout_error_rate", severity: .failure, candidate: changed { $0.runs?.timedOut = 1 }),
        Fault(metric: "assemblyai_latency_ratio_vs_deepgram", severity: .warning, candidate: changed { $0.runs?.latency = .milliseconds(2_100) }),
        Fault(metric: "assemblyai_cost_ratio_vs_deepgram", severity: .warning, candidate: changed { $0.runs?.cost = 0.61 }),
        Fault(metric: "assemblyai_instrumentation", severity: .warning, candidate: answer(runs: nil)),
    ]

    @Test("each figure beyond its threshold has its own severity, and nothing else is wrong", arguments: faults)
    func alone(fault: Fault) {
        let report = Self.report(Self.answer(), fault.candidate)
        #expect(Self.broken(report) == [fault.metric: fault.severity])
        #expect(report.isPassed == (fault.severity == .warning))
    }

    @Test("a warning fails where that was asked for")
    func warning() {
        let report = Self.report(Self.answer(), Self.changed { $0.runs?.cost = 0.61 }, failsOnWarning: true)
        #expect(report.failures == 0)
        #expect(!report.isPassed)
    }

    @Test("figures at their thresholds pass")
    func atThreshold() {
        let report = Self.report(
            Self.answer(), Self.changed { $0.runs = RunFigures(latency: .seconds(2), billable: .seconds(3_600), cost: 0.6) })
        #expect(Self.broken(report).isEmpty)
    }

    @Test("speakers that are mixed, split or given to nobody fail")
    func speakers() {
        func segments(_ spoken: [(cluster: String?, speaker: String)]) -> EngineAnswer {
            EngineAnswer(
                segments: spoken.enumerated().map { index, one in
                    EngineAnswer.Segment(
                        text: "one two", start: .seconds(index), end: .seconds(index + 1), cluster: one.cluster, speaker: one.speaker)
                }, runs: RunFigures(latency: .seconds(1), billable: .seconds(3_600), cost: 0.2))
        }
        let right = segments([("1", "Ann"), ("2", "Ben"), ("1", "Ann"), ("2", "Ben")])
        let text = "one two one two one two one two"
        let mixed = Self.broken(Self.report(right, segments([("1", "Ann"), ("1", "Ben"), ("1", "Ann"), ("1", "Ben")]), reference: text))
        #expect(mixed["assemblyai_speaker_word_purity"] == .failure)
        #expect(mixed["assemblyai_purity_delta_vs_deepgram"] == .failure)
        #expect(mixed["assemblyai_speaker_inflation_ratio"] == nil)
        let split = Self.broken(Self.report(right, segments([("1", "Ann"), ("2", "Ben"), ("3", "Ann"), ("4", "Ben")]), reference: text))
        #expect(split["assemblyai_speaker_word_purity"] == nil)
        #expect(split["assemblyai_speaker_inflation_ratio"] == .failure)
        #expect(split["assemblyai_speaker_word_error_rate"] == .failure)
    }

    @Test("nothing heard where something is said is a failure, where nothing is said it is right")
    func empty() {
        let silent = Self.report(Self.answer(""), Self.answer(""), reference: "")
        #expect(silent.isPassed)
        let deaf = Self.broken(Self.report(Self.answer(), Self.answer("")))
        #expect(deaf["assemblyai_empty_transcript_rate"] == .failure)
        let unknown = Self.broken(Self.report(Self.answer(""), Self.answer(""), reference: nil))
        #expect(unknown["assemblyai_empty_transcript_rate"] == .failure)
    }

    @Test("what people wrote down is the truth; only where there is nothing the baseline is")
    func truth() {
        let better = Self.report(Self.answer("completely different words that nobody ever said here"), Self.answer())
        #expect(Self.broken(better)["transcript_word_error_rate"] == nil)
        let unlike = Self.report(Self.answer("completely different words that nobody ever said here"), Self.answer(), reference: nil)
        #expect(Self.broken(unlike)["transcript_word_error_rate"] == .failure)
    }

    @Test("without a case, or with too few of them judged, it fails")
    func evidence() {
        let none = EvaluationReport(baseline: Self.baseline, candidates: [Self.candidate], cases: [])
        #expect(!none.isPassed)
        let result = Self.report().cases
        let skipped = EvaluationReport.Skipped(id: "two", scenario: "live", reason: "no key")
        let few = EvaluationReport(baseline: Self.baseline, candidates: [Self.candidate], cases: result, skipped: [skipped], allowsMissingRuns: true)
        #expect(Self.broken(few) == ["skipped_case_share": .failure])
    }

    @Test("rates are of a scenario's cases together: one case with a few words decides nothing")
    func pooled() {
        func result(_ id: String, _ said: String, _ heard: String) -> CaseResult {
            let judged = EvaluationCase(id: id, language: LanguageTag("en"), reference: ReferenceTranscript(text: said))
            return CaseResult(judged, answers: [Self.candidate: Self.answer(heard)], baseline: Self.candidate)
        }
        let long = String(repeating: Self.text + " ", count: 10)
        let report = EvaluationReport(
            baseline: Self.candidate, candidates: [Self.candidate], cases: [result("long", long, long), result("short", "yes", "no")])
        #expect(report.isPassed)
    }
}
