import Speech

/// The state of a model that is loaded when it is needed, and let go when it has been idle for a while. Decides, and loads nothing itself.
struct ModelResidency<Model: Sendable>: Sendable {
    private enum State {
        case absent  // → loading
        case loading  // → loaded, failed
        case loaded(Model, uses: Int, idleSince: Instant)  // → absent
        /// `retryAt` is nil when the model has never been loaded: its files are then wrong, and a second try changes nothing.
        case failed(InferenceError, retryAt: Instant?)  // → loading
    }

    enum NeedAction {
        case use(Model)
        /// The caller loads the model, and reports the result with `loaded`.
        case load
        case wait
        case fail(InferenceError)
    }

    enum CheckAction {
        /// The caller drops the model.
        case letGo(Model)
        /// The caller calls `check` again after this time.
        case checkAgain(after: Duration)
        case nothing
    }

    /// Time after which a model that could be loaded before is loaded again, if the last loading failed.
    static var retryTime: Duration { .seconds(30) }

    /// Time for which an idle model is kept; nil: for ever.
    let keepAlive: Duration?
    private var state = State.absent
    private var hasBeenLoaded = false
    /// True if a call of `check` is to come.
    private var isWatched = false

    init(keepAlive: Duration?) { self.keepAlive = keepAlive }

    func presence(now: Instant) -> ModelPresence {
        switch state {
        case .absent: .idle
        case .loading: .loading
        case .loaded: .loaded
        case .failed(_, let retryAt?) where retryAt <= now: .idle
        case .failed(let error, _): .failed(error)
        }
    }

    /// Asks for the model. Each `.use` needs a later `useEnded`.
    mutating func need(now: Instant) -> NeedAction {
        switch state {
        case .loading: return .wait
        case .loaded(let model, let uses, let idleSince):
            state = .loaded(model, uses: uses + 1, idleSince: idleSince)
            return .use(model)
        case .failed(let error, let retryAt):
            guard let retryAt, retryAt <= now else { return .fail(error) }
            state = .loading
            return .load
        case .absent:
            state = .loading
            return .load
        }
    }

    /// Takes the result of loading. Returns the time after which `check` is to be called; nil: it need not be called.
    mutating func loaded(_ result: Result<Model, InferenceError>, now: Instant) -> Duration? {
        switch result {
        case .success(let model):
            hasBeenLoaded = true
            state = .loaded(model, uses: 0, idleSince: now)
            return watch()
        case .failure(let error):
            state = .failed(error, retryAt: hasBeenLoaded ? now + Self.retryTime : nil)
            return nil
        }
    }

    /// Notes the end of a use. Returns the time after which `check` is to be called; nil: it need not be called.
    mutating func useEnded(now: Instant) -> Duration? {
        guard case .loaded(let model, let uses, _) = state else { return nil }
        state = .loaded(model, uses: uses - 1, idleSince: now)
        return uses == 1 ? watch() : nil
    }

    /// Looks whether the model has been idle for long enough.
    mutating func check(now: Instant) -> CheckAction {
        isWatched = false
        guard let keepAlive, case .loaded(let model, uses: 0, let idleSince) = state else { return .nothing }
        let rest = keepAlive - (now - idleSince)
        guard rest <= .zero else {
            isWatched = true
            return .checkAgain(after: rest)
        }
        state = .absent
        return .letGo(model)
    }

    private mutating func watch() -> Duration? {
        guard let keepAlive, !isWatched else { return nil }
        isWatched = true
        return keepAlive
    }
}
