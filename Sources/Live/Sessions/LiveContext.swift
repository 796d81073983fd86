package import Admission
internal import Framing
package import Journal
package import Net
internal import Continuity
package import Observability
package import Protocols
package import Sessions
package import Settings
package import Speech
package import Store
package import Tracing
package import Usage
package import Vendors

/// State and services that the live sessions of one loop share. Belongs to the loop.
package final class LiveContext {
    package let loop: Loop
    package let journal: JournalLog
    package let transcripts: TranscriptFolder
    package let evaluations: ShadowLog
    package let conversations: ConversationService
    package let gate: GateSettings
    /// Detector that tells speech from other sound; nil when there is none.
    package let voices: (any VoiceDetecting)?
    /// Detector of speech in kept audio; nil when there is none.
    package let listener: SpeechListener?
    /// Model that tells whether turns are over; nil when there is none.
    package let turns: (any TurnJudging)?
    /// Health of the store, of which clients are told that its disk is full.
    let store: StoreHealth
    /// Recovery that takes over sessions whose transcripts are incomplete at their end.
    private let completion: CrashRecovery
    package let metrics: Metrics
    package let usage: UsageRecorder
    package let log: Log
    package let webSocket: WebSocketConfiguration
    /// Balances that clients are warned at, the highest first.
    package let creditWarnings: [Duration]
    package let vendors: VendorConnector
    package let continuity: LiveContinuity
    /// The resumable sessions of all loops.
    package let waiting: ResumableSessions
    package let voiceBudget: VoiceBudget
    /// Tracer of the sessions; nil when nothing is traced.
    package let tracer: Tracer?
    /// Output buffer that all dialects share, because only one dialect runs at a time.
    package var output = ServerOutput()
    package private(set) var sessions: [ObjectIdentifier: LiveSession] = [:]
    /// Number of audio messages that are not counted in `metrics` yet.
    private var frames = 0
    /// Number of the last watcher of a session.
    private var lastWatcher = 0
    private var samples = SampleCount(0)
    private var seconds = 0.0
    private var isDraining = false
    /// True if clients without a session are ended at once.
    private(set) var endsEntrances = false
    private var entrances: [ObjectIdentifier: PreSessionHandler] = [:]

    package init(
        loop: Loop, journal: JournalLog, transcripts: TranscriptFolder, evaluations: ShadowLog, conversations: ConversationService,
        gate: GateSettings, voices: (any VoiceDetecting)?, listener: SpeechListener?, turns: (any TurnJudging)?, store: StoreHealth,
        completion: CrashRecovery,
        metrics: Metrics, usage: UsageRecorder,
        log: Log,
        webSocket: WebSocketConfiguration, webSocketClient: WebSocketClient, continuity: LiveContinuity, waiting: ResumableSessions,
        voiceBudget: VoiceBudget,
        creditWarnings: [Duration], tracer: Tracer?
    ) {
        self.creditWarnings = creditWarnings
        self.loop = loop
        self.journal = journal
        self.transcripts = transcripts
        self.evaluations = evaluations
        self.conversations = conversations
        self.gate = gate
        self.listener = listener
        self.voices = voices
        self.turns = turns
        self.store = store
        self.completion = completion
        self.metrics = metrics
        self.usage = usage
        self.log = log
        self.webSocket = webSocket
        self.continuity = continuity
        self.waiting = waiting
        self.voiceBudget = voiceBudget
        self.tracer = tracer
        vendors = VendorConnector(loop: loop, client: webSocketClient, configuration: webSocket)
    }

    /// Counts a message of audio. The counters are shared by all loops, so single updates would move them from processor to processor.
    package func received(_ count: SampleCount, at rate: SampleRate) {
        frames += 1
        samples += count
        seconds += count.seconds(at: rate)
        if frames == 64 { reportReceived() }
    }

    private func reportReceived() {
        metrics.received(samples, seconds: seconds, inFrames: frames)
        frames = 0
        seconds = 0
        samples = SampleCount(0)
    }

    package func add(_ session: LiveSession) {
        sessions[ObjectIdentifier(session)] = session
        // The session was admitted before the drain, and has begun after it.
        if isDraining { loop.soon { session.drain() } }
    }

    package func remove(_ session: LiveSession) {
        sessions[ObjectIdentifier(session)] = nil
        reportReceived()
    }

    /// Stores the transcript of a session that is over. Then the session's audio is released, or is recognised again.
    ///
    /// The journal keeps the session until the transcript and the conversations have all that it has: a process that is killed, or a machine that loses its
    /// power, before that goes on from the journal.
    ///
    /// - Parameters:
    ///   - conversation: task that ends when all words of the session are stored in its conversations, and the audio of hidden ones is silent;
    ///     false: not all of it could be done.
    ///   - succession: the session's succession to one that a kill of the gateway interrupted; nil: it went on behind none.
    func finish(
        _ transcript: LiveTranscript, _ cursor: JournalCursor, received: SampleCount, behind conversation: Task<Bool, Never>?,
        succession: SessionSuccession?
    ) {
        let id = transcript.record.id
        guard let conversation, transcripts.forgetsSome(of: id) else {
            return store(transcript, cursor, received: received, behind: conversation, succession)
        }
        let context = LoopBound(self, on: loop)
        let retry = StoreRetry(schedule: transcripts.retries, log: log, metrics: metrics)
        Task { [transcripts, conversations] in
            // A deleted part ends where the session went on in another conversation. The store knows that place once the conversation is stored.
            _ = await conversation.value
            // Deleted speech must not be stored again because the store was busy, so the read is repeated.
            let stretches = await retry.run(.transcript, of: id.rawValue) { () throws(StoreError) in
                try await conversations.store.forgottenSpeech(of: id)
            }
            guard let stretches else { return }
            transcripts.forget(stretches, of: id)
            context.enter { $0.store(transcript, cursor, received: received, behind: conversation, succession) }
        }
    }

    private func store(
        _ transcript: LiveTranscript, _ cursor: JournalCursor, received: SampleCount, behind conversation: Task<Bool, Never>?,
        _ succession: SessionSuccession?
    ) {
        let context = LoopBound(self, on: loop)
        let completion = completion, conversations = conversations
        transcripts.finish(transcript, received: received) { stored in
            // A transcript that only the journal can keep is left to the next start.
            guard let stored else { return }
            succession?.has(received.duration(at: stored.transcript.rate))
            let hidden = stored.record.redaction.isEmpty ? nil : stored.record.id
            let audio = LoggedAudio(context: context, cursor: cursor, end: .zero + received, hidden: hidden)
            let isWhole = stored.status == .complete
            // Words that fill gaps may be in the transcript only.
            let isCommitted = isWhole && !stored.transcript.pieces.contains { $0.contains(where: \.isRecovered) }
            if isCommitted, conversation == nil {
                context.enter { $0.release(audio) }
                return
            }
            Task {
                let isStored = await conversation?.value ?? true
                var isDone = isStored && isWhole
                if isDone, !isCommitted { isDone = await conversations.take(stored, onlyRecovered: true) }
                // The recovery keeps the audio until the conversations have the words, too.
                guard isDone else { return await completion.complete(stored.record.id, audio, lacksCommitted: !isStored) }
                await audio.release()
                await conversations.noMoreWords(of: stored.record.id)
            }
        }
    }

    /// Returns the succession of a new session to one that a kill of the gateway interrupted.
    func succession(of successor: ID<Session>, to predecessor: ID<Session>, for user: ID<User>) -> SessionSuccession {
        SessionSuccession(of: successor, to: predecessor, for: user, completion)
    }

    /// Releases audio that is not needed any more.
    package func release(_ audio: LoggedAudio) {
        var cursor = audio.cursor
        journal.close(&cursor, at: audio.end)
        guard let hidden = audio.hidden, let erasing = journal.erasing([hidden]) else { return }
        let context = LoopBound(self, on: loop)
        Task { [log] in
            let isComplete: Bool
            do throws(JournalError) {
                try await erasing.run()
                isComplete = true
            } catch {
                log.error("the audio of hidden words is still in the journal; it is tried again", [.session: hidden.rawValue, .error: "\(error)"])
                isComplete = false
            }
            context.enter { $0.journal.ended(erasing, isComplete: isComplete) }
        }
    }

    package func openSessions(of user: ID<User>) -> [OpenSession] {
        sessions.values.filter { $0.grant.user == user && $0.run != nil }.map(\.snapshot)
    }

    /// Adds a watcher to the session with this id, and tells it the session's state and conversation.
    ///
    /// - Returns: the watcher's number; nil when the user has no such live session.
    package func watch(_ id: ID<Session>, of user: ID<User>, tell: @escaping @Sendable (WatchedEvent) -> Void) -> Int? {
        guard let session = sessions.values.first(where: { $0.id == id && $0.grant.user == user && $0.run != nil }) else { return nil }
        lastWatcher += 1
        session.watchers[lastWatcher] = tell
        tell(.state(session.snapshot))
        if let shown = session.conversation?.shown { tell(.conversation(shown)) }
        if session.lateness.isLate { tell(.late(true)) }
        return lastWatcher
    }

    package func endWatch(_ number: Int, of id: ID<Session>) { sessions.values.first { $0.id == id }?.watchers[number] = nil }

    package func add(_ entrance: PreSessionHandler) { entrances[ObjectIdentifier(entrance)] = entrance }

    package func remove(_ entrance: PreSessionHandler) { entrances[ObjectIdentifier(entrance)] = nil }

    /// Ends the sessions of keys that were revoked or have expired.
    package func end(sessionsOf keys: Set<ID<AccessKey>>) {
        for session in sessions.values where session.grant.owner.key.map(keys.contains) ?? false { session.keyIsOver() }
    }

    /// Leaves a session to another gateway, to which its client has gone.
    package func release(_ id: ID<Session>) { sessions.values.first { $0.clientID == id }?.moved() }

    /// The sessions that other gateways can take over.
    package var openForOthers: Set<ID<Session>> { Set(sessions.values.filter(\.isOpenForOthers).map(\.id)) }

    /// Leaves parts of sessions to other gateways, which have taken them.
    package func release(parts: Set<ID<Session>>) {
        for session in sessions.values where parts.contains(session.id) { session.moved() }
    }

    /// Ends the sessions of a user who is deleted.
    package func end(sessionsOf user: ID<User>) {
        for session in sessions.values where session.grant.user == user { session.keyIsOver() }
    }

    /// Returns the usage of open sessions at the operator's cost, by owner.
    package func openUsage(now: UnixTime) -> [UsageOwner: OpenUsage] {
        var open: [UsageOwner: OpenUsage] = [:]
        for session in sessions.values where session.grant.payer == .operator {
            open[session.grant.owner, default: OpenUsage()] += session.openUsage(now: now)
        }
        return open
    }

    /// Ends the sessions whose limits are used up, and warns those whose limits are nearly used up.
    package func hold(to standings: [UsageOwner: Spending]) {
        for session in sessions.values where session.grant.payer == .operator {
            if let standing = standings[session.grant.owner] { session.hold(to: standing) }
        }
    }

    /// Ends the sessions that began without a key, because the gateway has keys now.
    package func endSessionsWithoutKeys() {
        for session in sessions.values where session.grant.account == nil { session.keyIsOver() }
    }

    /// Ends the clients that have no session yet, and those that come from now on: no session can begin any more. Clients that return to a session
    /// are not ended.
    package func endEntrances() {
        endsEntrances = true
        for entrance in entrances.values where !entrance.resumes { entrance.drain() }
    }

    package func drain() {
        isDraining = true
        endsEntrances = true
        for entrance in entrances.values { entrance.drain() }
        for session in sessions.values { session.drain() }
    }
}
