internal import Audio
internal import Continuity
internal import Conversations
internal import Framing
internal import Net
internal import Protocols
internal import Sessions
internal import Speech
internal import Store
internal import Tracing

/// One client's live audio: carries messages between the client's socket, its dialect and its session, and keeps the session's audio in the journal.
///
/// Lives on one loop and is called there only, synchronously. Its timers and streams hold it strongly until its end lets go of them: a weak reference
/// would make every retain on the audio's way take the slow path.
final class LiveSession: LiveHandler, SessionOwner {
    struct Plan {
        var id: ID<Session>
        var started: UnixTime
        var dialect: String
        var machine: any LiveServerMachine
        /// In order of preference; not empty.
        var engines: [EngineEntry]
        /// How many of them hear it.
        var mode: SessionMode = .failover
        /// Whose key is charged; nil on a gateway without keys.
        var payer: KeyUse?
        /// The engines are reached with keys of the client's own.
        var isByOwnKeys = false
        /// The caller's span.
        var caller: TraceParent?
    }

    let payer: KeyUse?
    let id: ID<Session>
    private let started: UnixTime
    private let dialectName: String
    let context: LiveContext
    /// The names of the engines that may serve it; the first is the one that is named to the client.
    private let engines: [EngineEntry]
    private let isByOwnKeys: Bool
    let rate: SampleRate
    /// At which the client counts.
    let clientRate: SampleRate
    let channels: Int
    /// Each channel has messages of its own.
    private let tagsChannels: Bool
    var dialect: any LiveServerMachine
    /// From `start` to the end.
    var run: SessionRun?
    private let plannedRun: SessionRun.Request
    private let record: SessionRecord
    var cursor: JournalCursor
    /// From `start` on.
    private var transcript: LiveTranscript?
    var audio: ClientAudio?
    var client: ClientSocket?
    /// From `start` to the end, when the client may come back.
    var resumable: ResumableRun?
    /// Audio that is in the journal and may not be on the disk yet.
    var unsynced: JournalMark?
    var durabilityTimer: Loop.Timer?
    /// nil when the key's audio is not counted.
    private var meter: CreditMeter?
    /// What its words become part of; nil: they are a transcript only.
    private var conversation: LiveConversation?
    /// Everything that was committed has been told.
    private var isSettled = false
    /// nil: engines hear everything.
    private var gate: SilenceGate?
    /// Attempts that are not over, as they were noted.
    private var attempts: [Int: UsageRun] = [:]
    /// nil when nobody traces.
    private var trace: SessionTrace?
    private var isCarryingOut = false
    var clientIsGone = false
    /// The client said goodbye, or has not left.
    var leftInOrder = true
    var dialectTimer: Loop.Timer?
    /// False while the client waits for what it has sent to be taken.
    var isReading = true
    private var dialectDeadline: ContinuousClock.Instant?
    /// Bytes that wait to be decoded beyond which the client's socket is not read.
    private static let mostUndecoded = 1 << 20

    init(_ plan: Plan, context: LiveContext) {
        id = plan.id
        started = plan.started
        dialectName = plan.dialect
        self.context = context
        engines = plan.engines
        isByOwnKeys = plan.isByOwnKeys
        payer = plan.payer
        dialect = plan.machine
        tagsChannels = plan.machine.tagsChannels
        let request = plan.machine.request
        rate = StreamDecoder.sessionRate(for: request.format)
        clientRate = if case .raw(_, let named, _) = request.format { named } else { rate }
        channels = if request.separateChannels, case .raw(_, _, let count) = request.format { count } else { 1 }
        plannedRun = SessionRun.Request(
            channels: channels,
            options: StreamOptions(
                rate: rate, channels: channels, language: request.language, model: request.model, interims: request.interims,
                timesInterims: request.timesInterims, endpointing: request.endpointing, turn: request.turn, keyterms: request.keyterms,
                diarize: request.diarize,
                formatted: true, shortestPiece: request.shortestPiece),
            engines: plan.engines.compactMap(\.liveEngine), recovery: context.continuity.recovery, mode: plan.mode,
            stall: context.continuity.stall, repairTime: context.continuity.repairTime, voteTime: context.continuity.modes.voteTime,
            repair: context.continuity.repair(by: plan.engines, language: request.language))
        cursor = context.journal.cursor(rate: rate, channels: channels)
        record = SessionRecord(
            id: plan.id, started: plan.started, dialect: plan.dialect, workload: request.workload, language: request.language, model: request.model,
            keyterms: request.keyterms, diarize: request.diarize, engines: plan.isByOwnKeys ? [] : plan.engines.map(\.name),
            owner: payer.map { .init(user: $0.account.user.rawValue, key: $0.account.key?.rawValue ?? "") })
        // Who brings their own words pays for none.
        if let account = payer?.account, account.isCounted, plan.machine.conversation?.takesTranscripts != true {
            let warnings = Set(context.creditWarnings + plan.machine.creditWarnings)
            meter = CreditMeter(account, rate: rate, warnings: warnings.sorted(by: >))
        }
        trace = context.tracer?.begin(under: plan.caller, at: context.loop.now).map { root in
            SessionTrace(
                .init(
                    session: id.rawValue, dialect: dialectName, workload: request.workload, model: request.model, channels: channels, rate: rate),
                root: root)
        }
    }

