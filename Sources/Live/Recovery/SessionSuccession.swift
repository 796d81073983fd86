internal import Speech
internal import Synchronization

/// The succession of a new session to an interrupted one: tells the recovery how much audio the new session has, until the recovery needs no more.
///
/// May be used from any thread.
final class SessionSuccession: Sendable {
    private enum State {
        case idle
        /// The recovery is being told of a length. `next`: a length that came meanwhile.
        case telling(next: Duration?)
        case settled
    }

    private let successor: ID<Session>
    private let predecessor: ID<Session>
    private let user: ID<User>
    private let recovery: CrashRecovery
    private let state = Mutex(State.idle)

    init(of successor: ID<Session>, to predecessor: ID<Session>, for user: ID<User>, _ recovery: CrashRecovery) {
        self.successor = successor
        self.predecessor = predecessor
        self.user = user
        self.recovery = recovery
    }

    /// Tells that the new session has this length of audio on the disk.
    func has(_ length: Duration) {
        let isIdle = state.withLock { state in
            switch state {
            case .idle:
                state = .telling(next: nil)
                return true
            case .telling:
                state = .telling(next: length)
                return false
            case .settled: return false
            }
        }
        guard isIdle else { return }
        Task {
            var next: Duration? = length
            while let length = next {
                next = told(await recovery.goesOn(behind: predecessor, of: user, in: successor, with: length))
            }
        }
    }

    /// - Returns: the next length of which the recovery is to be told; nil when there is none.
    private func told(_ isSettled: Bool) -> Duration? {
        state.withLock { state in
            guard !isSettled, case .telling(let next?) = state else {
                state = isSettled ? .settled : .idle
                return nil
            }
            state = .telling(next: nil)
            return next
        }
    }
}
