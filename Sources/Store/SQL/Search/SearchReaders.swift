import Synchronization

/// The connections for searches, so that a long search delays nothing else: one for words, and one for vectors and for the hits' texts. A connection
/// is opened when it is first needed.
final class SearchReaders: Sendable {
    private struct State {
        var words: SQLiteReader?
        var windows: SQLiteReader?
    }

    private let database: SQLiteDatabase
    private let state = Mutex(State())

    init(_ database: SQLiteDatabase) { self.database = database }

    func words() throws(StoreError) -> SQLiteReader {
        if let words = state.withLock({ $0.words }) { return words }
        let connection = try database.makeReadConnection()
        // The index of a million segments has 60 MB: the cache keeps pages that are read often.
        try connection.run("PRAGMA cache_size = -65536")
        try WordScore.register(on: connection)
        let words = SQLiteReader(connection)
        return state.withLock { state in
            let kept = state.words ?? words
            state.words = kept
            return kept
        }
    }

    func windows() throws(StoreError) -> SQLiteReader {
        if let windows = state.withLock({ $0.windows }) { return windows }
        let connection = try database.makeReadConnection()
        try connection.run("PRAGMA cache_size = -16384")
        let windows = SQLiteReader(connection)
        return state.withLock { state in
            let kept = state.windows ?? windows
            state.windows = kept
            return kept
        }
    }
}
