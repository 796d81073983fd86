import CSQLite

/// `word_score(segment_words, weights)`: BM25 of a row, with weights of the terms that the caller gives.
///
/// FTS5's own `bm25()` counts all rows of every term before it returns the first score: for a word that is in every third segment this takes longer
/// than a search may take. The caller knows the approximate frequency of its terms.
enum WordScore {
    /// BM25's k₁: the effect of repeated words grows less with each repetition.
    private static let saturation = 1.2
    /// BM25's b: the effect of a segment's length.
    private static let lengthShare = 0.75
    /// Approximate number of words in a segment.
    private static let usualLength = 12.0
    /// Maximum number of terms of a query.
    static let maxTerms = 64

    /// - Parameter weights: weights of the query's terms, in their order, as 64-bit floats. Terms beyond these do not count.
    static func weights(_ weights: [Double]) -> [UInt8] {
        weights.prefix(maxTerms).flatMap { withUnsafeBytes(of: $0) { Array($0) } }
    }

    static func register(on connection: SQLiteConnection) throws(StoreError) {
        let interface = try FullText.interface(of: connection)
        guard let create = interface.pointee.xCreateFunction, create(interface, "word_score", nil, score, nil) == SQLITE_OK else {
            throw FullText.unusable
        }
    }

    /// The part of a row's score that one term makes.
    ///
    /// - Parameters:
    ///   - count: number of the term's occurrences in the row.
    ///   - length: number of the row's words.
    @inline(__always) static func share(weight: Double, count: Double, length: Double) -> Double {
        weight * count * (saturation + 1) / (count + saturation * (1 - lengthShare + lengthShare * length / usualLength))
    }

    private static let score: fts5_extension_function = { interface, row, result, count, values in
        guard let interface, count == 1, let weights = values?[0] else { return sqlite3_result_double(result, 0) }
        let known = min(Int(sqlite3_value_bytes(weights)) / 8, maxTerms)
        guard known > 0, let start = sqlite3_value_blob(weights) else { return sqlite3_result_double(result, 0) }
        var instances: Int32 = 0, length: Int32 = 0
        guard interface.pointee.xInstCount(row, &instances) == SQLITE_OK, interface.pointee.xColumnSize(row, 0, &length) == SQLITE_OK else {
            return sqlite3_result_double(result, 0)
        }
        var sum = 0.0
        withUnsafeTemporaryAllocation(of: Double.self, capacity: known) { counts in
            counts.initialize(repeating: 0)
            for instance in 0..<instances {
                var term: Int32 = 0, column: Int32 = 0, offset: Int32 = 0
                guard interface.pointee.xInst(row, instance, &term, &column, &offset) == SQLITE_OK, column == 0, term < known else { continue }
                counts[Int(term)] += 1
            }
            for term in 0..<known where counts[term] > 0 {
                sum += share(weight: start.loadUnaligned(fromByteOffset: term * 8, as: Double.self), count: counts[term], length: Double(length))
            }
        }
        sqlite3_result_double(result, sum)
    }
}