    /// The client's socket is open.
    func start(_ connection: WebSocketConnection) {
        client = ClientSocket(connection)
        context.add(self)
        context.journal.open(record, cursor: &cursor)
        transcript = context.transcripts.begin(record, rate: rate, channels: channels)
        context.metrics.sessionOpened()
        context.log.info(
            "session started",
            [.session: id.rawValue, .dialect: dialectName, .engine: firstEngine.rawValue, .peer: "\(connection.peer)"])
        startDecoder()
        if let request = dialect.conversation {
            gate = makeGate(request)
            if request.isKept { startConversation(request) }
        }
        let run = SessionRun(plannedRun, connector: context.vendors, owner: self, gate: gate)
        self.run = run
        if dialect.waitsForClient { beResumable(run) }
        let model = engines.first?.capabilities.models.first ?? firstEngine.rawValue
        let start = LiveStart(rate: rate, model: model, credit: meter?.remaining, engine: firstEngine)
        dialect.opened(start, now: context.loop.now, output: &context.output)
        carryOutOutput()
        if let notice = meter?.begin() { account(notice) }
        // Of an engine's health with other keys nothing is known.
        for engine in isByOwnKeys ? [] : context.continuity.health.unavailable { run.availability(engine, isAvailable: false) }
        run.start()
        conversation?.start()
    }

