package import Continuity
package import Speech
internal import Synchronization
package import Tracing

/// Counts for `GET /metrics`, from any thread. Events of audio frames are counted by one atomic addition for several frames together; other events
/// may take a lock.
package final class Metrics: Sendable {
    /// The end of a session or request, as a label.
    package enum Outcome: String, Sendable {
        case completed, abandoned, failed
        case rejected = "refused"

        package init(_ error: EngineError?) { self = error == nil ? .completed : error == .cancelled ? .abandoned : .failed }
    }

    /// The result of an attempt to deliver something to a user's webhook, as a label.
    package enum WebhookOutcome: String, Sendable {
        case delivered
        /// The attempt failed and is repeated.
        case repeated
        /// The delivery was given up.
        case failed
    }

    private struct Series: Hashable {
        var name: StaticName
        var labels: [String]
    }

    /// The names of the labelled counters.
    private enum StaticName: String, CaseIterable {
        case sessions = "harken_sessions_total"
        case requests = "harken_http_requests_total"
        case engineStreams = "harken_engine_streams_total"
        case recognized = "harken_prerecorded_audio_seconds_total"
        case engineAudio = "harken_engine_audio_seconds_total"
        case gaps = "harken_gap_seconds_total"
        /// Deprecated; stays for one version.
        case gapSamples = "harken_gap_samples_total"
        case starved = "harken_starved_sessions_total"
        case skipped = "harken_engine_messages_skipped_total"
        case failovers = "harken_failovers_total"
        case repairs = "harken_repairs_total"
        case recoveries = "harken_recoveries_total"
        case mended = "harken_repaired_gap_seconds_total"
        /// Deprecated; stays for one version.
        case mendedSamples = "harken_mended_samples_total"
        case shadows = "harken_shadows_total"
        case shadowWords = "harken_shadow_words_total"
        case gated = "harken_gate_audio_seconds_total"
        case gateFailures = "harken_gate_failures_total"
        case damaged = "harken_audio_messages_damaged_total"
        case audioDropped = "harken_conversation_audio_dropped_seconds_total"
        case enrollments = "harken_voice_lessons_total"
        case spansDropped = "harken_spans_dropped_total"
        case storeFailures = "harken_store_failures_total"
        case storeErrors = "harken_store_errors_total"
        case decodersStarted = "harken_decoders_started_total"
        case decodersLost = "harken_decoders_lost_total"
        case wrongCredentials = "harken_wrong_credentials_total"
        case webhooks = "harken_webhook_attempts_total"
        case webhookSegments = "harken_webhook_segments_dropped_total"

        var labels: [String] {
            switch self {
            case .sessions: ["dialect", "engine", "outcome"]
            case .requests: ["route", "status"]
            case .engineStreams: ["engine", "outcome"]
            case .recognized: ["engine"]
            case .engineAudio: ["engine", "kind"]
            case .gaps, .gapSamples, .starved, .skipped, .mended, .mendedSamples: ["engine"]
            case .failovers: ["engine", "reason"]
            case .repairs, .recoveries, .shadows, .shadowWords: ["engine", "outcome"]
            case .gated: ["kind"]
            case .damaged: ["dialect"]
            case .gateFailures, .audioDropped, .decodersStarted, .webhookSegments: []
            case .enrollments: ["outcome"]
            case .spansDropped, .decodersLost, .storeErrors: ["cause"]
            case .storeFailures: ["work"]
            case .wrongCredentials: ["outcome"]
            case .webhooks: ["webhook", "outcome"]
            }
        }

        var help: String {
            switch self {
            case .sessions: "Live sessions that ended."
            case .requests: "HTTP requests answered, WebSocket upgrades included."
            case .engineStreams: "Engine streams that closed."
            case .recognized: "Recorded audio that was recognized, in seconds."
            case .engineAudio: "Audio that engines were sent in streams, repairs, recoveries and recordings, in seconds, the sum of all channels."
            case .gaps: "Live audio that no engine recognized, in seconds."
            case .gapSamples: "Deprecated, removed in version 0.3: use harken_gap_seconds_total. Live audio that no engine recognized, in samples."
            case .starved: "Live sessions whose final words came late because their engine was behind the audio, each counted once."
            case .skipped: "Messages from engines that could not be read."
            case .failovers: "Streams of live sessions that failed, stalled or did not open in time, and that another stream replaced."
            case .repairs: "Intervals of live audio that were recognized again because their stream had failed."
            case .recoveries: "Intervals of finished sessions that were recognized again, for their transcripts."
            case .mended: "Audio of gaps that was recognized after the gap had been reported, in seconds."
            case .mendedSamples: "Deprecated, removed in version 0.3: use harken_repaired_gap_seconds_total. Audio of repaired gaps, in samples."
            case .shadows: "Streams of shadow engines that ended; their words are only compared."
            case .shadowWords:
                "Committed words that a shadow engine heard alike (same), otherwise (substituted) or not (missing), or only it heard (added)."
            case .gated:
                "Audio that silence gates heard (speech, silence), and the silence that engines were not sent (withheld, withheld_loud), in seconds."
            case .gateFailures: "Sessions whose silence gate sends everything, because it failed or heard no speech in loud audio."
            case .damaged: "Clients' messages that should have been a packet of audio and could not be decoded."
            case .audioDropped: "Audio of conversations that was not kept because the store or the encoder was too slow, in seconds."
            case .enrollments: "Attempts to learn a person's voice from segments that were assigned by hand."
            case .spansDropped: "Spans that could not be exported to a collector."
            case .storeFailures:
                "Failed attempts, which are repeated, to read or write the store or a transcript's file, by the work that needs them."
            case .storeErrors: "Times that the log said why the store cannot be used: at the first failure, and once a minute while it fails."
            case .decodersStarted: "Processes started to decode uploaded recordings, one for each recording."
            case .decodersLost:
                "Decoding processes that ended early (crashed), or were killed because they sent nothing (stuck) or violated the protocol (invalid)."
            case .wrongCredentials:
                "Requests with a wrong key or token, by how they were refused: answered (at once), delayed, turned_away (with status 429)."
            case .webhooks:
                "Requests to users' webhooks (conversation, transcript): delivered, repeated (failed and sent again), failed (failed and given up)."
            case .webhookSegments: "Segments of live sessions that were lost to a webhook because the database had not taken them."
            }
        }
    }

    /// The recent work of each engine.
    package let engines = EngineStatistics()
    private let receivedSamples = Atomic<Int64>(0)
    private let receivedMicroseconds = Atomic<Int64>(0)
    private let receivedFrames = Atomic<Int64>(0)
    private let openSessions = Atomic<Int>(0)
    private let sessionsCapacity = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    /// The id of this process among those that use one database; empty when the database has one gateway.
    private let replica = Mutex("")
    /// Number of gateways that use the database; 0 when the database has one gateway, -1 while it cannot be reached.
    private let replicas = Atomic<Int>(0)
    private let commits = Atomic<Int64>(0)
    private let words = Atomic<Int64>(0)
    private let interims = Atomic<Int64>(0)
    private let lateFinals = Atomic<Int64>(0)
    private let changedWords = Atomic<Int64>(0)
    private let spans = Atomic<Int64>(0)
    private let droppedLogLines = Atomic<Int64>(0)
    private let counters = Mutex<[Series: Double]>([:])
    private let repairLatency = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2, 3, 4, 8])
    private let firstAnswers = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30])
    private let journalWindow = Histogram(bounds: [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2])
    /// The longest wait of journaled bytes so far, in nanoseconds.
    private let longestJournalWindow = Atomic<Int64>(0)
    private let failedSyncs = Atomic<Int64>(0)
    private let finalLatency = Histogram(bounds: [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.9, 1.5, 3, 6])

    package init() {}

    package func received(_ count: SampleCount, seconds: Double, inFrames frames: Int) {
        receivedSamples.add(count.samples, ordering: .relaxed)
        receivedMicroseconds.add(Int64((seconds * 1e6).rounded()), ordering: .relaxed)
        receivedFrames.add(Int64(frames), ordering: .relaxed)
    }

    /// Sets the number of live sessions that the gateway can have at the same time.
    package func setCapacity(_ sessions: Int) { sessionsCapacity.store(sessions, ordering: .relaxed) }

    /// Number of open live sessions, and of those for which there is room in all; 0 while the gateway drains.
    package var sessions: (open: Int, capacity: Int) {
        (openSessions.load(ordering: .relaxed), draining.load(ordering: .relaxed) ? 0 : sessionsCapacity.load(ordering: .relaxed))
    }

    /// Notes the id of this process among those that use one database.
    package func joined(as replica: String) { self.replica.withLock { $0 = replica } }

    /// Notes the number of gateways that use the database; nil: the database cannot be reached.
    package func sawReplicas(_ count: Int?) { replicas.store(count ?? -1, ordering: .relaxed) }

    /// Notes that no new session begins from now on.
    package func drainBegan() { draining.store(true, ordering: .relaxed) }

    package func sessionOpened() { openSessions.add(1, ordering: .relaxed) }

    package func sessionEnded(dialect: String, engine: EngineName, _ outcome: Outcome) {
        openSessions.subtract(1, ordering: .relaxed)
        add(1, .sessions, [dialect, engine.rawValue, outcome.rawValue])
    }

    package func committed(words count: Int) {
        commits.add(1, ordering: .relaxed)
        words.add(Int64(count), ordering: .relaxed)
    }

    package func interim() { interims.add(1, ordering: .relaxed) }

    /// Records the duration of audio that came after the final's end and before the final.
    package func finalCame(from engine: EngineName, behind seconds: Double) {
        finalLatency.observe(seconds)
        engines.finalCame(from: engine, behind: seconds)
    }

    package func gap(engine: EngineName, _ count: SampleCount, at rate: SampleRate) {
        add(count.seconds(at: rate), .gaps, [engine.rawValue])
        add(Double(count.samples), .gapSamples, [engine.rawValue])
    }

    /// Counts a session whose final words come late.
    package func starved(by engine: EngineName) { add(1, .starved, [engine.rawValue]) }

    /// Counts an engine's attempt that has ended.
    package func ran(_ run: RecognitionAttempt) {
        let engine = run.engine.rawValue, outcome = run.outcome.label, seconds = run.audio / .seconds(1)
        engines.ran(run)
        if seconds > 0 { add(seconds * Double(run.channels), .engineAudio, [engine, run.kind.rawValue]) }
        switch run.kind {
        case .stream:
            add(1, .engineStreams, [engine, outcome])
            if let firstAnswer = run.firstAnswer { firstAnswers.observe(firstAnswer / .seconds(1)) }
        case .repair:
            add(1, .repairs, [engine, outcome])
            if run.outcome == .completed { repairLatency.observe(run.start.duration(to: run.end) / .seconds(1)) }
        case .recovery: add(1, .recoveries, [engine, outcome])
        case .shadow: add(1, .shadows, [engine, outcome])
        case .recording: break
        }
        if run.kind != .stream, run.outcome == .completed { add(seconds, .recognized, [engine]) }
    }

    /// Counts a failed stream that has a successor.
    package func failedOver(_ failover: EngineStatistics.Failover) {
        add(1, .failovers, [failover.from.rawValue, failover.reason])
        engines.add(failover)
    }

    /// Records the longest wait of journaled bytes until they were on the disk.
    package func journalSynced(after window: Duration) {
        let nanoseconds = Int64(window / .nanoseconds(1))
        journalWindow.observe(window / .seconds(1))
        longestJournalWindow.max(nanoseconds, ordering: .relaxed)
    }

    /// Counts a sync that failed: the bytes are not known to survive a power cut.
    package func journalSyncFailed() { failedSyncs.add(1, ordering: .relaxed) }

    /// Counts finals that came too late, and words that engines changed after they were final.
    package func counted(lateFinals late: Int, changedWords changed: Int) {
        lateFinals.add(Int64(late), ordering: .relaxed)
        changedWords.add(Int64(changed), ordering: .relaxed)
    }

    package func evaluated(_ evaluation: Evaluation) {
        let same = evaluation.words - evaluation.substituted - evaluation.missing
        let counts = [("same", same), ("substituted", evaluation.substituted), ("missing", evaluation.missing), ("added", evaluation.added)]
        for (outcome, count) in counts where count > 0 { add(Double(count), .shadowWords, [evaluation.engine.rawValue, outcome]) }
    }

    package func mended(engine: EngineName, _ count: SampleCount, at rate: SampleRate) {
        add(count.seconds(at: rate), .mended, [engine.rawValue])
        add(Double(count.samples), .mendedSamples, [engine.rawValue])
    }

    /// Counts the audio that a session's gate withheld from its engines.
    ///
    /// - Parameter before: the savings that are counted already.
    package func gated(_ savings: VADGate.Savings, since before: VADGate.Savings, rate: SampleRate) {
        let counts = [
            ("speech", savings.speech - before.speech), ("silence", savings.silence - before.silence),
            ("withheld", savings.withheld - before.withheld), ("withheld_loud", savings.withheldLoud - before.withheldLoud),
        ]
        for (kind, count) in counts where count > .zero { add(count.seconds(at: rate), .gated, [kind]) }
    }

    package func damaged(messages count: Int, dialect: String) { add(Double(count), .damaged, [dialect]) }

    package func gateFailed() { add(1, .gateFailures, []) }

    package func audioDropped(_ duration: Duration) { add(duration / .seconds(1), .audioDropped, []) }

    /// Counts an attempt to deliver something to a user's webhook.
    package func webhook(_ name: String, _ outcome: WebhookOutcome) { add(1, .webhooks, [name, outcome.rawValue]) }

    package func webhookSegmentsDropped(_ count: Int) { add(Double(count), .webhookSegments, []) }

    package func taught(_ outcome: String) { add(1, .enrollments, [outcome]) }

    /// Counts a failure of the store; the work is tried again.
    package func storeFailed(_ work: StoreRetry.Work) { add(1, .storeFailures, [work.rawValue]) }

    /// Counts a line of the log that says why the store cannot be used.
    package func storeBroke(_ cause: String) { add(1, .storeErrors, [cause]) }

    package func skippedMessage(engine: EngineName) { add(1, .skipped, [engine.rawValue]) }

    /// The way in which a request with a wrong credential was rejected.
    package enum WrongCredentialOutcome: String {
        case answered, delayed
        case turnedAway = "turned_away"
    }

    package func wrongCredential(_ outcome: WrongCredentialOutcome) { add(1, .wrongCredentials, [outcome.rawValue]) }

    /// Counts a log line that did not fit into the queue.
    package func logLineDropped() { droppedLogLines.add(1, ordering: .relaxed) }

    package func answered(route: String, status: Int) { add(1, .requests, [route, String(status)]) }

    /// Counts spans that were exported or dropped.
    package func traced(_ report: SpanExporter.Report) {
        switch report {
        case .exported(let count): spans.add(Int64(count), ordering: .relaxed)
        case .dropped(let count, let cause): add(Double(count), .spansDropped, [cause.rawValue])
        }
    }

    /// Counts a process that was started to decode a recording.
    package func decoderStarted() { add(1, .decodersStarted, []) }

    /// Counts a decoding process that was lost in the middle of a recording.
    package func decoderLost(_ cause: String) { add(1, .decodersLost, [cause]) }

    private func add(_ value: Double, _ name: StaticName, _ labels: [String]) {
        counters.withLock { $0[Series(name: name, labels: labels), default: 0] += value }
    }

    /// Returns all metrics in the Prometheus text format, version 0.0.4.
    package func rendered() -> String {
        var text = ""
        func plain(_ name: String, _ kind: String, _ help: String, _ value: some Numeric) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        plain("harken_sessions_open", "gauge", "Live sessions that are open.", openSessions.load(ordering: .relaxed))
        plain(
            "harken_draining", "gauge", "1 while the gateway drains: it begins no new session and waits for the open ones. Otherwise 0.",
            draining.load(ordering: .relaxed) ? 1 : 0)
        plain(
            "harken_sessions_capacity", "gauge",
            "Number of live sessions for which there is room: by the limit of connections and that of open files; 0 while the gateway drains.",
            sessions.capacity)
        let replica = replica.withLock { $0 }
        if !replica.isEmpty {
            text += "# HELP harken_replica_info The gateway's id among those that use one database.\n# TYPE harken_replica_info gauge\n"
            text += "harken_replica_info{replica=\"\(replica)\"} 1\n"
            let count = replicas.load(ordering: .relaxed)
            plain("harken_replicas", "gauge", "Gateways that use the database and live; 0 while the database cannot be reached.", max(0, count))
            plain("harken_database_reached", "gauge", "1 while the database can be reached, otherwise 0.", count > 0 ? 1 : 0)
        }
        plain(
            "harken_audio_received_seconds_total", "counter", "Live audio received, in seconds.",
            Double(receivedMicroseconds.load(ordering: .relaxed)) * 1e-6)
        plain(
            "harken_audio_received_samples_total", "counter",
            "Deprecated, removed in version 0.3: use harken_audio_received_seconds_total. Live audio received, in samples.",
            receivedSamples.load(ordering: .relaxed))
        plain("harken_audio_received_frames_total", "counter", "Messages with live audio.", receivedFrames.load(ordering: .relaxed))
        plain("harken_commits_total", "counter", "Intervals committed to live transcripts.", commits.load(ordering: .relaxed))
        plain("harken_committed_words_total", "counter", "Words committed to live transcripts.", words.load(ordering: .relaxed))
        plain("harken_interims_total", "counter", "Interim results of engines.", interims.load(ordering: .relaxed))
        plain(
            "harken_late_finals_total", "counter", "Finals that came after their audio was settled, and did not count.",
            lateFinals.load(ordering: .relaxed))
        plain(
            "harken_changed_final_words_total", "counter", "Final words that an engine changed later; the first text stays.",
            changedWords.load(ordering: .relaxed))
        plain("harken_spans_exported_total", "counter", "Spans that were exported to a collector.", spans.load(ordering: .relaxed))
        text += finalLatency.rendered(
            name: "harken_final_latency_seconds", help: "Delay of finals: audio received between the end of a final and its arrival, in seconds.")
        text += repairLatency.rendered(name: "harken_repair_seconds", help: "Time from requesting a repair to its words, in seconds.")
        text += firstAnswers.rendered(
            name: "harken_first_answer_seconds", help: "Time from requesting an engine's stream to its first words, in seconds.")
        text += journalWindow.rendered(
            name: "harken_journal_window_seconds",
            help: "Time that journal data waited for the disk, which a power cut would have lost, in seconds.")
        plain(
            "harken_journal_window_max_seconds", "gauge", "The longest time that journal data waited for the disk, in seconds.",
            Double(longestJournalWindow.load(ordering: .relaxed)) * 1e-9)
        plain("harken_journal_sync_failures_total", "counter", "Failed syncs of the journal.", failedSyncs.load(ordering: .relaxed))
        plain(
            "harken_log_dropped_total", "counter", "Log lines that were dropped because the log was not read fast enough.",
            droppedLogLines.load(ordering: .relaxed))
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

    package static func escaped(_ label: String) -> String {
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
