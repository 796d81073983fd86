import Evaluation

/// Thresholds of an evaluation as command-line options.
enum ThresholdOptions {
    private struct Threshold: Sendable {
        let option: Option<Double>
        let field: @Sendable (inout GateThresholds, Double) -> Void

        init(_ name: String, _ help: String, _ standard: Double, field: @escaping @Sendable (inout GateThresholds, Double) -> Void) {
            option = Option(name, "NUMBER", standard: standard.description, accepts: "a number from 0", help) {
                Double($0).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
            }
            self.field = field
        }
    }

    private static let usual = GateThresholds()
    private static let thresholds = [
        Threshold("--max-wer", "The highest accepted word error rate.", usual.wordErrorRate) { $0.wordErrorRate = $1 },
        Threshold(
            "--max-segment-delta-ratio", "The highest accepted difference in the number of segments, relative to the baseline.", usual.segmentDelta
        ) { $0.segmentDelta = $1 },
        Threshold("--max-timestamp-drift", "The highest accepted mean difference of segments' times, in seconds.", usual.drift) { $0.drift = $1 },
        Threshold("--max-low-confidence-rate", "The highest accepted share of uncertain speakers.", usual.lowConfidence) { $0.lowConfidence = $1 },
        Threshold("--max-fallback-rate", "The highest accepted share of runs that another engine took over.", usual.fallbacks) { $0.fallbacks = $1 },
        Threshold("--max-failure-rate", "The highest accepted share of failed runs.", usual.failures) { $0.failures = $1 },
        Threshold("--max-skipped-share", "The highest accepted share of cases that could not be judged.", usual.skipped) { $0.skipped = $1 },
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
