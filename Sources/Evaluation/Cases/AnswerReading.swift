import Framing
import Speech

/// Reads engines' answers in the forms in which they are stored. The forms are tried in this order: `segments`, a bare list, `utterances`, `words`,
/// one `text`.
enum AnswerReading {
    static func answer(_ value: JSONValue, runs: JSONValue?) -> EngineAnswer {
        let words = value["words"]?.elements ?? []
        let segments: [EngineAnswer.Segment]
        if let list = value["segments"]?.elements ?? value.elements ?? value["utterances"]?.elements {
            segments = list.map(segment)
        } else if !words.isEmpty {
            segments = joined(words.map(segment))
        } else {
            segments = value["text"]?.text.map { $0.isEmpty ? [] : [EngineAnswer.Segment(text: $0)] } ?? []
        }
        return EngineAnswer(segments: segments, words: words.compactMap(word), runs: runs.map(figures))
    }

    private static func segment(_ value: JSONValue) -> EngineAnswer.Segment {
        let state = value["speaker_identity_state"]?.text
        let confidence = value["speaker_identity_confidence"]?.double
        return EngineAnswer.Segment(
            text: value["text"]?.text ?? value["word"]?.text ?? "", start: value["start"]?.seconds, end: value["end"]?.seconds,
            cluster: cluster(value),
            speaker: value["oracle_speaker"]?.text ?? value["expected_speaker"]?.text, isUncertain: state == "unknown" || (confidence ?? 1) < 0.5)
    }

    private static func cluster(_ value: JSONValue) -> String? {
        value["provider_cluster_id"]?.name ?? value["provider_speaker_label"]?.name ?? value["speaker"]?.name
    }

    private static func word(_ value: JSONValue) -> EngineAnswer.Word? {
        guard let text = value["text"]?.text ?? value["word"]?.text, let start = value["start"]?.seconds, let end = value["end"]?.seconds else {
            return nil
        }
        return EngineAnswer.Word(text: text, start: start, end: end, cluster: cluster(value))
    }

    /// Joins consecutive words of one cluster to a segment.
    private static func joined(_ words: [EngineAnswer.Segment]) -> [EngineAnswer.Segment] {
        words.reduce(into: []) { segments, word in
            guard let last = segments.last, last.cluster == word.cluster, last.speaker == word.speaker else { return segments.append(word) }
            segments[segments.count - 1].text += " " + word.text
            segments[segments.count - 1].end = word.end
            segments[segments.count - 1].isUncertain = last.isUncertain || word.isUncertain
        }
    }

    /// Reads the figures of one run in the ledger, or a rollup of many runs.
    private static func figures(_ value: JSONValue) -> RunFigures {
        let statuses = value["status_counts"]
        func count(_ names: String...) -> Int { names.reduce(0) { $0 + (statuses?[$1]?.whole ?? 0) } }
        let status = value["status"]?.text
        let failed = count("failed", "failure") + (status == "failed" || status == "failure" ? 1 : 0)
        let timedOut =
            (value["timeout_count"]?.whole ?? 0) + (value["error_count"]?.whole ?? 0) + count("timeout", "timed_out")
            + (status == "timeout" || status == "timed_out" ? 1 : 0)
        let latency =
            value["timing"]?["latency_ms"]?.double.map { Duration.milliseconds(Int($0.rounded(.toNearestOrEven, within: 0...86_400_000))) }
            ?? value["latency_seconds"]?.seconds ?? value["duration_seconds"]?.seconds ?? value["elapsed_seconds"]?.seconds
        return RunFigures(
            count: max(1, value["run_count"]?.whole ?? 1), failed: failed, timedOut: timedOut, fallbacks: value["fallback_count"]?.whole ?? 0,
            latency: latency,
            billable: value["billable_seconds"]?.seconds ?? .zero, cost: value["estimated_cost_usd"]?.double)
    }
}

extension Double {
    fileprivate func rounded(_ rule: FloatingPointRoundingRule, within range: ClosedRange<Double>) -> Double {
        isFinite ? Swift.min(range.upperBound, Swift.max(range.lowerBound, rounded(rule))) : range.lowerBound
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The number as a count, limited so that a sum of many counts does not overflow.
    var whole: Int? {
        double.map { Int($0.rounded(.toNearestOrEven, within: 0...1_000_000_000)) }
    }

    /// The number as a position or length in a recording, at most a year.
    var seconds: Duration? {
        double.map { .microseconds(Int(($0 * 1_000_000).rounded(.toNearestOrEven, within: 0...31_536_000_000_000))) }
    }

    /// The value as a speaker's name or number.
    var name: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        case .null, .bool, .double, .array, .object: nil
        }
    }
}
