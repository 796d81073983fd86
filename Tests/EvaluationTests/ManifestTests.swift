import Evaluation
import Framing
import Speech
import Testing

struct ManifestTests {
    private func manifest(_ text: String, files: [String: String] = [:]) throws -> Manifest {
        try Manifest(parsing: Array(text.utf8), folder: "folder") { path in
            guard let content = files[path] else { throw Missing() }
            return Array(content.utf8)
        }
    }

    private struct Missing: Error {}

    @Test("a line is a case: its recording, what is said and by whom")
    func lines() throws {
        let found = try manifest(
            """
            {"id": "a", "file": "a.flac", "kind": "asr", "subset": "clean", "text": "hello", "language": "en"}
            {"id": "b", "file": "/b.flac", "kind": "diarization", "composed": true, "rttm": "b.rttm"}

            {"id": "c", "file": "c.flac", "kind": "vad"}
            """, files: ["b.rttm": "SPEAKER b 1 0.50 1.25 <NA> <NA> anna <NA> <NA>\nrubbish\n"])
        #expect(found.cases.map(\.id) == ["a", "b"])
        #expect(found.cases.map(\.scenario) == ["asr clean", "diarization composed"])
        #expect(found.cases[0].audio == "folder/a.flac")
        #expect(found.cases[1].audio == "/b.flac")
        #expect(found.cases[0].reference.text == "hello")
        #expect(found.cases[1].reference.turns == [SpokenTurn(start: .milliseconds(500), end: .milliseconds(1_750), speaker: "anna")])
        #expect(found.leftOut == 1)
    }

    @Test(
        "an answer is read from segments, a list, utterances, words or one text",
        arguments: [
            #"{"segments": [{"text": "one two", "start": 1, "end": 2, "speaker": "A"}]}"#,
            #"[{"text": "one two", "start": 1, "end": 2, "speaker": "A"}]"#,
            #"{"utterances": [{"text": "one two", "start": 1, "end": 2, "provider_speaker_label": "A", "speaker": 7}]}"#,
            #"{"words": [{"word": "one", "start": 1, "end": 1.5, "speaker": "A"}, {"word": "two", "start": 1.6, "end": 2, "provider_cluster_id": "A"}]}"#,
        ])
    func shapes(transcript: String) throws {
        let found = try manifest(#"{"cases": [{"id": 1, "deepgram": {"transcript": \#(transcript)}}]}"#)
        let segments = try #require(found.cases.first?.answers[EngineName("deepgram")]?.segments)
        #expect(segments == [EngineAnswer.Segment(text: "one two", start: .seconds(1), end: .seconds(2), cluster: "A")])
    }

    @Test("runs come inline, from a ledger or from a rollup")
    func runs() throws {
        let found = try manifest(
            #"[{"a": {"transcript": {"text": "x"}, "ledger": {"status": "failed", "timing": {"latency_ms": 1500}, "billable_seconds": 60}}, "b_transcript": "b.json", "b_rollup": "r.json"}]"#,
            files: [
                "b.json": #"{"text": "y"}"#,
                "r.json":
                    #"{"run_count": 20, "status_counts": {"failed": 1, "timeout": 2}, "fallback_count": 3, "elapsed_seconds": 4, "estimated_cost_usd": 0.5}"#,
            ])
        let answers = try #require(found.cases.first?.answers)
        #expect(answers[EngineName("a")]?.runs == RunFigures(failed: 1, latency: .milliseconds(1_500), billable: .seconds(60)))
        #expect(answers[EngineName("b")]?.runs == RunFigures(count: 20, failed: 1, timedOut: 2, fallbacks: 3, latency: .seconds(4), cost: 0.5))
        #expect(answers[EngineName("b")]?.text == "y")
    }

    @Test("rejects what is not a manifest, with its place", arguments: [#"{"cases": 3}"#, "{\"id\": 1}\nnot json", "[1]"])
    func rejected(text: String) {
        #expect(throws: ManifestError.self) { try manifest(text) }
    }

    @Test("a number beyond all bounds is no trap", arguments: ["1e308", "-5", "1e999", "null", "\"x\""])
    func numbers(number: String) throws {
        let found = try manifest(
            #"[{"a": {"transcript": {"segments": [{"text": "x", "start": \#(number == "1e999" ? "1e300" : number), "end": 1e300}]}, "ledger": {"run_count": \#(number == "1e999" ? "1e300" : number)}}}]"#
        )
        #expect(found.cases.count == 1)
    }
}
