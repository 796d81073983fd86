internal import Synchronization

/// A number of bytes of memory that imports share. An import waits until there is room for its next document. Any thread may use it.
final class DocumentMemory: Sendable {
    /// Size of documents that always have room.
    private static let small = 1 << 20

    private struct Waiting {
        let byteCount: Int
        let begin: CheckedContinuation<Void, Never>
    }

    private struct State {
        var free: Int
        /// Documents without room, in the order in which they came.
        var waiting: [Waiting] = []
    }

    private let state: Mutex<State>

    /// - Parameter byteCount: at least the size of the largest document.
    init(byteCount: Int) { state = Mutex(State(free: byteCount)) }

    /// Returns room for a document when there is some; nil for a document that needs none.
    func room(for byteCount: Int) async -> Room? {
        guard byteCount > Self.small else { return nil }
        await withCheckedContinuation { (begin: CheckedContinuation<Void, Never>) in
            let hasRoom = state.withLock { state in
                guard state.waiting.isEmpty, state.free >= byteCount else {
                    state.waiting.append(Waiting(byteCount: byteCount, begin: begin))
                    return false
                }
                state.free -= byteCount
                return true
            }
            if hasRoom { begin.resume() }
        }
        return Room(byteCount, of: self)
    }

    /// Number of documents without room.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func release(_ byteCount: Int) {
        let next = state.withLock { state in
            state.free += byteCount
            var next: [Waiting] = []
            while let first = state.waiting.first, first.byteCount <= state.free {
                state.free -= first.byteCount
                next.append(state.waiting.removeFirst())
            }
            return next
        }
        for waiting in next { waiting.begin.resume() }
    }

    /// The room of a document. The release of the last reference gives it back.
    final class Room: Sendable {
        private let byteCount: Int
        private let memory: DocumentMemory

        fileprivate init(_ byteCount: Int, of memory: DocumentMemory) {
            self.byteCount = byteCount
            self.memory = memory
        }

        deinit { memory.release(byteCount) }
    }
}
