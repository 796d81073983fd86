internal import Continuity
internal import Dispatch
package import Journal
internal import Net
internal import Observability
internal import Protocols
package import Speech
internal import Store
internal import Usage

/// Completes the transcripts of sessions that ended before their transcripts were complete: a crash interrupted the session, the client left, or the
/// engines had failed.
///
/// Missing audio is recognised again from the journal, a few sessions at a time. Committed words do not change. Each step is stored before the next
/// one begins, so the next start continues after the last stored step. Audio that cannot be recognised now becomes a gap in the transcript; the
/// journal keeps the audio, within the journal's limit.
package actor CrashRecovery {
    /// Maximum number of sessions that are recovered at once. Engines recognise the windows of one recording in parallel.
    private static let maxRunning = 2
    /// Maximum number of sessions of this run that wait. Further sessions are left to the next start.
    private static let maxWaiting = 10_000
    /// Maximum number of recoveries of a session that end with the gateway. After that, the session is left alone.
    private static let maxAttempts = 5
    /// First and longest wait before a recovery that failed for a passing reason is tried again.
    private static let firstDelay: Duration = .seconds(300)
    private static let maxDelay: Duration = .seconds(3_600)
    /// Interval at which the end of an earlier process, which still lives, is looked for.
    private static let pollInterval: Duration = .seconds(1)

    /// The sessions that earlier runs left, for clients that come back to them.
    package nonisolated let earlierSessions: EarlierSessions
    private let earlier: PreviousRunJournal
    let transcripts: TranscriptFolder
    private let queue = DispatchQueue(label: "harken.recovery", qos: .utility)
    var waiting: [PendingSession] = []
    /// Sessions of earlier runs whose clients may still come back.
    var returningClients: ReturningClients
    var running: [ID<Session>: Task<Void, Never>] = [:]
    /// Sessions that could not be completed for a reason that may pass.
    var resting: [PendingSession] = []
    private var delay = CrashRecovery.firstDelay
    private var alarm: Task<Void, Never>?
    private var reading: Task<Void, Never>?
    /// Task of `sessionsTakenUp`; nil before that.
    private var takenUp: Task<Void, Never>?
    var isStopped = false
    /// Services and settings; nil while the recovery is not started.
    var parts: Parts?
    /// Segments of earlier runs, which are removed when no session needs them. They are held open until then.
    private var segments: [JournalFile] = []
    /// Audio that sessions of earlier runs had received.
    private var received: [ID<Session>: Duration] = [:]
    private var totals = Totals()
    /// True if the sessions that earlier runs left are known. False while an earlier process still lives.
    package private(set) var hasLookedThrough = false

    private struct Totals {
        var found = 0
        var completed = 0
        var repaired: Duration = .zero
        var words = 0
        var began: Instant?
    }

    package init(earlier: PreviousRunJournal, transcripts: TranscriptFolder) {
        self.earlier = earlier
        self.transcripts = transcripts
        // Clients may come back before the recovery starts.
        let earlierSessions = EarlierSessions(isKnown: !earlier.hasUnread)
        self.earlierSessions = earlierSessions
        returningClients = ReturningClients(earlierSessions)
    }

    /// Starts the recovery. It looks for sessions of earlier runs in the background: at once for those of processes that have ended, and for the rest
    /// when their processes have ended.
    package func start(_ parts: Parts) {
        self.parts = parts
        reading = Task(priority: .utility) {
            let isShared = earlier.hasLivingRuns
            await readEarlier(parts, isShared: isShared)
            while earlier.hasLivingRuns {
                guard (try? await Task.sleep(for: Self.pollInterval)) != nil, collect(parts) else { return }
                if !earlier.hasLivingRuns || earlier.hasUnread { await readEarlier(parts, isShared: true) }
            }
            if isShared, !Task.isCancelled { await parts.earlierProcessesEnded() }
        }
    }

    /// Leaves the sessions of earlier processes that still live to the process that has taken over.
    package func leaveEarlier() {
        if earlier.hasLivingRuns { reading?.cancel() }
    }

    /// Takes the logs of processes that have ended. Returns false when these cannot be read; the next start takes them.
    private func collect(_ parts: Parts) -> Bool {
        do throws(JournalError) {
            _ = try earlier.collect()
            return true
        } catch {
            parts.log.error("the journal of a process that has ended cannot be taken", [.error: "\(error)"])
            return false
        }
    }

    /// Stops all work. The next start continues it.
    package func stop() async {
        isStopped = true
        reading?.cancel()
        alarm?.cancel()
        for task in running.values { task.cancel() }
        await reading?.value
        earlierSessions.found([])
        for task in returningClients.openTasks { await task.value }
        for task in Array(running.values) { await task.value }
        await takenUp?.value
        // The parts know the live sessions, which know this recovery.
        parts = nil
    }

    /// Adds a session of this run.
    ///
    /// - Parameter lacksCommitted: true if the session's conversations lack words that were committed while it lived.
    package func complete(_ id: ID<Session>, _ audio: any RecoverableAudio, lacksCommitted: Bool) {
        guard !isStopped else { return }
        guard waiting.count < Self.maxWaiting else {
            parts?.log.warning("a session's transcript is completed at the next start: too many sessions wait", [.session: id.rawValue])
            return
        }
        waiting.append(PendingSession(id: id, audio: audio, lacksCommitted: lacksCommitted))
        if let parts { work(parts) }
    }

    // MARK: - Earlier runs

    /// - Parameter isShared: true if an earlier process still lived when this one started.
    private func readEarlier(_ parts: Parts, isShared: Bool) async {
        let began = Instant.now
        let isLast = !earlier.hasLivingRuns
        await parts.forgetSpeech()
        let found = await withCheckedContinuation { continuation in
            queue.async { [earlier] in continuation.resume(returning: earlier.unfinishedSessions()) }
        }
        let sessions = found.sessions
        defer { returningClients.answer(for: sessions) }
        guard !Task.isCancelled else { return }
        received.merge(sessions.map { ($0.record.id, $0.transcript.received.duration(at: $0.transcript.rate)) }) { max($0, $1) }
        if isLast {
            if isShared { await parts.usage.resume(startedBefore: parts.startedAt) }
            await parts.usage.resume(received)
            received = [:]
        }
        var pendingSessions: [PendingSession] = []
        var suspects: [PendingSession] = [], awaited: [PendingSession] = []
        var cut: [(PendingSession, SeamPromise)] = []
        var areStored = true
        for session in sessions where !Task.isCancelled {
            let attempts: Int
            var promise: SeamPromise?
            switch await begin(session, parts) {
            case .needless: continue
            case .unknown:
                hasUnreadable = true
                areStored = false
                attempts = 0
            case .notStored:
                areStored = false
                attempts = 0
            case .stored(let before, let made):
                attempts = before
                promise = made
            }
            let pending = PendingSession(
                id: session.record.id, audio: EarlierAudio(audio: session.audio, queue: queue),
                files: Set(session.files.map { ObjectIdentifier(found.files[$0]) }), record: session.record, holdsConversations: true,
                lacksCommitted: true)
            if let promise { cut.append((pending, promise)) }
            if attempts > 0 {
                suspects.append(pending)
            } else if mayReturn(session, parts) {
                awaited.append(pending)
            } else {
                pendingSessions.append(pending)
            }
        }
        // Sessions whose recovery may have crashed the gateway come last.
        pendingSessions += suspects
        guard !Task.isCancelled else { return }
        if areStored { earlier.wasStored() }
        // The conversations of these sessions wait for the recovered words; conversations of other sessions do not.
        for pending in pendingSessions + awaited {
            guard let record = pending.record else { continue }
            await parts.conversations.hold(record)
        }
        for pending in awaited {
            returningClients.add(pending)
            wait(for: pending.id, parts)
        }
        // Clients do not wait until earlier conversations are completed.
        returningClients.answer(for: sessions)
        for (pending, promise) in cut { awaitSuccessor(of: pending, promise, parts) }
        if isLast { await parts.conversations.recover(processingSince: parts.startedAt) }
        segments += found.files(without: [])
        hasLookedThrough = isLast
        count(pendingSessions, since: began)
        if !(pendingSessions + awaited).isEmpty {
            let elapsed = "\((Instant.now - began) / .seconds(1))"
            parts.log.info(
                "found sessions that an earlier run did not end", [.count: "\(pendingSessions.count + awaited.count)", .seconds: elapsed])
        }
        waiting += pendingSessions
        removeFiles()
        work(parts)
        tellTakenUp(parts)
    }

    func tellTakenUp(_ parts: Parts) {
        guard hasLookedThrough, running.isEmpty, waiting.isEmpty, returningClients.sessions.isEmpty, takenUp == nil, !isStopped else { return }
        takenUp = Task(priority: .utility) { await parts.sessionsTakenUp() }
    }

    private enum Intake {
        /// The session needs no recovery.
        case needless
        /// The transcript is stored. `attempts` is the number of recoveries of the session that began and did not end; `promise` that of a client that
        /// goes on in a new session.
        case stored(attempts: Int, promise: SeamPromise? = nil)
        /// The committed words are in the journal only.
        case notStored
        /// The session's transcript exists but cannot be read now.
        case unknown
    }

    /// Stores the committed words of a session, if that was not done before.
    private func begin(_ session: UnfinishedSession, _ parts: Parts) async -> Intake {
        let oldest = parts.retention.now() + (.zero - parts.transcriptAge)
        if let started = session.record.started, started < oldest {
            parts.log.info("a session is not completed: it is older than the transcripts that are kept", [.session: session.record.id.rawValue])
            return .needless
        }
        let isRestored = await parts.conversations.restore(session.record, session.transcript)
        do throws(StoredTranscript.Unreadable) {
            if let stored = try await transcripts.stored(session.record.id) {
                if stored.transcript.received < session.transcript.received {
                    returningClients.wasCut(session.record.id, at: stored.transcript.received.duration(at: stored.transcript.rate))
                }
                guard stored.status == .complete, stored.rest == nil else {
                    return .stored(attempts: stored.attempts, promise: stored.promise)
                }
                // The conversation may have had fewer words than the transcript when the gateway ended.
                return await parts.conversations.take(stored) && isRestored ? .needless : .stored(attempts: 0)
            }
        } catch {
            if case .notReadable(let reason) = error {
                // The transcript's content is not known: the transcript is neither replaced nor taken for complete.
                parts.log.error("a transcript cannot be read", [.session: session.record.id.rawValue, .error: reason])
                return .unknown
            }
            // A transcript of a newer version is left alone; a damaged one is made again.
            guard error == .damaged else {
                parts.log.error(
                    "a session is not completed: its transcript is of another version of Harken", [.session: session.record.id.rawValue])
                return .stored(attempts: 0)
            }
        }
        guard session.transcript.received > .zero else { return .needless }
        let fate = await fate(of: session.record.id, isEarlier: true, parts)
        if case .moved(let end)? = fate {
            let stored = StoredTranscript(record: session.record, transcript: session.transcript, status: .complete).cut(at: end)
            guard await transcripts.keep(stored) else {
                unstored[session.record.id] = stored
                return .notStored
            }
            return stored.status == .complete ? .needless : .stored(attempts: 0)
        }
        let isWhole = session.transcript.isWhole && fate == .over
        let stored = StoredTranscript(record: session.record, transcript: session.transcript, status: isWhole ? .complete : .recovering)
        let isKept = await transcripts.keep(stored)
        // The gateway may have been killed before the conversation got these words.
        let isTaken = isWhole ? await parts.conversations.take(stored) : false
        guard isKept else {
            unstored[session.record.id] = stored
            return .notStored
        }
        return isTaken && isRestored ? .needless : .stored(attempts: 0)
    }

    /// Tells what has become of a session; nil when the database cannot be read.
    ///
    /// - Parameter isEarlier: true for a session of an earlier run, whose client may still come back.
    private func fate(of id: ID<Session>, isEarlier: Bool, _ parts: Parts) async -> LiveSessionFate? {
        guard let replicas = parts.conversations.replicas else { return .over }
        let isLate = parts.now() - parts.startedAt > ListenServer.resumeWindow
        do throws(StoreError) {
            if !isEarlier, try await !replicas.hasLost(id) { return .over }
            return try await replicas.fate(of: id, isLate: isLate)
        } catch {
            parts.log.error("a session is not completed yet: another gateway may have taken it over", [.session: id.rawValue, .error: "\(error)"])
            return nil
        }
    }

    /// Removes the journal segments of earlier runs that no remaining session needs.
    func removeFiles() {
        guard !segments.isEmpty else { return }
        let needed = (waiting + resting + returningClients.sessions).reduce(into: Set<ObjectIdentifier>()) { $0.formUnion($1.files) }
            .union(busyFiles).union(left)
        for file in segments where !needed.contains(ObjectIdentifier(file)) { earlier.remove(file) }
        // A file that is not needed is closed, so that its disk space is free.
        segments.removeAll { !needed.contains(ObjectIdentifier($0)) }
    }

    private var busyFiles: Set<ObjectIdentifier> { busy.values.reduce(into: []) { $0.formUnion($1) } }
    private var busy: [ID<Session>: Set<ObjectIdentifier>] = [:]
    /// Transcripts of earlier runs' sessions that could not be written to the disk yet.
    private var unstored: [ID<Session>: StoredTranscript] = [:]
    /// True if a stored transcript cannot be read and its content is not known. The journal then keeps all that it has.
    private var hasUnreadable = false

    // MARK: - Work

    func work(_ parts: Parts) {
        while !isStopped, running.count < Self.maxRunning,
            let next = waiting.firstIndex(where: { returningClients.task(of: $0.id) == nil })
        {
            let pending = waiting.remove(at: next)
            guard running[pending.id] == nil else { continue }
            busy[pending.id] = pending.files
            running[pending.id] = Task(priority: .utility) {
                var outcome = await complete(pending, parts)
                let isRecognized = outcome == .done
                do throws(StoredTranscript.Unreadable) {
                    if !outcome.isElsewhere, let stored = try await transcripts.stored(pending.id) {
                        var isTaken = true
                        if let record = pending.record { isTaken = await parts.conversations.restore(record, stored.transcript) }
                        if await !parts.conversations.take(stored, onlyRecovered: !pending.lacksCommitted) { isTaken = false }
                        if !isTaken, outcome == .done { outcome = .mayPass }
                    }
                } catch {
                    parts.log.error(
                        "recovered words are missing in a conversation: the transcript cannot be read",
                        [.session: pending.id.rawValue, .error: "\(error)"])
                    if case .notReadable = error, outcome == .done { outcome = .mayPass }
                }
                if outcome == .done || outcome == .moved { await pending.audio.release() }
                let isHeld = if isRecognized, pending.holdsConversations { returningClients.hold(pending.id) } else { false }
                switch (outcome, pending.holdsConversations ? pending.record : nil) {
                case (.waits, _), (.mayPass, nil): break
                // The words of the session's rest may still come.
                case (_, _?) where isHeld: break
                case (_, let record?): await parts.conversations.release(record, wordsMayCome: outcome == .mayPass)
                case (_, nil): await parts.conversations.noMoreWords(of: pending.id)
                }
                over(pending, outcome, parts)
            }
        }
    }

    private enum Outcome {
        /// The transcript is as good as it can be, and the conversations have its words; the audio is not needed any more.
        case done
        /// Words are missing in the transcript or in a conversation, for a reason that may pass.
        case mayPass
        case left
        /// Another gateway recognizes the rest.
        case moved
        /// The session's client may come back, to this gateway or another one.
        case waits

        /// True if the words that only this gateway has do not count.
        var isElsewhere: Bool { self == .moved || self == .waits }
    }

    private func over(_ pending: PendingSession, _ outcome: Outcome, _ parts: Parts) {
        running[pending.id] = nil
        busy[pending.id] = nil
        switch outcome {
        case .done, .moved: break
        case .waits: resting.append(pending)
        case .mayPass:
            var resting = pending
            // The session's conversations do not wait for it any longer.
            resting.holdsConversations = false
            self.resting.append(resting)
        case .left: left.formUnion(pending.files)
        }
        removeFiles()
        work(parts)
        guard running.isEmpty, !isStopped else { return }
        report(parts)
        tellTakenUp(parts)
        guard !resting.isEmpty else {
            // The next session that rests does so for another reason.
            delay = Self.firstDelay
            return
        }
        guard alarm == nil else { return }
        let delay = delay
        self.delay = min(delay * 2, Self.maxDelay)
        alarm = Task {
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            rouse(parts)
        }
    }

    /// Journal segments with sessions that are left to a later start.
    private var left: Set<ObjectIdentifier> = []

    private func rouse(_ parts: Parts) {
        alarm = nil
        waiting += resting
        resting = []
        work(parts)
    }

    func count(_ sessions: [PendingSession], since began: Instant) {
        guard !sessions.isEmpty else { return }
        totals.found += sessions.count
        totals.began = totals.began ?? began
    }

    private func report(_ parts: Parts) {
        // Sessions of this run, and attempts after the first one, are not counted.
        defer { totals = Totals() }
        guard totals.found > 0, let began = totals.began else { return }
        parts.log.info(
            "sessions of an earlier run completed",
            [
                .count: "\(totals.completed) of \(totals.found)", .audio: "\(totals.repaired / .seconds(1))", .words: "\(totals.words)",
                .seconds: "\((Instant.now - began) / .seconds(1))",
            ])
    }

    private func complete(_ pending: PendingSession, _ parts: Parts) async -> Outcome {
        if transcripts.isForgotten(pending.id) { return .done }
        if let waiting = unstored[pending.id] {
            guard await transcripts.keepUntilStored(waiting) else { return .left }
            unstored[pending.id] = nil
            if unstored.isEmpty, !hasUnreadable { earlier.wasStored() }
        }
        var stored: StoredTranscript
        do throws(StoredTranscript.Unreadable) {
            guard let found = try await transcripts.stored(pending.id) else { return .left }
            stored = found
        } catch {
            parts.log.error("a session is not completed: its transcript cannot be read", [.session: pending.id.rawValue, .error: "\(error)"])
            if case .notReadable = error { return .mayPass }
            return .left
        }
        switch await fate(of: pending.id, isEarlier: pending.record != nil, parts) {
        case .over: break
        case .waits, nil: return .waits
        case .moved(let end):
            // The other gateway recognizes the rest, and this one the gaps before.
            stored = stored.cut(at: end)
            guard await transcripts.keepUntilStored(stored) else { return .left }
            if stored.status == .complete { return .moved }
        }
        guard stored.attempts < Self.maxAttempts else {
            parts.log.error("a session's transcript is not completed: the gateway ended during each attempt", [.session: pending.id.rawValue])
            stored.status = .incomplete
            _ = await transcripts.keep(stored)
            return .left
        }
        stored.attempts += 1
        stored.status = .recovering
        guard await transcripts.keepUntilStored(stored) else { return .left }
        let before = stored.transcript
        let repair = TranscriptRepair(parts: parts, transcripts: transcripts, audio: pending.audio)
        let verdict = await repair.run(&stored)
        stored.attempts -= 1
        stored.status = stored.transcript.isWhole ? .complete : verdict == .interrupted ? .recovering : .incomplete
        guard await transcripts.keepUntilStored(stored) else { return .left }
        note(stored.transcript, before, pending, parts)
        if transcripts.isForgotten(pending.id) { return .done }
        switch verdict {
        case .interrupted, .left: return .left
        case .mayPass: return .mayPass
        case .done: return .done
        }
    }

    private func note(_ after: SessionTranscript, _ before: SessionTranscript, _ pending: PendingSession, _ parts: Parts) {
        let length = { (transcript: SessionTranscript) in
            transcript.gaps.reduce(Duration.zero) { $0 + $1.range.count.duration(at: transcript.rate) }
        }
        let words = { (transcript: SessionTranscript) in transcript.pieces.joined().reduce(0) { $0 + $1.commit.words.count } }
        let repaired = length(before) - length(after)
        let count = words(after) - words(before)
        if after.isWhole { totals.completed += 1 }
        totals.repaired += repaired
        totals.words += count
        parts.log.info(
            "session recovered",
            [
                .session: pending.id.rawValue, .status: after.isWhole ? "complete" : "incomplete", .audio: "\(repaired / .seconds(1))",
                .words: "\(count)", .missing: "\(length(after) / .seconds(1))",
            ])
    }
}
