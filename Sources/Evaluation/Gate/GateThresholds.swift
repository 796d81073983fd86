/// What is good enough.
public struct GateThresholds: Sendable, Equatable {
    /// Errors for each word of the reference: at most.
    public var wordErrorRate = 0.35
    /// Segments more or fewer, for each of the baseline's: at most.
    public var segmentDelta = 0.75
    /// Seconds: at most.
    public var drift = 2.5
    /// Of clusters: at most.
    public var lowConfidence = 0.5
    /// Of runs: at most.
    public var fallbacks = 0.1
    /// Of runs: at most.
    public var failures = 0.05
    /// Of runs: at most.
    public var timeouts = 0.05
    /// Of words: at least.
    public var purity = 0.95
    /// The candidate's purity less the baseline's: at least.
    public var purityDelta = -0.05
    /// Clusters for each true speaker: at most.
    public var inflation = 1.75
    /// Of words, given to nobody, to somebody else, or to a second cluster of their speaker: at most.
    public var speakerError = 0.15
    /// Of speech: at most.
    public var diarizationError = 0.3
    /// Of cases: at most.
    public var empty = 0.05
    /// Of the baseline's: at most.
    public var latencyRatio = 2.0
    /// Of the baseline's: at most.
    public var costRatio = 3.0
    /// Of all cases, left out because an engine could not be asked: at most.
    public var skipped = 0.2

    public init() {}
}
