package import Admission
internal import Framing
package import Journal
package import Net
internal import Continuity
package import Observability
package import Protocols
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
    /// Tells speech from other sound; nil: nothing here does.
    package let voices: (any VoiceDetecting)?
    /// The same for what is kept; nil: nothing here does.
    package let listener: SpeechListener?
    /// Tells whether turns are over; nil: nothing here does.
    package let turns: (any TurnJudging)?
    /// Takes on the sessions whose transcripts are not whole at their end.
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
    /// nil: nothing is traced.
    package let tracer: Tracer?
    /// One buffer for what dialects say, since only one speaks at a time.
    package var output = ServerOutput()
    package private(set) var sessions: [ObjectIdentifier: LiveSession] = [:]
    /// Audio that `metrics` have not been told of.
    private var frames = 0
    private var samples = SampleCount(0)
    private var seconds = 0.0
    private var isDraining = false
    private var entrances: [ObjectIdentifier: PreSessionHandler] = [:]

    package init(
        loop: Loop, journal: JournalLog, transcripts: TranscriptFolder, evaluations: ShadowLog, conversations: ConversationService,
        gate: GateSettings, voices: (any VoiceDetecting)?, listener: SpeechListener?, turns: (any TurnJudging)?, completion: CrashRecovery,
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

    /// Counts a message of audio. The counters are all loops', and touching them each time would send them from processor to processor.
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

    package func add(_ session: LiveSession) { sessions[ObjectIdentifier(session)] = session }

    package func remove(_ session: LiveSession) {
        sessions[ObjectIdentifier(session)] = nil
        reportReceived()
    }

    /// Stores the transcript of a session that is over; then its audio may go, or is needed once more.
    ///
    /// - Parameter conversation: ends when all that its conversation has of it is stored.
    package func finish(_ transcript: LiveTranscript, _ cursor: JournalCursor, received: SampleCount, behind conversation: Task<Void, Never>?) {
        let id = transcript.record.id
        guard let conversation, transcripts.forgetsSome(of: id) else { return store(transcript, cursor, received: received, behind: conversation) }
        let context = LoopBound(self, on: loop)
        let retry = StoreRetry(schedule: transcripts.retries, log: log, metrics: metrics)
        Task { [transcripts, conversations] in
            // What was deleted ends where the session spoke on in another conversation, which is known when that is stored.
            await conversation.value
            // Deleted speech is not stored only because the store could not say that it was deleted.
            let stretches = await retry.run(.transcript, of: id.rawValue) { () throws(StoreError) in
                try await conversations.store.forgottenSpeech(of: id)
            }
            guard let stretches else { return }
            transcripts.forget(stretches, of: id)
            context.enter { $0.store(transcript, cursor, received: received, behind: conversation) }
        }
    }

    private func store(_ transcript: LiveTranscript, _ cursor: JournalCursor, received: SampleCount, behind conversation: Task<Void, Never>?) {
        let context = LoopBound(self, on: loop)
        let completion = completion, conversations = conversations
        transcripts.finish(transcript, received: received) { stored in
            // A transcript that only the journal can keep is for the next start.
            guard let stored else { return }
            let audio = LoggedAudio(context: context, cursor: cursor, end: .zero + received)
            let isWhole = stored.status == .complete
            // Words of gaps may be nowhere but in the transcript.
            guard !isWhole || stored.transcript.pieces.contains(where: { $0.contains(where: \.isRecovered) }) else {
                return context.enter { $0.release(audio) }
            }
            Task {
                await conversation?.value
                guard isWhole else { return await completion.complete(stored.record.id, audio) }
                await conversations.take(stored, onlyRecovered: true)
                await audio.release()
            }
        }
    }

    /// Nobody needs the audio any more.
    package func release(_ audio: LoggedAudio) {
        var cursor = audio.cursor
        journal.close(&cursor, at: audio.end)
    }

    package func add(_ entrance: PreSessionHandler) { entrances[ObjectIdentifier(entrance)] = entrance }

    package func remove(_ entrance: PreSessionHandler) { entrances[ObjectIdentifier(entrance)] = nil }

    /// These keys were taken back, or are over.
    package func end(sessionsOf keys: Set<ID<AccessKey>>) {
        for session in sessions.values where session.grant.owner.key.map(keys.contains) ?? false { session.keyIsOver() }
    }

    /// Returns the usage of open sessions at the operator's cost, by owner.
    package func openUsage(now: UnixTime) -> [UsageOwner: OpenUsage] {
        var open: [UsageOwner: OpenUsage] = [:]
        for session in sessions.values where session.grant.payer == .operator {
            open[session.grant.owner, default: OpenUsage()] += session.openUsage(now: now)
        }
        return open
    }

    /// Ends the sessions whose limits are used up, and warns those whose limits are nearly.
    package func hold(to standings: [UsageOwner: Spending]) {
        for session in sessions.values where session.grant.payer == .operator {
            if let standing = standings[session.grant.owner] { session.hold(to: standing) }
        }
    }

    /// The gateway has keys now: whoever was let in without one is not any more.
    package func endSessionsWithoutKeys() {
        for session in sessions.values where session.grant.account == nil { session.keyIsOver() }
    }

    package func drain() {
        isDraining = true
        for entrance in entrances.values { entrance.drain() }
        for session in sessions.values { session.drain() }
    }
}
