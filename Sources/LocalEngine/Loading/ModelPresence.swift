/// The presence of a model in memory.
package enum ModelPresence: Sendable, Equatable {
    /// The model is not loaded; the next request loads it.
    case idle
    /// The model is being loaded; requests wait.
    case loading
    case loaded
    case failed(InferenceError)
}
