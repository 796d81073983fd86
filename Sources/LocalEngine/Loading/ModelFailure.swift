/// Failure of a model without which the local engine still works, but less well.
package struct ModelFailure: Sendable, Equatable {
    /// A model whose failure costs neither the audio nor the English words.
    package enum FailedModel: Sendable {
        /// The model for other languages than English.
        case multilingual
        /// The model that tells voices apart.
        case voices
        /// The second model that tells voices apart, which is heard for voices that are kept.
        case secondVoices
        /// The model that hears two speakers at once.
        case segmentation
    }

    package let model: FailedModel
    /// The error of the first failure.
    package let reason: String

    /// The model and the loss, in words.
    package var consequence: StaticString {
        switch model {
        case .multilingual: "the model for other languages than English failed; recordings in these languages have no words"
        case .voices: "the model that tells voices apart failed; words have no speakers"
        case .secondVoices: "the second model that tells voices apart failed; voices are recognized by one model, less well"
        case .segmentation: "the model that hears two speakers at once failed; speakers are told apart by their voices alone"
        }
    }
}

/// The reports of an engine's models without which it still works. Each model's failure is reported once.
struct ModelFailureReports: Sendable {
    let multilingual: FailureReport
    let voices: FailureReport
    let secondVoices: FailureReport
    let segmentation: FailureReport

    /// - Parameter report: called with the first failure of each model.
    init(_ report: @escaping @Sendable (ModelFailure) -> Void) {
        multilingual = FailureReport { report(ModelFailure(model: .multilingual, reason: $0)) }
        voices = FailureReport { report(ModelFailure(model: .voices, reason: $0)) }
        secondVoices = FailureReport { report(ModelFailure(model: .secondVoices, reason: $0)) }
        segmentation = FailureReport { report(ModelFailure(model: .segmentation, reason: $0)) }
    }
}
