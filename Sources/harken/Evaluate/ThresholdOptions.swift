import Evaluation

/// Thresholds of an evaluation as command-line options.
enum ThresholdOptions {
    private struct Threshold: Sendable {
        let option: Option<Double>
        let field: @Sendable (inout GateThresholds, Double) -> Void

        init(_ name: String, _ help: String, _ standard: Double, field: @escaping @Sendable (inout GateThresholds, Double) -> Void) {
            option = Option(name, "NUMBER", standard: standard.description, accepts: "a number that is not below 0", help) {
                Double($0).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
            }
            self.field = field
        }
    }

    private static let usual = GateThresholds()
    private static let thresholds = [
        Threshold("--max-wer", "Errors for each word of the reference: at most.", usual.wordErrorRate) { $0.wordErrorRate = $1 },
        Threshold("--max-segment-delta-ratio", "Segments more or fewer, for each of the baseline's: at most.", usual.segmentDelta) {
            $0.segmentDelta = $1
        },
        Threshold("--max-timestamp-drift", "Seconds between the edges of segments, in the mean: at most.", usual.drift) { $0.drift = $1 },
        Threshold("--max-low-confidence-rate", "The share of uncertain speakers: at most.", usual.lowConfidence) { $0.lowConfidence = $1 },
        Threshold("--max-fallback-rate", "The share of runs that another engine took over: at most.", usual.fallbacks) { $0.fallbacks = $1 },
        Threshold("--max-failure-rate", "The share of failed runs: at most.", usual.failures) { $0.failures = $1 },
        Threshold("--max-skipped-share", "The share of cases that could not be judged: at most.", usual.skipped) { $0.skipped = $1 },
    ]

    static var all: [any OptionDescription] { thresholds.map(\.option) }

    static func thresholds(_ arguments: Arguments) throws(UsageError) -> GateThresholds {
        var result = usual
        for threshold in thresholds {
            if let value = try arguments.value(threshold.option) { threshold.field(&result, value) }
        }
        return result
    }
}
