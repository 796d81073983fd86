import LocalEngine

/// Failure of a model without which `Local` still works, but less well. The description says what is lost, and why.
public struct LocalModelFailure: Sendable, Equatable, CustomStringConvertible {
    /// A model that `Local` does without.
    public enum Model: Sendable {
        /// The model for other languages than English. Without it, recordings in these languages have no words.
        case multilingual
        /// The model that tells voices apart. Without it, words have no speakers.
        case voices
        /// The second model that tells voices apart. Without it, voices are recognized by one model, less well.
        case secondVoices
        /// The model that hears two speakers at once. Without it, speakers are told apart by their voices alone.
        case segmentation
    }

    public var model: Model
    /// The error of the model's first failure.
    public var reason: String
    public var description: String

    init(_ failure: ModelFailure) {
        model =
            switch failure.model {
            case .multilingual: .multilingual
            case .voices: .voices
            case .secondVoices: .secondVoices
            case .segmentation: .segmentation
            }
        reason = failure.reason
        description = "\(failure.consequence): \(failure.reason)"
    }
}
