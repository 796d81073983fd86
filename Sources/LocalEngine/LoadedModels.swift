import Synchronization

/// The outcome of loading the models, and the tasks that wait for this outcome.
final class LoadedModels: Sendable {
    typealias Outcome = Result<LocalModels, InferenceError>

    private struct State {
        var outcome: Outcome?
        var lastID = 0
        var waiting: [Int: CheckedContinuation<Outcome?, Never>] = [:]
    }

    private let state = Mutex(State())

    /// The outcome; nil while the models are being loaded.
    var current: Outcome? { state.withLock { $0.outcome } }

    func finish(_ outcome: Outcome) {
        let waiting = state.withLock { state in
            state.outcome = outcome
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    /// Waits for the outcome and returns it; nil when the calling task is cancelled first.
    func wait() async -> Outcome? {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Outcome?? = state.withLock { state in
                    if let outcome = state.outcome { return .some(outcome) }
                    if Task.isCancelled { return .some(nil) }
                    state.waiting[id] = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }
}
