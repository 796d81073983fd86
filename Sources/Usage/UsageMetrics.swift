internal import Observability
internal import Speech
package import Store
internal import Synchronization

/// Counts of engines' work for `GET /metrics`. Labels are a closed list, so that no user, name or error text becomes a label.
package final class UsageMetrics: Sendable {
    /// The labels that distinguish series.
    package enum Label: String, CaseIterable, Sendable {
        case provider, model, workload, status, reason, kind, route
        case fromProvider = "from_provider"
        case toProvider = "to_provider"
        case bucket
    }

    private enum Name: String, CaseIterable {
        case requests = "harken_transcription_provider_requests_total"
        case retries = "harken_transcription_provider_retries_total"
        case fallbacks = "harken_transcription_provider_fallbacks_total"
        case audio = "harken_transcription_provider_audio_seconds_total"
        case billable = "harken_transcription_provider_billable_seconds_total"
        case speakers = "harken_transcription_provider_speaker_clusters_total"

        var labels: [Label] {
            switch self {
            case .requests: [.provider, .model, .workload, .status]
            case .retries: [.provider, .model, .workload, .reason]
            case .fallbacks: [.fromProvider, .toProvider, .workload, .reason]
            case .audio, .speakers: [.provider, .model, .workload, .kind]
            case .billable: [.provider, .model, .workload]
            }
        }

        var help: String {
            switch self {
            case .requests: "Attempts of engines to recognize audio."
            case .retries: "Attempts that repeat a failed attempt of the same engine."
            case .fallbacks: "Attempts of an engine that replace another engine's failed attempt."
            case .audio: "Audio that engines were sent, in seconds: all of it (raw), its speech where that was measured, and billable audio."
            case .billable: "Audio that vendors charge for, in seconds."
            case .speakers: "Speakers that engines told apart, and the ones that were recognized."
            }
        }
    }

    private static let bounds: [Double] = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
    /// Maximum number of series of one name, because models' names come from outside.
    private static let maxSeries = 1_000

    private struct State {
        var counters: [Name: [[String]: Double]] = [:]
        var latencies: [[String]: Histogram] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func ended(_ run: UsageRecord) {
        let common = [run.engine.rawValue, run.model ?? "unknown", run.workload.rawValue]
        add(1, .requests, common + [run.status.rawValue])
        let seconds = run.billable / .seconds(1)
        add(run.audio / .seconds(1), .audio, common + ["raw"])
        if let speech = run.speech { add(speech / .seconds(1), .audio, common + ["speech_active"]) }
        add(seconds, .audio, common + ["billable"])
        add(seconds, .billable, common)
        if run.retries > 0 {
            add(Double(run.retries), .retries, common + [run.fallback?.reason.rawValue ?? UsageRecord.FallbackReason.failure.rawValue])
        }
        if let fallback = run.fallback {
            add(1, .fallbacks, [fallback.from.rawValue, run.engine.rawValue, run.workload.rawValue, fallback.reason.rawValue])
        }
        add(Double(run.speakers), .speakers, common + ["provider"])
        add(Double(run.identifiedSpeakers), .speakers, common + ["identified"])
        let labels = common + [run.status.rawValue]
        let histogram = state.withLock { state -> Histogram? in
            if let known = state.latencies[labels] { return known }
            guard state.latencies.count < Self.maxSeries else { return nil }
            let made = Histogram(bounds: Self.bounds)
            state.latencies[labels] = made
            return made
        }
        histogram?.observe(run.latency / .seconds(1))
    }

    private func add(_ value: Double, _ name: Name, _ labels: [String]) {
        guard value > 0 else { return }
        state.withLock { state in
            let isNew = state.counters[name]?[labels] == nil
            guard !isNew || state.counters[name, default: [:]].count < Self.maxSeries else { return }
            state.counters[name, default: [:]][labels, default: 0] += value
        }
    }

    package func rendered() -> String {
        let state = state.withLock { $0 }
        var text = ""
        for isDeprecated in [false, true] {
            for name in Name.allCases {
                let title = Self.title(name.rawValue, isDeprecated)
                text += "# HELP \(title.name) \(title.note)\(name.help)\n# TYPE \(title.name) counter\n"
                for (labels, value) in (state.counters[name] ?? [:]).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                    text += "\(title.name){\(Self.list(name.labels, labels))} \(value)\n"
                }
            }
            let title = Self.title("harken_transcription_provider_latency_seconds", isDeprecated)
            text += "# HELP \(title.name) \(title.note)Time from the start of an attempt to its end, in seconds.\n# TYPE \(title.name) histogram\n"
            for (labels, histogram) in state.latencies.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                text += histogram.series(name: title.name, labels: Self.list([.provider, .model, .workload, .status], labels))
            }
        }
        return text
    }

    /// Returns the name of a metric and a note for its HELP. The names without the prefix come from version 0.1 and stay for one version.
    private static func title(_ name: String, _ isDeprecated: Bool) -> (name: String, note: String) {
        isDeprecated ? (String(name.dropFirst("harken_".count)), "Deprecated, removed in version 0.3: use \(name). ") : (name, "")
    }

    private static func list(_ names: [Label], _ values: [String]) -> String {
        zip(names, values).map { "\($0.rawValue)=\"\(Metrics.escaped($1))\"" }.joined(separator: ",")
    }
}
