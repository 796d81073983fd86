import Synchronization

/// The readers for searches, so that a long search delays nothing else: one for words, and one for vectors and for the hits' texts. A reader is made
/// when it is first needed.
final class SearchReaders: Sendable {
    private struct State {
        var words: (any SQLReader)?
        var windows: (any SQLReader)?
    }

    private let database: any SQLDatabase
    private let state = Mutex(State())

    init(_ database: any SQLDatabase) { self.database = database }

    func words() throws(StoreError) -> any SQLReader {
        if let words = state.withLock({ $0.words }) { return words }
        let words = try database.makeReader(for: .words)
        return state.withLock { state in
            let kept = state.words ?? words
            state.words = kept
            return kept
        }
    }

    func windows() throws(StoreError) -> any SQLReader {
        if let windows = state.withLock({ $0.windows }) { return windows }
        let windows = try database.makeReader(for: .windows)
        return state.withLock { state in
            let kept = state.windows ?? windows
            state.windows = kept
            return kept
        }
    }
}