    private func startConversation(_ request: ConversationRequest) {
        conversation = LiveConversation(
            session: id, user: payer?.account.user ?? .local, request: request, language: dialect.request.language, started: started,
            rate: rate, channels: channels, desk: context.conversations, loop: context.loop,
            audio: { [self] range in heard(range) }
        ) { [self] event in
            guard !clientIsGone else { return }
            dialect.conversation(event, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
    }

    /// Kept audio of a session of one channel; nil when it is gone.
    private func heard(_ range: SampleRange) -> [Int16]? {
        guard channels == 1 else { return nil }
        var samples: [Int16] = []
        samples.reserveCapacity(Int(range.count.samples))
        do throws(AudioLost) {
            try replay(range) { pcm in
                pcm.withUnsafeBytes { PCM.appendSamples(linear16: $0, to: &samples) }
            }
            return samples
        } catch {
            return nil
        }
    }

    /// Not for sessions that tell their channels apart: engines hear those together.
    private func makeGate(_ request: ConversationRequest) -> SilenceGate? {
        let mode: GateSettings.Mode =
            switch request.gate {
            case .operatorsChoice: context.gate.mode
            case .on: .on
            case .off: .off
            }
        guard mode != .off, channels == 1, let voices = context.voices else { return nil }
        do throws(EngineError) {
            guard let windows = try VoiceActivityWindows(voices, rate: rate, channels: channels) else { return nil }
            var rule = context.gate.rule
            if context.turns == nil { rule.unfinished = nil }
            return SilenceGate(windows, rule: rule, isShadow: mode == .shadow, rate: rate)
        } catch {
            // It goes on without: what costs a little more is better than what does not hear.
            gateFailed()
            return nil
        }
    }

    /// Asks whether the speaker is done, where the gate waits for that.
    func paused(at position: SampleIndex) {
        guard context.gate.rule.unfinished != nil, let turns = context.turns else { return }
        let start = max(.zero, position - SampleCount(turns.longestTurn, at: rate))
        guard let samples = heard(SampleRange(start, position)) else { return }
        let session = LoopBound(self, on: context.loop)
        Self.judge(samples, rate, turns) { isOver in session.enter { $0.gate?.judged(isOver: isOver, at: position) } }
    }

    /// - Parameter tell: called on any thread, unless it cannot be told.
    private static func judge(_ samples: [Int16], _ rate: SampleRate, _ turns: any TurnJudging, tell: @escaping @Sendable (Bool) -> Void) {
        Task { if let isOver = await turns.isComplete(turn: SpeechSamples.floats(samples, rate)) { tell(isOver) } }
    }

    func gateFailed() {
        context.metrics.gateFailed()
        context.log.warning("a session's gate lets everything through", [.session: id.rawValue])
    }

    private var firstEngine: EngineName { engines.first?.name ?? .local }

    func drain() {
        dialect.drain(now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    // MARK: - From the client

    func received(binary: RawSpan, on connection: WebSocketConnection) {
        // A client that came back may still be heard on the connection that it left.
        guard connection === client?.connection else { return }
        switch dialect.receivedBinary(byteCount: binary.byteCount, now: context.loop.now) {
        case .audio: audio(binary)
        case .answered(let isAudio):
            if isAudio { audio(binary) }
            dialect.answerBinary(now: context.loop.now, output: &context.output)
            carryOutOutput()
        case .command(let command): take(command)
        case .refused(let code, let reason): refuse(code: code, reason: reason)
        case .refusedInBand(let refusal):
            for message in refusal.messages { client?.send(text: message.span.bytes) }
            refuse(code: refusal.code, reason: refusal.reason)
        case .ignored: break
        }
    }

    func received(text: RawSpan, on connection: WebSocketConnection) {
        guard connection === client?.connection else { return }
        dialect.receivedText(text, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        guard connection === client?.connection else { return }
        client = nil
        guard run != nil else { return gone(close) }
        // Who says goodbye does not come back.
        if resumable != nil, dialect.waitsForClient, close.code != 1_000 { lost(close) } else { gone(close) }
    }

    private func gone(_ close: WebSocketClose) {
        clientIsGone = true
        leftInOrder = close.code == 1_000
        dialectTimer?.cancel()
        dialectTimer = nil
        guard let run else { return }
        context.log.info("client left its session", [.session: id.rawValue, .code: "\(close.code)"])
        run.command(.abandon)
    }

    private func audio(_ bytes: RawSpan) {
        guard let audio else { return }
        var bytes = bytes, channel = ChannelIndex.first
        if tagsChannels {
            let tag = bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
            let named = dialect.channel(of: tag, now: context.loop.now, output: &context.output)
            carryOutOutput()
            guard let named else { return }
            channel = named
            bytes = bytes.extracting(1..<bytes.byteCount)
        }
        audio.push(bytes, of: channel) { pcm in self.pcm(pcm) }
        if audio.bufferedBytes > Self.mostUndecoded { read(false) }
    }

    /// Takes what was made on a thread of its own, or has waited for another channel.
    private func takeDecoded() {
        guard let audio else { return }
        switch audio.take(pcm: { pcm in self.pcm(pcm) }) {
        case .finished: run?.command(.finish)
        case .failed(let error): undecodable(error)
        case nil: break
        }
        if audio.bufferedBytes <= Self.mostUndecoded / 2, run?.isHoldingClient != true { read(true) }
    }

    /// Reads on from the client, or lets it wait.
    private func read(_ reads: Bool) {
        guard reads != isReading else { return }
        isReading = reads
        dialect.clientIsHeld(now: context.loop.now)
        if reads { client?.resumeReading() } else { client?.pauseReading() }
    }

    func startDecoder() {
        let session = LoopBound(self, on: context.loop)
        let request = dialect.request
        do {
            audio = try ClientAudio(
                request.format, channels: channels, isTagged: tagsChannels, loop: context.loop,
                ready: { session.loop.execute { session.enter { $0.takeDecoded() } } }, late: { [self] in takeDecoded() })
        } catch {
            context.loop.soon { [self] in undecodable(error) }
        }
    }

    /// Whole frames of 16-bit PCM, at the session's rate and with its channels.
    func pcm(_ pcm: RawSpan) {
        var pcm = pcm
        // Heard before the connection was lost.
        if let known = resumable?.repeated(of: SampleCount(pcm.byteCount / (2 * channels))), known > .zero {
            pcm = pcm.extracting(Int(known.samples) * 2 * channels..<pcm.byteCount)
            if pcm.isEmpty { return }
        }
        if let paid = pay(for: SampleCount(pcm.byteCount / (2 * channels))) { pcm = pcm.extracting(first: Int(paid.samples) * 2 * channels) }
        conversation?.audioBegan()
        if let count = run?.push(pcm) { context.received(count) }
    }

    // MARK: - The key

    /// Charges audio to the key.
    ///
    /// - Returns: how much of it is paid for; nil when nobody counts.
    private func pay(for count: SampleCount) -> SampleCount? {
        guard let (paid, notice) = meter?.pay(for: count) else { return nil }
        // Behind this audio, and not from inside the decoder.
        if let notice { context.loop.soon { [self] in account(notice) } }
        return paid
    }

    private func account(_ notice: AccountNotice) {
        guard let run, !run.isEnded else { return }
        if !clientIsGone {
            dialect.account(notice, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        switch notice {
        case .low: break
        case .exhausted: run.command(.finish)
        case .revoked: run.fail(.unauthorised("The key was taken back, or is over."))
        }
    }

    /// All sessions know of an engine's health together.
    func availability(_ engine: EngineName, isAvailable: Bool) {
        if !isByOwnKeys { run?.availability(engine, isAvailable: isAvailable) }
    }

    /// The key was taken back, or is over.
    func keyIsOver() { account(.revoked) }

    private func take(_ command: SessionCommand) {
        // Audio that is still being decoded comes before the end.
        if command == .finish, let audio {
            audio.finish()
            takeDecoded()
            return
        }
        run?.command(command)
    }

    private func undecodable(_ error: MediaError) {
        context.log.info("audio of a session cannot be decoded", [.session: id.rawValue, .error: "\(error)"])
        run?.fail(EngineError(error))
    }

    private func refuse(code: UInt16, reason: String) {
        context.log.info("session refused a message", [.session: id.rawValue, .code: "\(code)"])
        client?.close(code: code, reason: reason)
        run?.command(.abandon)
    }

    // MARK: - From the session

    func keep(_ audio: UnsafeRawBufferPointer, _ range: SampleRange) {
        context.journal.append(audio: audio, range, cursor: &cursor)
        conversation?.keep(audio, range)
        trace?.received(through: range.end, now: context.loop.now)
    }

    func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
        do {
            try context.journal.read(range, cursor: cursor) { body($0.bytes) }
        } catch {
            context.log.error("audio cannot be read back", [.session: id.rawValue, .error: "\(error)"])
            throw AudioLost("the journal has lost it")
        }
    }

    func record(_ commit: Commit, turn: Int) {
        let bytes = CommitRecord.encode(commit, turn: turn)
        context.journal.append(commit: bytes, at: commit.range.start, cursor: &cursor)
        transcript?.append(commit: bytes, at: commit.range.start)
        context.metrics.committed(words: commit.words.count)
        if let run, !commit.words.isEmpty { context.metrics.finalCame(behind: (run.received - commit.range.end).seconds(at: rate)) }
    }

    func hold(_ isHeld: Bool) { read(!isHeld) }

    func creditsLow(_ engine: EngineName, _ remaining: Duration) {
        context.log.warning("engine is nearly out of credit", [.engine: engine.rawValue, .seconds: "\(remaining.components.seconds)"])
    }

    func skipped(_ engine: EngineName, _ problem: String) { context.metrics.skippedMessage(engine: engine) }

    func began(_ attempt: Beginning, _ number: Int) {
        attempts[number] = context.usage.begin(attempt, of: record, rate: rate, payer: isByOwnKeys ? .user : .operator)
    }

    func ran(_ run: RecognitionRun, _ number: Int?) {
        context.metrics.ran(run)
        context.usage.note(run, of: record, begun: number.flatMap { attempts.removeValue(forKey: $0) })
        if !isByOwnKeys { context.continuity.health.ran(run) }
        if let span = trace?.ran(run) { context.tracer?.take([span]) }
        let engine = run.engine.rawValue, reason = run.outcome.label
        switch (run.kind, run.outcome) {
        case (.stream, .completed), (.stream, .cancelled), (.stream, .declined), (.shadow, _): break
        case (.stream, .failed(let error)):
            context.log.warning("engine stream failed", [.session: id.rawValue, .engine: engine, .error: "\(error)"])
        case (.stream, .stalled), (.stream, .connectTimedOut):
            context.log.warning("engine stream given up", [.session: id.rawValue, .engine: engine, .reason: reason])
        case (.repair, _), (.recovery, _), (.recording, _):
            let length = "\(run.audio / .seconds(1))"
            context.log.info("audio repaired", [.session: id.rawValue, .engine: engine, .reason: reason, .seconds: length])
        }
    }

    func counted(_ tally: SessionTally, since before: SessionTally) {
        context.metrics.counted(lateFinals: tally.lateFinals - before.lateFinals, changedWords: tally.changedWords - before.changedWords)
    }

    func mend(_ mend: Mend) {
        context.metrics.mended(engine: mend.engine, mend.range.count)
        // Of which turn it is, the transcript knows.
        let commit = Commit(channel: mend.channel, range: mend.range, words: mend.words, reason: .pause, engine: mend.engine)
        let bytes = CommitRecord.encode(commit, turn: 0)
        context.journal.append(mend: bytes, at: mend.range.start, cursor: &cursor)
        transcript?.append(mend: bytes, at: mend.range.start)
    }

    func evaluated(_ evaluation: Evaluation) {
        context.metrics.evaluated(evaluation)
        context.evaluations.add(evaluation, of: id, at: .now, rate: rate)
    }

    func hear(_ event: SessionEvent) {
        // Its last words are shown before its end is.
        if case .ended = event, let conversation, !isSettled {
            conversation.settled { [self] in
                isSettled = true
                // Its words are all told; whoever still listens hears what becomes of the conversation.
                guard !clientIsGone, client != nil, leftInOrder, case .ended(let end) = event, end.error == nil else { return hear(event) }
                conversation.concluded { [self] in hear(event) }
            }
            return
        }
        if trace != nil { traced(event) }
        if case .interim = event { context.metrics.interim() }
        if case .gap(let channel, let range, let error) = event {
            context.metrics.gap(engine: firstEngine, range.count)
            transcript?.note(.init(channel: channel, range: range, cause: GapCause(error)))
        }
        if case .commit(let commit) = event {
            conversation?.committed(commit.words, in: commit.channel, by: commit.engine, model: run?.model(of: commit.engine))
        }
        if !clientIsGone {
            var event = event
            if case .ended(var end) = event, end.error == nil, meter?.isExhausted == true {
                end.error = .quotaExhausted("The key has no credit left.")
                event = .ended(end)
            }
            if case .ready = event, let engine = run?.servingEngine { dialect.served(by: engine) }
            dialect.session(event, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        if case .ended(let end) = event { ended(end) }
    }

    private func traced(_ event: SessionEvent) {
        var model: String?
        if case .commit(let commit) = event { model = run?.model(of: commit.engine) }
        if let spans = trace?.heard(event, model: model, now: context.loop.now) { context.tracer?.take(spans) }
    }

    private func ended(_ end: SessionEnd) {
        if let transcript { context.finish(transcript, cursor, received: end.received) }
        audio?.cancel()
        audio = nil
        run = nil
        notResumable()
        // Who says goodbye leaves the session without waiting for its end.
        conversation?.ended(inOrder: leftInOrder && (end.error == nil || clientIsGone && end.error == .cancelled))
        conversation = nil
        if let savings = gate?.savings { context.metrics.gated(savings, rate: rate) }
        gate = nil
        if dialect.request.workload == .pushToTalk {
            context.voiceBudget.spend(SampleCount(end.received.samples).duration(at: rate), by: payer?.account.user ?? .local, now: .now)
        }
        let outcome = Metrics.Outcome(end.error)
        context.metrics.sessionEnded(dialect: dialectName, engine: firstEngine, outcome)
        context.log.info(
            "session ended",
            [
                .session: id.rawValue, .reason: outcome.rawValue, .seconds: "\(end.received.seconds(at: rate))",
                .bytes: "\(end.received.samples * Int64(2 * channels))",
            ])
        context.remove(self)
    }

    /// Does what the dialect put into the shared output. What it sets off may put more there, which the outermost call does too.
    func carryOutOutput() {
        guard !isCarryingOut else { return }
        isCarryingOut = true
        var next = 0
        while next < context.output.actions.count {
            let action = context.output.actions[next]
            next += 1
            switch action {
            case .send(let range): client?.send(text: context.output.bytes.span.bytes.extracting(range))
            case .command(let command): take(command)
            case .converse(let command): conversation?.command(command)
            case .audio(let bytes): audio(bytes.span.bytes)
            case .close(let code, let reason): client?.close(code: code, reason: reason)
            }
        }
        context.output.removeAll()
        isCarryingOut = false
        armDialectTimer()
    }

    /// Reading it from the property would copy the whole machine.
    private static func deadline(of dialect: inout any LiveServerMachine) -> ContinuousClock.Instant? { dialect.deadline }

    func armDialectTimer() {
        guard !clientIsGone, let deadline = Self.deadline(of: &dialect) else {
            dialectTimer?.cancel()
            dialectTimer = nil
            return
        }
        if dialectTimer != nil, let armed = dialectDeadline, armed <= deadline { return }
        dialectTimer?.cancel()
        dialectDeadline = deadline
        dialectTimer = context.loop.schedule(at: deadline) { [self] in
            dialectTimer = nil
            if !isReading { dialect.clientIsHeld(now: context.loop.now) }
            dialect.timePassed(now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
    }
}
