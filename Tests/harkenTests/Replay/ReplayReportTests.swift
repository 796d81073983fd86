import Conversations
import Evaluation
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@testable import harken

@Suite struct `What a replay shows` {
    private func conversation(_ words: [(String, Int)], _ language: LanguageTag = .english) -> Conversation {
        let words = words.map { SegmentWord($0, start: .seconds($1), end: .seconds($1 + 1), confidence: 1) }
        let segment = Segment(id: ID("s"), text: words.map(\.text).joined(separator: " "), start: .zero, end: .seconds(90), words: words)
        return Conversation(
            id: ID("c"), user: .local, status: .completed, source: "test", language: language, started: UnixTime(milliseconds: 0),
            finished: UnixTime(milliseconds: 90_000), segments: [segment])
    }

    private func part(_ start: Int, _ seconds: Int, _ text: String, runs: RunFigures = RunFigures(latency: .seconds(1), cost: 0.25)) -> (
        part: StoredAudio, answer: EngineAnswer
    ) {
        let audio = StoredAudio(
            file: "a.opus", start: .seconds(start), duration: .seconds(seconds), byteCount: 1, created: UnixTime(milliseconds: 0))
        return (audio, EngineAnswer(segments: text.isEmpty ? [] : [.init(text: text)], runs: runs))
    }

    @Test func `is each passage that differs, at its place`() {
        let report = ReplayReport(
            of: conversation([("Where", 1), ("is", 2), ("the", 3), ("harbour?", 4), ("Down", 61), ("there.", 62)]), by: EngineName("deepgram"),
            [part(0, 10, "where is a barber"), part(60, 10, "down there now")])
        #expect(report.errors.rate == 3.0 / 6)
        #expect(
            report.differences == [
                .init(start: .seconds(3), stored: "the harbor", heard: "a barber"), .init(start: .seconds(62), stored: "", heard: "now"),
            ])
        #expect(report.text.hasPrefix("c by deepgram: 6 words, 50.00 % differ (2 other, 0 missing, 1 added)\n0:03  the harbor  →  a barber\n"))
        #expect(report.cost == 0.5)
        #expect(report.json.contains(#""difference":0.5"#), "\(report.json)")
        #expect(!report.hasFailed)
    }

    enum Writer: CaseIterable, Sendable { case storedText, storedJSON, heardText, heardJSON }

    @Test(arguments: Writer.allCases, ScriptSample.all)
    func `is written as people write it, in every script`(_ writer: Writer, _ sample: ScriptSample) {
        let isStored = writer == .storedText || writer == .storedJSON
        let words = isStored ? sample.words.enumerated().map { ($1, $0) } : [("zzz", 0)]
        let report = ReplayReport(of: conversation(words, sample.language), by: .local, [part(0, 60, isStored ? "zzz" : sample.text)])
        // Marks are not compared, and case neither.
        let sentence = sample.text.lowercased().filter { !$0.isPunctuation }
        #expect(report.differences.map { isStored ? $0.stored : $0.heard } == [sentence])
        let written = writer == .storedText || writer == .heardText ? report.text : report.json
        #expect(written.contains(sentence), "\(written)")
    }

    @Test func `compares only what there is audio of`() {
        let report = ReplayReport(of: conversation([("Hello", 1), ("again", 80)]), by: .local, [part(0, 10, "hello")])
        #expect(report.errors.reference == 1 && report.errors.rate == 0)
        #expect(report.differences == [])
    }

    @Test func `is a failure when nothing was answered`() {
        let failed = RunFigures(failed: 1, latency: .seconds(1))
        #expect(ReplayReport(of: conversation([("Hello", 1)]), by: .local, [part(0, 10, "", runs: failed)]).hasFailed)
    }

    @Test(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
    func `is rejected for a conversation that is not there, and by an engine that is none`() async throws {
        let folder = TemporaryFolder()
        let environment = ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data")]
        let missing = try await BuiltProgram.run(
            ["replay", "none", "--engine", "deepgram"], environment: environment.merging(["DEEPGRAM_API_KEY": "k"]) { $1 })
        #expect(missing.status == 1 && missing.diagnostics.contains("there is no data in "), "\(missing)")
        #expect(try await BuiltProgram.run(["replay", "none", "--engine", "ears"], environment: environment).status == 2)
        #expect(try await BuiltProgram.run(["replay"], environment: environment).status == 2)
    }
}
