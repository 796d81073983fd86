import COrt
import Speech
import Synchronization

/// Loads a model when it is needed, and lets it go when it has been idle for a while.
final class ModelLoader<Model: Sendable>: Sendable {
    typealias Outcome = Result<ModelUse<Model>, InferenceError>

    private struct State {
        var residency: ModelResidency<Model>
        var lastID = 0
        var waiting: [Int: CheckedContinuation<Outcome?, Never>] = [:]
    }

    private let state: Mutex<State>
    private let clock: LoaderClock
    private let pool: DecodePool
    private let load: @Sendable () throws(InferenceError) -> Model

    /// - Parameters:
    ///   - keepAlive: time for which an idle model is kept; nil: for ever.
    ///   - pool: the pool, one of whose threads loads the model.
    ///   - load: loads the model; blocks.
    init(
        keepAlive: Duration?, pool: DecodePool, clock: LoaderClock = .system, _ load: @escaping @Sendable () throws(InferenceError) -> Model
    ) {
        state = Mutex(State(residency: ModelResidency(keepAlive: keepAlive)))
        self.clock = clock
        self.pool = pool
        self.load = load
    }

    var presence: ModelPresence { state.withLock { $0.residency.presence(now: clock.now()) } }

    /// Returns the model; nil while it is being loaded. Begins to load the model if it is not there.
    func use() -> Outcome? { act(on: state.withLock { $0.residency.need(now: clock.now()) }) }

    /// Waits until the model is loaded, and returns it; nil when the calling task is cancelled first.
    func wait() async -> Outcome? {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let action: ModelResidency<Model>.NeedAction? = state.withLock { state in
                    if Task.isCancelled { return nil }
                    let action = state.residency.need(now: clock.now())
                    switch action {
                    case .load, .wait: state.waiting[id] = continuation
                    case .use, .fail: break
                    }
                    return action
                }
                guard let action else { return continuation.resume(returning: nil) }
                if let outcome = act(on: action) { continuation.resume(returning: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }

    private func act(on action: ModelResidency<Model>.NeedAction) -> Outcome? {
        switch action {
        case .use(let model): return .success(makeUse(of: model))
        case .fail(let error): return .failure(error)
        case .wait: return nil
        case .load:
            // Somebody who speaks may wait for the model: the load goes before the work for recordings.
            pool.submit(.live(deadline: .now + .seconds(1))) { [weak self] _ in self?.loadNow() }
            return nil
        }
    }

    private func loadNow() {
        let result = Result { () throws(InferenceError) in try load() }
        // Loading takes twice the memory of the model.
        cort_return_free_memory()
        let now = clock.now()
        let (resumed, delay) = state.withLock { state in
            let delay = state.residency.loaded(result, now: now)
            let resumed = state.waiting.values.map { ($0, state.residency.need(now: now)) }
            state.waiting = [:]
            return (resumed, delay)
        }
        for (continuation, action) in resumed { continuation.resume(returning: act(on: action)) }
        check(after: delay)
    }

    private func makeUse(of model: Model) -> ModelUse<Model> {
        ModelUse(model) { [weak self] in self?.useEnded() }
    }

    private func useEnded() { check(after: state.withLock { $0.residency.useEnded(now: clock.now()) }) }

    private func check(after delay: Duration?) {
        guard let delay else { return }
        Task { [weak self, clock] in
            await clock.wait(delay)
            self?.check()
        }
    }

    private func check() {
        if letGoOfIdle() { cort_return_free_memory() }
    }

    /// Drops the model if it has been idle for long enough. Returns true when it was dropped.
    private func letGoOfIdle() -> Bool {
        switch state.withLock({ $0.residency.check(now: clock.now()) }) {
        case .letGo: return true
        case .checkAgain(let delay):
            check(after: delay)
            return false
        case .nothing: return false
        }
    }
}
