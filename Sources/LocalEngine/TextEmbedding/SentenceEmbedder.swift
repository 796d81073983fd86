import Conversations

/// Computes vectors of the meaning of sentences: all-MiniLM-L6-v2 with 8-bit weights. About 10 ms of work for a long sentence.
///
/// Each text is embedded alone. The model's rounding depends on its whole input, so a text would get different vectors in different batches.
package final class SentenceEmbedder: TextEmbedding {
    package static let modelName = "all-minilm-l6-v2-int8"
    package static let dimensions = 384
    package var dimensions: Int { Self.dimensions }
    package var model: String { Self.modelName }
    /// Maximum number of word pieces that count, including the marks of beginning and end.
    private static let longest = 256
    /// Number of texts that a thread of the pool takes at a time, so that other work can run in between.
    private static let together = 8

    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let inputs: [InferenceSession.Slot]
    private let output: InferenceSession.Slot
    private let words: WordPieces
    private let pool: DecodePool

    /// - Parameters:
    ///   - path: the path of the model.
    ///   - vocabulary: the path of the model's `vocab.txt`.
    ///   - pool: the pool whose threads do the work, after all live work.
    package init(_ runtime: InferenceRuntime, path: String, vocabulary: String, pool: DecodePool) throws(InferenceError) {
        self.runtime = runtime
        self.pool = pool
        words = try WordPieces(path: vocabulary)
        session = try InferenceSession(runtime, path: path)
        inputs = [try session.input("input_ids"), try session.input("attention_mask"), try session.input("token_type_ids")]
        guard let name = session.outputNames.first else { throw .unusableModel(path: path, reason: "the model has no output") }
        output = try session.output(name)
    }

    /// Makes an embedder with threads of its own.
    package convenience init(_ folder: ModelFolder, _ runtime: InferenceRuntime, threads: Int = 1) throws(InferenceError) {
        try self.init(
            runtime, path: folder.path(of: .sentenceEmbedder), vocabulary: folder.path(of: .sentenceVocabulary),
            pool: DecodePool(threads: threads))
    }

    package func embed(_ texts: [String]) async throws -> [[Float]] {
        let starts = Array(stride(from: 0, to: texts.count, by: Self.together))
        return try await withThrowingTaskGroup(of: (Int, [[Float]]).self) { group in
            for start in starts {
                let part = Array(texts[start..<min(start + Self.together, texts.count)])
                group.addTask { [self] in
                    let result = await pool.run(.prerecorded) { [self] permit in
                        Result { () throws(InferenceError) in
                            var vectors: [[Float]] = []
                            for text in part where permit.mayContinue() { vectors.append(try embed(text)) }
                            return vectors
                        }
                    }
                    guard let vectors = try result?.get(), vectors.count == part.count else { throw CancellationError() }
                    return (start, vectors)
                }
            }
            var parts: [Int: [[Float]]] = [:]
            for try await (start, vectors) in group { parts[start] = vectors }
            return starts.flatMap { parts[$0] ?? [] }
        }
    }

    /// Returns the vector of one text. Runs on the calling thread.
    private func embed(_ text: String) throws(InferenceError) -> [Float] {
        let ids = words.numbers(of: text, limit: Self.longest)
        let shape = [1, ids.count]
        let feeds = [
            InferenceSession.Feed(inputs[0], try Tensor(ids, shape: shape, runtime)),
            InferenceSession.Feed(inputs[1], try Tensor([Int64](repeating: 1, count: ids.count), shape: shape, runtime)),
            InferenceSession.Feed(inputs[2], try Tensor([Int64](repeating: 0, count: ids.count), shape: shape, runtime)),
        ]
        let results = try session.run(feeds, [output])
        let dimensions = Self.dimensions
        let sum: [Float] = try results[0].withElements(Float.self) { elements in
            guard elements.count == ids.count * dimensions else { return [] }
            var sum = [Float](repeating: 0, count: dimensions)
            for index in elements.indices { sum[index % dimensions] += elements[index] }
            return sum
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, length.isFinite else {
            throw .failedRun(model: session.path, reason: "the answer is not a vector of \(dimensions) for each piece")
        }
        return sum.map { $0 / length }
    }
}
