import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Results that the database does not take` {
    private let temporary = TemporaryFolder()
    private var directory: String { temporary.path + "/results" }

    private static func transcript(raw: [UInt8]? = nil) -> Transcript {
        let word = Word("“née”\n", SampleRange(SampleIndex(320), SampleIndex(640)), confidence: 0.5)
        var transcript = Transcript(
            rate: .speech, length: SampleCount(48_000), language: .english, model: "m",
            channels: [.init(words: [word], segments: [.init(range: word.range, words: 0..<1)])])
        transcript.raw = raw
        return transcript
    }

    @Test func `are found by the next process as they were`() throws {
        try FileManager.default.createDirectory(atPath: temporary.path, withIntermediateDirectories: true)
        let outcomes: [JobOutcome] = [
            .completed(Self.transcript()), .completed(Self.transcript(raw: [])), .completed(Self.transcript(raw: [10, 0, 123])), .failed("no\naudio"),
        ]
        let before = try UnstoredResults(directory: directory)
        for (index, outcome) in outcomes.enumerated() { try before.keep(outcome, of: ID("job-\(index)")) }
        #expect(permissions(of: directory + "/job-0") == 0o600)
        let found = try UnstoredResults(directory: directory).all()
        #expect(found.map(\.id.rawValue) == (0..<4).map { "job-\($0)" })
        #expect(found.map(\.outcome) == outcomes)
        for (id, _) in found { before.remove(id) }
        #expect(try before.all().isEmpty)
    }

    @Test func `that were not written to their end are gone`() throws {
        try FileManager.default.createDirectory(atPath: temporary.path, withIntermediateDirectories: true)
        let results = try UnstoredResults(directory: directory)
        try results.keep(.completed(Self.transcript()), of: ID("whole"))
        let bytes = try Data(contentsOf: URL(filePath: directory + "/whole"))
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: directory + "/half"))
        try bytes.write(to: URL(filePath: directory + "/draft.new"))
        #expect(try results.all().map(\.id.rawValue) == ["whole"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["whole"])
    }

    @Test func `name no file outside their folder`() throws {
        try FileManager.default.createDirectory(atPath: temporary.path, withIntermediateDirectories: true)
        let results = try UnstoredResults(directory: directory)
        #expect(throws: StoreError.self) { try results.keep(.failed("no"), of: ID("../out")) }
        #expect(try results.all().isEmpty)
    }
}
