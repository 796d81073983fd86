import HarkenTesting
import LocalEngine
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Sentence embedder` {
    private static let loaded = Result {
        try SentenceEmbedder(TestModels.folder, InferenceRuntime(path: TestModels.folder.path(of: .runtime)), threads: 2)
    }

    private let embedder: SentenceEmbedder

    init() throws { embedder = try Self.loaded.get() }

    private func cosine(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    @Test func `vectors have length 1 and the promised dimensions`() async throws {
        for vector in try await embedder.embed(["Hello there.", "", "日本語のテキスト"]) {
            #expect(vector.count == embedder.dimensions)
            #expect(abs(cosine(vector, vector) - 1) < 1e-4)
        }
    }

    @Test func `texts that mean the same lie near each other`() async throws {
        let vectors = try await embedder.embed([
            "We should meet at the dentist on Tuesday.", "My tooth appointment is early next week.", "The stock market fell sharply today.",
        ])
        #expect(cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2)
    }

    @Test func `a text gets the same vector alone and among many, in order`() async throws {
        let texts = (0..<30).map { "This is sentence number \($0), about \(["cats", "rain", "money"][$0 % 3])." }
        let vectors = try await embedder.embed(texts)
        #expect(vectors.count == texts.count)
        for index in [0, 7, 8, 29] { #expect(try await embedder.embed([texts[index]]) == [vectors[index]]) }
    }

    @Test func `a text that is too long is cut at the end`() async throws {
        let long = String(repeating: "word ", count: 254)
        let vectors = try await embedder.embed([long, long + "and what follows does not count"])
        #expect(vectors[0] == vectors[1])
    }
}

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Word pieces` {
    private func numbers(_ text: String, limit: Int = 256) throws -> [Int64] {
        try WordPieces(path: TestModels.folder.path(of: .sentenceVocabulary)).numbers(of: text, limit: limit)
    }

    /// As the model's own tokenizer splits them.
    @Test(
        arguments: [
            ("hello world", [101, 7592, 2088, 102]),
            ("Hello, World!", [101, 7592, 1010, 2088, 999, 102]),
            ("café", [101, 7668, 102]),
            ("unaffable", [101, 14477, 20961, 3468, 102]),
            ("中国", [101, 1746, 1799, 102]),
            ("", [101, 102]),
            (" \t\u{200B}\n", [101, 102]),
        ] as [(String, [Int64])])
    func `are those of the model's own tokenizer`(text: String, expected: [Int64]) throws {
        #expect(try numbers(text) == expected)
    }

    @Test func `a word of more than 100 letters is unknown, and the end is kept`() throws {
        #expect(try numbers(String(repeating: "a", count: 101)) == [101, 100, 102])
        #expect(try numbers("one two three four", limit: 4) == [101, 2028, 2048, 102])
    }
}
