internal import Continuity
internal import Speech
internal import Synchronization
package import Tracing

/// Counts for `GET /metrics`, from any thread. What happens for audio frames is an atomic addition for some of them together; the rest may take a lock.
package final class Metrics: Sendable {
    /// How a session or request ended, as a label.
    package enum Outcome: String, Sendable {
        case completed, abandoned, refused, failed

        init(_ error: EngineError?) { self = error == nil ? .completed : error == .cancelled ? .abandoned : .failed }
    }

    private struct Series: Hashable {
        var name: StaticName
        var labels: [String]
    }

    /// The labelled counters there are, each with its labels' names and what it counts.
    private enum StaticName: String, CaseIterable {
        case sessions = "harken_sessions_total"
        case requests = "harken_http_requests_total"
        case engineStreams = "harken_engine_streams_total"
        case recognised = "harken_prerecorded_audio_seconds_total"
        case gaps = "harken_gap_samples_total"
        case skipped = "harken_engine_messages_skipped_total"
        case failovers = "harken_failovers_total"
        case repairs = "harken_repairs_total"
        case mended = "harken_mended_samples_total"
        case spansDropped = "harken_spans_dropped_total"

        var labels: [String] {
            switch self {
            case .sessions: ["dialect", "engine", "outcome"]
            case .requests: ["route", "status"]
            case .engineStreams: ["engine", "outcome"]
            case .recognised: ["engine"]
            case .gaps, .skipped, .mended: ["engine"]
            case .failovers: ["engine", "reason"]
            case .repairs: ["engine", "outcome"]
            case .spansDropped: ["cause"]
            }
        }

        var help: String {
            switch self {
            case .sessions: "Live sessions that ended."
            case .requests: "HTTP requests answered, WebSocket upgrades included."
            case .engineStreams: "Engine streams that closed."
            case .recognised: "Recorded audio recognised, in seconds."
            case .gaps: "Samples of live audio that no engine recognised."
            case .skipped: "Messages of engines that could not be read."
            case .failovers: "Streams of live sessions that failed, and whose audio went to another."
            case .repairs: "Intervals that were recognised again because a stream had left them."
            case .mended: "Samples of gaps that were recognised after they had been reported."
            case .spansDropped: "Spans that no collector has."
            }
        }
    }

    private let receivedSamples = Atomic<Int64>(0)
    private let receivedFrames = Atomic<Int64>(0)
    private let openSessions = Atomic<Int>(0)
    private let commits = Atomic<Int64>(0)
    private let words = Atomic<Int64>(0)
    private let interims = Atomic<Int64>(0)
    private let spans = Atomic<Int64>(0)
    private let counters = Mutex<[Series: Double]>([:])
    private let repairLatency = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2, 3, 4, 8])
    private let finalLatency = Histogram(bounds: [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.9, 1.5, 3, 6])

    package init() {}

    func received(_ count: SampleCount, inFrames frames: Int) {
        receivedSamples.add(count.samples, ordering: .relaxed)
        receivedFrames.add(Int64(frames), ordering: .relaxed)
    }

    func sessionOpened() { openSessions.add(1, ordering: .relaxed) }

    func sessionEnded(dialect: String, engine: EngineName, _ outcome: Outcome) {
        openSessions.subtract(1, ordering: .relaxed)
        add(1, .sessions, [dialect, engine.rawValue, outcome.rawValue])
    }

    func committed(words count: Int) {
        commits.add(1, ordering: .relaxed)
        words.add(Int64(count), ordering: .relaxed)
    }

    func interim() { interims.add(1, ordering: .relaxed) }

    /// How much audio came behind a final's end before the final did.
    func finalCame(behind seconds: Double) { finalLatency.observe(seconds) }

    func streamClosed(engine: EngineName, _ outcome: Outcome) { add(1, .engineStreams, [engine.rawValue, outcome.rawValue]) }

    func gap(engine: EngineName, _ count: SampleCount) { add(Double(count.samples), .gaps, [engine.rawValue]) }

    func ran(_ record: RunRecord) {
        switch (record.kind, record.outcome) {
        case (.leg, .completed), (.leg, .cancelled), (.leg, .declined): break
        case (.leg, let outcome): add(1, .failovers, [record.engine.rawValue, outcome.label])
        case (.repair, let outcome):
            add(1, .repairs, [record.engine.rawValue, outcome.label])
            if outcome == .completed { repairLatency.observe(record.duration / .seconds(1)) }
        }
    }

    func mended(engine: EngineName, _ count: SampleCount) { add(Double(count.samples), .mended, [engine.rawValue]) }

    func skippedMessage(engine: EngineName) { add(1, .skipped, [engine.rawValue]) }

    func answered(route: String, status: Int) { add(1, .requests, [route, String(status)]) }

    func recognised(engine: EngineName, seconds: Double) { add(seconds, .recognised, [engine.rawValue]) }

    /// What became of spans.
    package func traced(_ report: SpanExporter.Report) {
        switch report {
        case .exported(let count): spans.add(Int64(count), ordering: .relaxed)
        case .dropped(let count, let cause): add(Double(count), .spansDropped, [cause.rawValue])
        }
    }

    private func add(_ value: Double, _ name: StaticName, _ labels: [String]) {
        counters.withLock { $0[Series(name: name, labels: labels), default: 0] += value }
    }

    /// The Prometheus text format, version 0.0.4.
    package func rendered() -> String {
        var text = ""
        func plain(_ name: String, _ kind: String, _ help: String, _ value: some Numeric) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        plain("harken_sessions_open", "gauge", "Live sessions now.", openSessions.load(ordering: .relaxed))
        plain("harken_audio_received_samples_total", "counter", "Live audio received.", receivedSamples.load(ordering: .relaxed))
        plain("harken_audio_received_frames_total", "counter", "Messages with live audio.", receivedFrames.load(ordering: .relaxed))
        plain("harken_commits_total", "counter", "Intervals accepted into live transcripts.", commits.load(ordering: .relaxed))
        plain("harken_committed_words_total", "counter", "Words in them.", words.load(ordering: .relaxed))
        plain("harken_interims_total", "counter", "Interim results of engines.", interims.load(ordering: .relaxed))
        plain("harken_spans_exported_total", "counter", "Spans that a collector took.", spans.load(ordering: .relaxed))
        text += finalLatency.rendered(
            name: "harken_final_latency_seconds", help: "Audio that was received behind the end of a final before the final came, in seconds.")
        text += repairLatency.rendered(name: "harken_repair_seconds", help: "From asking for a repair to its words, in seconds.")
        let counters = counters.withLock { $0 }
        for name in StaticName.allCases {
            text += "# HELP \(name.rawValue) \(name.help)\n# TYPE \(name.rawValue) counter\n"
            for (series, value) in counters.filter({ $0.key.name == name }).sorted(by: { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }) {
                let labels = zip(name.labels, series.labels).map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
                text += "\(name.rawValue){\(labels)} \(value)\n"
            }
        }
        return text
    }

    private static func escaped(_ label: String) -> String {
        var escaped = ""
        for character in label {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

extension RunRecord.Outcome {
    /// For metrics and logs.
    var label: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        case .stalled: "stalled"
        case .connectTimedOut: "connect_timed_out"
        case .cancelled: "cancelled"
        case .declined: "declined"
        }
    }
}
