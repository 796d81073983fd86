package import Continuity
package import Observability
package import Sessions
package import Speech
package import Store
internal import Synchronization

/// Records each attempt of an engine in the ledger. Recognition never waits for the ledger, and never fails because of it.
package final class UsageRecorder: Sendable {
    /// Maximum number of records that wait while the store cannot be written; each further record replaces the oldest.
    private static let maxKept = 100_000

    package let ledger: any UsageStore
    package let prices: PriceTable
    package let metrics: UsageMetrics
    private let log: Log
    private let newID: @Sendable () -> String
    private let now: @Sendable () -> UnixTime
    private let kept = Mutex<[UsageRecord]>([])
    private let flushing = SerialWork()
    /// The time by which ages are judged; nil: that of `now`.
    private let retention: RetentionTime?
    private let warned = Mutex<Set<String>>([])
    /// The day of the last search for old records.
    private let forgotten = Mutex("")
    private let isUpset = Mutex(false)
    /// True if `takeChanged` is called regularly.
    private let isWatched: Bool
    /// Users whose attempts have ended since the last call of `takeChanged`.
    private let changed = Mutex<Set<ID<User>>>([])
    /// Streams of an earlier process, for which the amount of sent audio is not known yet.
    private let cutOff = Mutex<[UsageRecord]>([])

    /// - Parameter isWatched: true if `takeChanged` is called regularly; otherwise changed users are not kept.
    package init(
        _ ledger: any UsageStore, prices: PriceTable, metrics: UsageMetrics, log: Log, isWatched: Bool, newID: @escaping @Sendable () -> String,
        now: @escaping @Sendable () -> UnixTime, retention: RetentionTime? = nil
    ) {
        self.ledger = ledger
        self.isWatched = isWatched
        self.prices = prices
        self.metrics = metrics
        self.log = log
        self.newID = newID
        self.now = now
        self.retention = retention
    }

    /// Records an attempt before its engine gets any audio.
    ///
    /// - Parameter model: the model that the engine uses, not one that it does not know; nil when that is not known.
    package func begin(
        by owner: UsageOwner, _ engine: EngineName, model: String?, workload: Workload, payer: BillingParty = .operator,
        change: (inout UsageRecord) -> Void = { _ in }
    ) async -> UsageRecord {
        var run = UsageRecord(
            id: ID(newID()), user: owner.user, key: owner.key, engine: engine, model: model, workload: workload, kind: .recording, payer: payer,
            started: now())
        change(&run)
        await note(run)
        return run
    }

    /// Records the end of an attempt.
    package func end(_ attempt: UsageRecord, _ run: RecognitionAttempt, _ transcript: Transcript?) async {
        await note(ended(attempt, run, transcript))
    }

    /// Returns the record of an ended attempt, for a caller that stores it together with a result and then calls `stored`.
    package func ended(_ attempt: UsageRecord, _ run: RecognitionAttempt, _ transcript: Transcript?) -> UsageRecord {
        var ended = attempt
        ended.end(run, at: now(), prices: prices)
        if let transcript { ended.count(transcript) }
        report(ended)
        return ended
    }

    /// Records the beginning of a session's attempt. Returns at once; may be called from any thread.
    package func begin(_ attempt: AttemptStart, of session: SessionRecord, rate: SampleRate, payer: BillingParty) -> UsageRecord {
        var run = UsageRecord(of: session, id: ID(newID()), attempt.engine, model: attempt.model, attempt.kind, payer: payer, started: now())
        run.features = attempt.features
        if let length = attempt.length {
            run.audio = length.duration(at: rate) * attempt.channels
        } else {
            run.position = UsageRecord.StreamPosition(of: session.id, from: (attempt.start - .zero).duration(at: rate), channels: attempt.channels)
        }
        keep([run])
        Task { await flush() }
        return run
    }

    /// Records the end of a session's attempt.
    ///
    /// - Parameter begun: the record of the attempt's beginning; nil when there is none.
    package func note(_ run: RecognitionAttempt, of session: SessionRecord, begun: UsageRecord? = nil) {
        let end = now()
        let start = UnixTime(milliseconds: end.milliseconds - Int64(run.start.duration(to: run.end) / .milliseconds(1)))
        var ended = begun ?? UsageRecord(of: session, id: ID(newID()), run.engine, model: run.model, run.kind, started: start)
        ended.end(run, at: end, prices: prices)
        report(ended)
        keep([ended])
        Task { await flush() }
    }

    /// Finds the attempts that the end of an earlier process interrupted. To be called when no earlier process lives.
    ///
    /// - Parameter start: start of this process; nil when no attempt of this process has begun.
    package func resume(startedBefore start: UnixTime? = nil) async {
        do throws(StoreError) {
            let (count, streams) = try await ledger.interrupt(startedBefore: start, now: now())
            cutOff.withLock { $0 = streams }
            if count + streams.count > 0 {
                log.info("attempts of engines were interrupted when an earlier run ended", [.count: "\(count + streams.count)"])
            }
        } catch {
            log.warning("the usage ledger cannot be read", [.error: "\(error)"])
        }
    }

    /// Books the open attempts of earlier processes with the audio that their sessions had received: no stream was sent more than that.
    package func resume(_ received: [ID<Session>: Duration]) async {
        let streams = cutOff.withLock { streams in
            defer { streams = [] }
            return streams
        }
        for var run in streams {
            run.interrupt(at: now(), received: run.position.flatMap { received[$0.session] }, prices: prices)
            await note(run)
        }
    }

    /// Writes and books all waiting records.
    package func settle() async {
        await flush()
        do throws(StoreError) {
            try await ledger.bookAll()
            // Old records are removed once a day.
            let now = retention?.now() ?? now(), day = String(now.rfc3339.prefix(10))
            if forgotten.withLock({ $0 != day }) {
                try await ledger.forget(now: now)
                forgotten.withLock { $0 = day }
            }
        } catch {
            reportError(error)
        }
    }

    package func note(_ run: UsageRecord) async {
        do throws(StoreError) {
            try await ledger.note(run)
            noteChange([run])
        } catch {
            keep([run])
            reportError(error)
        }
    }

    /// Writes the records that wait. When this returns, no other flush is writing any: figures of the ledger have all attempts that had ended before.
    package func flush() async { await flushing.run { [self] in await write() } }

    private func write() async {
        let runs = kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
        guard !runs.isEmpty else { return }
        do throws(StoreError) {
            try await ledger.note(runs)
            noteChange(runs)
            isUpset.withLock { $0 = false }
        } catch {
            keep(runs)
            reportError(error)
        }
    }

    private func keep(_ runs: [UsageRecord]) {
        kept.withLock { kept in
            kept += runs
            if kept.count > Self.maxKept { kept.removeFirst(kept.count - Self.maxKept) }
        }
    }

    /// Logs an error of the store, only once until the store works again.
    private func reportError(_ error: StoreError) {
        let isNew = isUpset.withLock { isUpset in
            defer { isUpset = true }
            return !isUpset
        }
        guard isNew else { return }
        log.error("usage cannot be booked in the ledger yet", [.error: "\(error)"])
    }

    /// Returns the users whose attempts have ended since the last call: their figures in the ledger have grown.
    func takeChanged() -> Set<ID<User>> {
        changed.withLock { changed in
            defer { changed = [] }
            return changed
        }
    }

    /// Tells that an ended attempt is in the ledger, together with its result.
    package func stored(_ run: UsageRecord) { noteChange([run]) }

    /// Notes that users' figures have changed. To be called only after the ledger has the records: a reader that is told earlier would read the old
    /// figures.
    private func noteChange(_ runs: [UsageRecord]) {
        guard isWatched else { return }
        changed.withLock { changed in
            for run in runs where run.status != .started { changed.insert(run.user) }
        }
    }

    private func report(_ run: UsageRecord) {
        metrics.ended(run)
        let model = run.model ?? "unknown"
        guard run.cost != nil else {
            guard isNews("\(run.engine)/\(model)") else { return }
            return log.warning("no price is known for a model: name it in HARKEN_PRICES", [.engine: run.engine.rawValue, .model: model])
        }
        let work = run.work(audio: run.billable, connected: run.connected)
        for addOn in prices.unknownAddOns(of: work, at: run.completed ?? run.started).sorted() where isNews("\(run.engine) \(addOn)") {
            log.warning(
                "no price is known for an add-on, and it is left out of the cost: name it in HARKEN_PRICES",
                [.engine: run.engine.rawValue, .model: model, .name: addOn.rawValue])
        }
    }

    /// True if the log has not been told of it. It is told of a limited number of things.
    private func isNews(_ name: String) -> Bool { warned.withLock { $0.count < 100 && $0.insert(name).inserted } }
}

extension UsageRecord {
    fileprivate init(
        of session: SessionRecord, id: ID<UsageRecord>, _ engine: EngineName, model: String?, _ kind: RecognitionAttempt.Kind,
        payer: BillingParty = .operator,
        started: UnixTime
    ) {
        let owner = session.owner.map { UsageOwner(ID($0.user), key: $0.key.isEmpty ? nil : ID($0.key)) } ?? UsageOwner(.local)
        self.init(
            id: id, user: owner.user, key: owner.key, engine: engine, model: model, workload: session.workload, kind: kind, payer: payer,
            started: started)
    }

    /// Counts the recognized segments, words and speakers; never the words themselves.
    fileprivate mutating func count(_ transcript: Transcript) {
        segments = transcript.channels.reduce(0) { $0 + $1.segments.count }
        words = transcript.channels.reduce(0) { $0 + $1.words.count }
        speakers = transcript.channels.reduce(0) { $0 + Set($1.words.compactMap(\.speaker)).count }
    }
}
