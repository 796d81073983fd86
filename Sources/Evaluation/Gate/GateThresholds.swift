/// Thresholds of the figures that decide whether a candidate is good enough.
public struct GateThresholds: Sendable, Equatable {
    /// Maximum number of word errors per word of the reference.
    public var wordErrorRate = 0.35
    /// Maximum difference in the number of segments, as a share of the baseline's segments.
    public var segmentDelta = 0.75
    /// Maximum mean drift of segment edges, in seconds.
    public var drift = 2.5
    /// Maximum share of clusters with an uncertain identity.
    public var lowConfidence = 0.5
    /// Maximum share of runs after which another engine took over.
    public var fallbacks = 0.1
    /// Maximum share of failed runs.
    public var failures = 0.05
    /// Maximum share of runs that timed out.
    public var timeouts = 0.05
    /// Minimum share of words that belong to the main speaker of their cluster.
    public var purity = 0.95
    /// Minimum difference between the candidate's purity and the baseline's.
    public var purityDelta = -0.05
    /// Maximum number of clusters per true speaker.
    public var inflation = 1.75
    /// Maximum share of words that were given to nobody, to another speaker, or to a second cluster of their speaker.
    public var speakerError = 0.15
    /// Maximum diarisation error rate, as a share of speech.
    public var diarizationError = 0.3
    /// Maximum share of cases with an empty answer.
    public var empty = 0.05
    /// Maximum ratio of the candidate's latency to the baseline's.
    public var latencyRatio = 2.0
    /// Maximum ratio of the candidate's cost per hour to the baseline's.
    public var costRatio = 3.0
    /// Maximum share of cases that were skipped because an engine could not be asked.
    public var skipped = 0.2

    public init() {}
}
