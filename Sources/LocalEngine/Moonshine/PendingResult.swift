import Synchronization

/// A result that a task waits for. Any thread may cancel the wait, also before the work was submitted.
final class PendingResult<R: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<R?, Never>?
        var job: DecodeJob?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func wait(_ continuation: CheckedContinuation<R?, Never>) {
        state.withLock { $0.continuation = continuation }
    }

    func job(_ job: DecodeJob) {
        let isCancelled = state.withLock { state in
            state.job = job
            return state.isCancelled
        }
        if isCancelled, job.cancel() { finish(nil) }
    }

    func finish(_ result: R?) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: result)
    }

    func cancel() {
        let job = state.withLock { state in
            state.isCancelled = true
            return state.job
        }
        if let job, job.cancel() { finish(nil) }
    }
}
