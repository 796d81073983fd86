import Evaluation
import Framing
import Speech
import Testing

struct ReportTests {
    private static let engines = (EngineName("deepgram"), EngineName("assemblyai"))

    private static func result(_ index: Int, said: String, _ one: String, _ other: String) -> CaseResult {
        func answer(_ text: String, _ latency: Duration) -> EngineAnswer {
            EngineAnswer(
                segments: [EngineAnswer.Segment(text: text, start: .zero, end: .seconds(3), cluster: "0")],
                runs: RunFigures(latency: latency, billable: .seconds(3), cost: 0.001))
        }
        let judged = EvaluationCase(
            id: "case \(index)", scenario: "<b>|scenario", language: LanguageTag("en"),
            reference: ReferenceTranscript(text: said, turns: [SpokenTurn(start: .zero, end: .seconds(3), speaker: "Ann")]))
        return CaseResult(
            judged, answers: [engines.0: answer(one, .seconds(1)), engines.1: answer(other, .seconds(3))], baseline: engines.0)
    }

    private static func report() -> EvaluationReport {
        let cases = (0..<20).map { index in
            result(index, said: "red green blue white", "red green blue white", index % 2 == 0 ? "red green blue" : "red green blue white")
        }
        return EvaluationReport(
            baseline: engines.0, candidates: [engines.1], cases: cases,
            skipped: [EvaluationReport.Skipped(id: "no audio", scenario: "live", reason: "has no recording")], leftOut: 2)
    }

    @Test("says in JSON what was compared, what it showed and what decides")
    func json() throws {
        let document = try JSONValue(parsing: Array(Self.report().json.utf8))
        #expect(document["status"] == "passed")
        #expect(document["case_count"] == 20)
        #expect(document["skipped_count"] == 1)
        #expect(document["left_out_count"] == 2)
        let aggregate = try #require(document["aggregate"]?["assemblyai"])
        #expect(aggregate["word_error_rate"] == 0.125)
        #expect(aggregate["word_error_rate_difference"] == 0.125)
        #expect(document["strategies"]?["always_deepgram"]?["provider"] == "deepgram")
        #expect(document["strategies"]?["shadow_only"]?["provider"] == "deepgram")
        #expect(document["assemblyai_gap_report"]?["status"] == "gaps_found")
        guard case .array(let cases)? = document["cases"], case .array(let gates)? = cases.first?["gates"] else {
            Issue.record("no cases, or none with gates")
            return
        }
        #expect(cases.count == 20)
        #expect(gates.first?["metric"] == "transcript_word_error_rate")
        #expect(gates.first?["gate_group"] == "default_viability")
        #expect(document["skipped_live_cases"] == .array([["id": "no audio", "scenario": "live", "reason": "has no recording"]]))
    }

    @Test("is the same twice, intervals included")
    func deterministic() {
        #expect(Self.report().json == Self.report().json)
    }

    @Test("the interval holds the rate, and is narrow only where many cases agree")
    func interval() throws {
        let found = try #require(Self.report().wordErrorRate(of: Self.engines.1))
        let interval = try #require(found.interval)
        #expect(interval.low < found.rate && found.rate < interval.high)
        #expect(interval.low > 0.05 && interval.high < 0.21)
        let baseline = try #require(Self.report().wordErrorRate(of: Self.engines.0)?.interval)
        #expect(baseline.low == 0 && baseline.high == 0)
        let difference = try #require(Self.report().wordErrorDifference(of: Self.engines.1)?.interval)
        #expect(difference.low > 0)
    }

    @Test("markup in a manifest's names stays text, in Markdown and in HTML")
    func escaped() {
        #expect(!Self.report().html.contains("<b>|scenario"))
        #expect(Self.report().html.contains("&lt;b&gt;|scenario"))
        #expect(Self.report().markdown.contains(#"\<b\>\|scenario"#))
    }

    @Test("says in text who passed, and the figures")
    func markdown() {
        let text = Self.report().markdown
        #expect(text.hasPrefix("# Evaluation: assemblyai against deepgram: passed (20 cases, 0 failures, 1 warnings)"))
        #expect(text.contains("12.50 %"))
    }
}
