internal import Speech
internal import Synchronization

/// A registration for changes of a user's people, voices and samples: its callback is called for as long as this object lives.
package final class RevisionWatch: Sendable {
    private let end: @Sendable () -> Void

    fileprivate init(end: @escaping @Sendable () -> Void) { self.end = end }

    deinit { end() }
}

/// The callbacks that are registered for changes, by user.
final class RevisionWatches: Sendable {
    private struct State {
        var next = 0
        var watching: [ID<User>: [Int: @Sendable () -> Void]] = [:]
    }

    private let state = Mutex(State())

    func add(_ user: ID<User>, _ changed: @escaping @Sendable () -> Void) -> RevisionWatch {
        let number = state.withLock { state in
            state.next += 1
            state.watching[user, default: [:]][state.next] = changed
            return state.next
        }
        return RevisionWatch { [weak self] in
            self?.state.withLock { state in
                state.watching[user]?[number] = nil
                if state.watching[user]?.isEmpty == true { state.watching[user] = nil }
            }
        }
    }

    func tellAll() {
        let watching = state.withLock { $0.watching.values.flatMap(\.values) }
        for changed in watching { changed() }
    }

    func tell(_ user: ID<User>) {
        let watching = state.withLock { $0.watching[user].map { Array($0.values) } ?? [] }
        for changed in watching { changed() }
    }
}
