import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Results that the database does not take` {
    private let temporary = TemporaryFolder()
    private var directory: String { temporary.path + "/results" }
    private var results: UnstoredResults { UnstoredResults(in: FolderBlobStore(directory)) }

    private static func transcript(raw: [UInt8]? = nil) -> Transcript {
        let word = Word("“née”\n", SampleRange(SampleIndex(320), SampleIndex(640)), confidence: 0.5)
        var transcript = Transcript(
            rate: .speech, length: SampleCount(48_000), language: .english, model: "m",
            channels: [.init(words: [word], segments: [.init(range: word.range, words: 0..<1)])])
        transcript.raw = raw
        return transcript
    }

    @Test func `are found by the next process as they were`() async throws {
        let outcomes: [JobOutcome] = [
            .completed(Self.transcript()), .completed(Self.transcript(raw: [])), .completed(Self.transcript(raw: [10, 0, 123])), .failed("no\naudio"),
        ]
        for (index, outcome) in outcomes.enumerated() { try await results.keep(outcome, of: ID("job-\(index)")) }
        #expect(permissions(of: directory + "/job-0") == 0o600)
        let found = try await results.all()
        #expect(found.map(\.id.rawValue) == (0..<4).map { "job-\($0)" })
        #expect(found.map(\.outcome) == outcomes)
        for (id, _) in found { await results.remove(id) }
        #expect(try await results.all().isEmpty)
    }

    @Test func `that were not written to their end are gone`() async throws {
        try await results.keep(.completed(Self.transcript()), of: ID("whole"))
        let bytes = try Data(contentsOf: URL(filePath: directory + "/whole"))
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: directory + "/half"))
        try bytes.write(to: URL(filePath: directory + "/draft.new"))
        #expect(try await results.all().map(\.id.rawValue) == ["whole"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["whole"])
    }

    @Test func `name no file outside their folder`() async throws {
        await #expect(throws: StoreError.self) { try await results.keep(.failed("no"), of: ID("../out")) }
        #expect(try await results.all().isEmpty)
    }
}
