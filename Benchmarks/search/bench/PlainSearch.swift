import Store

/// What one would write first: FTS5's own ranking, and a comparison with every vector.
struct PlainSearch: ~Copyable {
    private let connection: SQLiteConnection?
    private let vectors: [Float]
    private let dimensions: Int

    /// - Parameter database: nil when only vectors are compared.
    init(_ database: SQLiteDatabase?, _ corpus: Corpus) throws {
        if let database { connection = try database.makeReadConnection() } else { connection = nil }
        dimensions = corpus.vectors.first?.count ?? 0
        var vectors: [Float] = []
        vectors.reserveCapacity(corpus.count * dimensions)
        for index in 0..<corpus.count { vectors += corpus.vector(index) }
        self.vectors = vectors
    }

    func words(_ expression: String) throws {
        try connection?.run(
            "SELECT rowid FROM segment_words WHERE segment_words MATCH ? ORDER BY rank LIMIT 20", [.text("text : (" + expression + ")")])
    }

    /// The indices of the vectors with the greatest products.
    func nearest(_ query: [Float], _ count: Int) -> [Int] {
        var best: [(product: Float, index: Int)] = []
        vectors.withUnsafeBufferPointer { vectors in
            query.withUnsafeBufferPointer { query in
                guard let all = UnsafeRawPointer(vectors.baseAddress), let one = UnsafeRawPointer(query.baseAddress) else { return }
                for index in 0..<vectors.count / max(1, dimensions) {
                    var sums = SIMD16<Float>(repeating: 0)
                    let start = index * dimensions * 4
                    for offset in stride(from: 0, to: dimensions * 4, by: 64) {
                        sums +=
                            all.loadUnaligned(fromByteOffset: start + offset, as: SIMD16<Float>.self)
                            * one.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
                    }
                    let product = sums.sum()
                    guard best.count < count || product > best[best.count - 1].product else { continue }
                    best.insert((product, index), at: best.firstIndex { $0.product < product } ?? best.count)
                    if best.count > count { best.removeLast() }
                }
            }
        }
        return best.map(\.index)
    }
}
