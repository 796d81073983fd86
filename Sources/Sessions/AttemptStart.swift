package import Speech

/// A recognition attempt of a session as it begins.
package struct AttemptStart: Sendable, Equatable {
    package var kind: RecognitionAttempt.Kind
    package var engine: EngineName
    /// The engine's name for the requested model; nil: not known.
    package var model: String?
    /// Start of the attempt's audio in the session.
    package var start: SampleIndex
    /// Length of the attempt's audio; nil: not known, because more audio will come.
    package var length: SampleCount?
    package var channels: Int
    /// The features that a vendor may bill apart.
    package var features: Set<BilledFeature>

    package init(
        _ kind: RecognitionAttempt.Kind, by engine: EngineName, model: String?, from start: SampleIndex, length: SampleCount?, channels: Int,
        features: Set<BilledFeature> = []
    ) {
        self.kind = kind
        self.engine = engine
        self.model = model
        self.start = start
        self.length = length
        self.channels = channels
        self.features = features
    }
}
