package import Continuity
import Net
import Protocols
package import Speech
package import Vendors

/// A live session between its audio and its engines. Carries out the decisions of the session's machine.
///
/// Lives on one loop and is called there only, synchronously. Until the session's end, its timers and streams hold the driver strongly, and the
/// driver holds its observer strongly: a weak reference would make every retain on the audio's path slow.
package final class SessionDriver {
    package struct Request: Sendable {
        package var channels: Int
        /// Options as the client wants them; language and channels are fitted to each engine.
        package var options: StreamOptions
        /// The engines in order of preference; not empty.
        package var engines: [LiveEngine]
        package var recovery: FailoverPolicy.Rule
        package var mode: SessionMode
        /// Maximum silence of an engine that was sent speech; zero: no limit.
        package var stall: Duration
        /// Maximum time for the repair of a fault before a gap is reported.
        package var repairTime: Duration
        /// Maximum wait of one engine's final for the other engines' votes, in modes with several engines.
        package var voteTime: Duration
        /// Maximum time that an engine may take to open when no other engine is left to try.
        package var connectTime: Duration
        /// Maximum silence of the last engine once it was told that no more audio comes; nil: it is asked again.
        package var endTime: Duration?
        /// The repair of gaps; nil: nothing is repaired, and the next engine is sent the unfinished audio at its pace.
        package var repair: RepairSettings?
        /// Voice detector used without a VAD gate: before an engine is called stalled, it checks whether the unanswered audio has speech. nil: loud
        /// audio counts as speech.
        package var voices: (any VoiceListening)?
        /// Speech of the session's user, which an engine with speaker labels hears first: 16-bit little-endian PCM at the session's rate, one
        /// channel. Empty: no engine hears such speech.
        package var prelude: [UInt8] = []
        /// The last words of the session that this one goes on behind, for redaction; nil: there is none.
        package var said: SaidBefore?

        package init(
            channels: Int = 1, options: StreamOptions, engines: [LiveEngine], recovery: FailoverPolicy.Rule = .init(), mode: SessionMode = .failover,
            stall: Duration = .seconds(3), repairTime: Duration = .seconds(4), voteTime: Duration = .milliseconds(1_500),
            connectTime: Duration = .seconds(10), endTime: Duration? = nil, repair: RepairSettings? = nil, voices: (any VoiceListening)? = nil
        ) {
            self.channels = channels
            self.options = options
            self.engines = engines
            self.recovery = recovery
            self.mode = mode
            self.stall = stall
            self.repairTime = repairTime
            self.voteTime = voteTime
            self.connectTime = connectTime
            self.endTime = endTime
            self.repair = repair
            self.voices = voices
        }
    }

    private let connector: VendorConnector
    private let prelude: [UInt8]
    /// The stream that hears the user before a leg takes it; nil: there is no such stream, or a leg has taken it.
    private var preceded: (engine: EngineName, stream: PrimedStream, model: String?, since: Instant)?
    private let engines: [LiveEngine]
    /// The last session of each gateway that is an engine, by the first channel that the gateway hears.
    private var gatewaySessions: [EngineName: [Int: String]] = [:]
    private let channels: Int
    private let journal: any SessionJournal
    /// The session's observer; nil after the session's end.
    private var observer: (any SessionObserver)?
    private var options: StreamOptions
    private var machine: SessionMachine
    private var legs: [LegConnection] = []
    /// Loudness of the audio; nil if loudness is not needed, because all engines run in this process, or if the gate measures it.
    private var meter: LoudnessMeter?
    /// The session's gate, which also reports loud audio; nil: engines hear everything.
    private let gate: SilenceGate?
    private let repairSettings: RepairSettings?
    private let voices: (any VoiceListening)?
    private var repairs: [RepairID: RepairWork] = [:]
    /// Redaction of the session's words; nil: nothing is hidden.
    private var redaction: SessionRedaction?
    /// An attempt that has not ended.
    private struct Attempt {
        /// Number of attempts of the session that began before this one.
        var number: Int
        var model: String?
        /// The vendor's identifier of its session; nil: none came yet.
        var session: String?
        /// The gated stream, if the stream is behind a gate; nil otherwise.
        var gated: GatedStream?
        /// Opening and closing of the attempt's connections.
        var connection = ConnectionTime()
        /// The features that the attempt was asked for at its beginning, or in its stream later, without those that its engine refused.
        var features: Set<BilledFeature>
    }

    private var attempts: [AttemptRecord.Kind: Attempt] = [:]
    private var begun = 0
    /// The counters that the observer was given last.
    private var tally = SessionTally()
    /// Number of calls of `run` that have begun and not ended.
    private var depth = 0
    /// True if a commit was recorded since the journal was last told what it may forget.
    private var hasRecorded = false
    private var scratch: [UInt8] = []
    private var timer: Loop.Timer?
    private var timerDeadline: Instant?

    /// - Parameter gate: keeps silence from engines; nil: engines hear everything.
    package init(
        _ request: Request, connector: VendorConnector, journal: any SessionJournal, observer: any SessionObserver, gate: SilenceGate? = nil
    ) {
        self.connector = connector
        self.journal = journal
        self.observer = observer
        engines = request.engines
        prelude = request.mode == .failover ? request.prelude : []
        channels = request.channels
        options = request.options
        let rate = options.rate
        redaction = SessionRedaction(options.redaction, channels: request.channels, behind: request.said)
        repairSettings = request.repair
        // A gate lets only speech through.
        voices = gate == nil ? request.voices : nil
        let isWatched = request.stall > .zero && request.engines.contains { if case .vendor = $0.access { true } else { false } }
        self.gate = gate
        let isMeasured = request.repair != nil || isWatched || gate != nil
        if isMeasured, gate == nil { meter = LoudnessMeter(rate: rate, channels: request.channels) }
        machine = SessionMachine(
            .init(
                rate: rate, channels: channels,
                engines: request.engines.map { engine in
                    // An engine of this process must hold the audio that it is sent, so the audio ahead of its answers is limited. A vendor states
                    // its pace.
                    let isInProcess = if case .inProcess = engine.access { true } else { false }
                    // A gateway watches its own engines, and its stream decides itself when to give it up.
                    let isVendor = if case .vendor = engine.access { true } else { false }
                    let limits = Leg.Limits(pace: engine.pace, unanswered: isInProcess ? SampleCount(.seconds(30), at: rate) : nil)
                    return SessionEngine(
                        engine.name, limits: limits, channelsPerLeg: engine.capabilities.channelsPerStream, cap: engine.sessionCap,
                        slowness: engine.slowness, isWatched: isVendor, hasWordTimes: engine.capabilities.timesWords(of: request.options.model))
                }, recovery: request.recovery, mode: request.mode, repairers: request.repair?.engines.map(\.name) ?? [],
                repairTime: request.repairTime, stall: isWatched ? request.stall : Self.forEver, measuresLoudness: isMeasured,
                tellsVoices: voices != nil, connectTime: request.connectTime, endTime: request.endTime, voteTime: request.voteTime))
    }

    private static let forEver: Duration = .seconds(1_000_000_000)

    /// End of the received audio.
    package var received: SampleIndex { machine.timeline.end }

    package var isEnded: Bool { machine.isEnded }

    /// True until the end of the session or of the client's audio: `push` takes audio.
    package var takesAudio: Bool { machine.takesAudio }

    /// The first engine that takes the session's audio; nil when there is none.
    package var servingEngine: EngineName? { machine.servingEngine }

    package var isHoldingClient: Bool { machine.isHoldingClient }

    /// Returns the engine's name for the requested model; nil when the name is not known or the engine has no stream now.
    package func model(of engine: EngineName) -> String? { legs.last { $0.engine == engine }?.model }

    /// Opens the first streams.
    package func start() {
        run(machine.start(now: connector.loop.now))
        if !prelude.isEmpty { precede() }
    }

    /// Takes whole frames of 16-bit little-endian PCM, all channels.
    ///
    /// - Returns: the amount of audio; nil after the end of the audio.
    package func push(_ pcm: RawSpan) -> SampleCount? {
        guard !pcm.isEmpty else { return nil }
        if meter != nil { measure(pcm) }
        let heard = gate?.hear(pcm) { range in note(speech: range) } ?? []
        guard let receipt = machine.received(SampleCount(pcm.byteCount / (2 * channels)), now: connector.loop.now) else { return nil }
        journal.keep(pcm, receipt.range)
        for index in legs.indices where receipt.goesToLeg(in: legs[index].slot) { send(pcm, to: legs[index]) }
        if receipt.needsPump { run(machine.pump(now: connector.loop.now)) }
        for event in heard { decided(event) }
        return receipt.range.count
    }

    private func note(speech range: SampleRange) {
        for channel in 0..<channels { machine.noteLoud(range, in: ChannelIndex(channel)) }
    }

    /// Handles an event of the gate. The engines have just been sent the audio.
    private func decided(_ event: VADGate.Event) {
        switch event {
        case .opened: break
        // An engine of this process detects the end of a turn by itself.
        case .paused(let position):
            noteSpeech()
            for leg in legs where !isInProcess(leg.engine) { leg.gated?.settle() }
            observer?.observe(.paused(at: position))
        case .closed: for leg in legs { leg.gated?.settle() }
        case .doubted:
            noteSpeech()
            observer?.observe(.gateFailed)
        }
    }

    /// Tells the observer what the gate has heard since the last pause.
    private func noteSpeech() {
        if let range = gate?.takeSpeech() { observer?.observe(.heard(HeardSpeech(channel: .first, range: range))) }
    }

    /// Takes a finding of an engine. Where there is a gate, the gate tells who speaks when.
    private func heard(_ hearing: EngineHearing, from leg: LegID) {
        guard let leg = legs.first(where: { $0.id == leg }) else { return }
        switch leg.place(hearing) {
        case .speech(let speech): if gate == nil { observer?.observe(.heard(speech)) }
        case .turn(let judgment): observer?.observe(.judged(judgment))
        case .decided(let channel, let position):
            guard leg.gated != nil else { return tell(position, in: channel, of: leg) }
            // The events of a gated stream come a step later, and so does this: their order stays.
            connector.loop.soon { [self] in tell(position, in: channel, of: leg) }
        case nil: break
        }
    }

    /// Tells the observer how far an engine has come, or that finals which the engine has told are held back.
    private func tell(_ position: SampleIndex, in channel: ChannelIndex, of leg: LegConnection) {
        let passes = machine.passesFinals(of: leg.id, in: channel)
        observer?.observe(.decided(channel, through: passes ? position : nil, by: leg.engine))
    }

    private func isInProcess(_ engine: EngineName) -> Bool {
        engines.contains { if $0.name == engine, case .inProcess = $0.access { true } else { false } }
    }

    /// Reports that `count` samples were lost before they came. They become a gap, and the next audio lies behind it.
    package func missed(_ count: SampleCount) {
        let heard = gate?.skip(count) ?? []
        run(machine.missed(count, now: connector.loop.now))
        for event in heard { decided(event) }
    }

    private func measure(_ pcm: RawSpan) {
        meter?.measure(pcm, from: machine.timeline.end) { channel, range in machine.noteLoud(range, in: channel) }
    }

    /// Sends audio that streams hold back to fill a larger piece.
    package func flush() {
        for leg in legs { leg.stream.flush() }
    }

    package func command(_ command: SessionCommand) {
        if case .update(let change) = command { return update(change) }
        run(machine.command(command, now: connector.loop.now))
    }

    /// Sets whether new streams may be opened at this engine, with which other sessions have had trouble.
    package func availability(_ engine: EngineName, isAvailable: Bool) {
        run(machine.availability(engine, isAvailable: isAvailable, now: connector.loop.now))
    }

    /// Ends the session where its final words end, if the client has the audio behind and goes on there in another session.
    ///
    /// - Parameter start: start of the audio that the client has. If the final words end before it, the session goes on.
    package func leave(from start: SampleIndex) { run(machine.leave(from: start, now: connector.loop.now)) }

    /// Ends the session for a reason that lies outside its engines.
    package func fail(_ error: EngineError) {
        guard !machine.isEnded else { return }
        run(machine.fail(error, now: connector.loop.now))
    }

    /// Changes options in the engines' running streams if all engines can; otherwise by new streams from here on.
    private func update(_ change: StreamChange) {
        var changed = options
        changed.apply(change)
        guard changed != options else { return }
        let former = options, now = connector.loop.now
        options = changed
        forgetPreceded()
        let running = engines.filter { engine in machine.legs.contains { $0.engine == engine.name && !$0.isShadow } }
        let inStream = running.allSatisfy { change.isInStream(of: $0.name, $0.capabilities, from: former, to: changed, now: now) }
        run(machine.update(inStream: inStream, options, now: now))
    }

    /// Opens new streams with the session's options, because an engine did not take a change in its open stream. A stream that ends needs no other.
    private func changeWasRefused(by id: LegID) {
        guard let leg = machine.legs.first(where: { $0.id == id }), !leg.isEnding, !leg.isFailed, !leg.isShadow else { return }
        run(machine.update(inStream: false, options, now: connector.loop.now))
    }

    // MARK: - Engines

    /// Takes an event of an engine, for its leg or for the gate between the two.
    private func hear(_ event: EngineEvent, from leg: LegID) {
        noteConnection(event, of: leg)
        guard gate?.isShadow == false else { return engine(event, from: leg) }
        legs.first { $0.id == leg }?.gated?.hear(event)
    }

    private func noteConnection(_ event: EngineEvent, of leg: LegID) {
        let isOpen: Bool
        switch event {
        case .opened: isOpen = true
        case .closed: isOpen = false
        case .speechStarted, .interim, .final, .turnEnded, .flushed, .notice, .skipped: return
        }
        guard let kind = machine.legs.first(where: { $0.id == leg }).map(AttemptRecord.Kind.init) else { return }
        let now = connector.loop.now
        if isOpen { attempts[kind]?.connection.opened(now) } else { attempts[kind]?.connection.closed(now) }
    }

    /// Returns the time for which an attempt has been connected to its engine; nil when it was not connected yet, or is over.
    ///
    /// - Parameter number: the attempt's number, which the observer was told.
    package func connected(of number: Int, now: Instant) -> Duration? {
        attempts.values.first { $0.number == number }?.connection.duration(until: now)
    }

    /// Returns the features that an attempt was asked for until now, in its open stream too.
    ///
    /// - Parameter number: the attempt's number, which the observer was told.
    package func features(of number: Int) -> Set<BilledFeature> { attempts.values.first { $0.number == number }?.features ?? [] }

    private func engine(_ event: EngineEvent, from leg: LegID) {
        switch event {
        case .skipped(let problem): if let engine = engine(of: leg) { observer?.observe(.messageSkipped(engine, problem: problem)) }
        case .notice(let notice):
            if let leg = machine.legs.first(where: { $0.id == leg }) { note(notice, in: AttemptRecord.Kind(leg)) }
            if let engine = engine(of: leg) { observer?.observe(.engine(engine, notice)) }
        case .opened, .speechStarted, .interim, .final, .turnEnded, .flushed, .closed: break
        }
        run(machine.engine(event, from: leg, now: connector.loop.now))
        if case .notice(.changeRefused) = event { changeWasRefused(by: leg) }
    }

    /// Keeps what an engine's notice says about an attempt.
    private func note(_ notice: EngineNotice, in attempt: AttemptRecord.Kind) {
        switch notice {
        case .session(let session): attempts[attempt]?.session = session.id
        case .changeRefused(_, let unbilled?): attempts[attempt]?.features.subtract(unbilled.features)
        case .changeRefused(_, nil), .message, .creditsLow, .complaint, .sessionEnded: break
        }
    }

    private func engine(of leg: LegID) -> EngineName? { legs.first { $0.id == leg }?.engine }

    private func open(_ id: LegID) {
        guard let leg = machine.legs.first(where: { $0.id == id }), let engine = engines.first(where: { $0.name == leg.engine }) else { return }
        let gated = gate.flatMap { $0.isShadow ? nil : $0 }.map { gate in
            GatedStream(origin: leg.origin, channels: leg.channels.count, rate: options.rate, passages: { gate.passages }) { [connector] event in
                // Not during this call: the machine must first finish its present work.
                connector.loop.soon { [self] in self.engine(event, from: id) }
            }
        }
        let isShadow = leg.isShadow
        let since = preceded?.since, taken = takePreceded(id, engine)
        let own = fitted(options, to: engine, channels: leg.channels.count)
        let (stream, model) = taken ?? connect(id, to: engine, own, isHeard: !isShadow)
        gated?.open(stream) { [self] in
            // The session's options may have changed since.
            connect(id, to: engine, fitted(options, to: engine, channels: leg.channels.count), isHeard: !isShadow).stream
        }
        let kind = leg.isShadow ? RecognitionAttempt.Kind.shadow : .stream
        begin(
            AttemptRecord.Kind(leg),
            AttemptStart(
                kind, by: engine.name, model: model, from: leg.origin, length: nil, channels: leg.channels.count,
                features: Catalogue.billedFeatures(of: own, by: engine.name)),
            gated)
        // The stream that precedes a leg is billed from its own beginning.
        if taken != nil, let since { attempts[AttemptRecord.Kind(leg)]?.connection.opened(since) }
        legs.append(
            LegConnection(
                id: id, slot: leg.slot, engine: engine.name, stream: gated ?? stream, gated: gated, channels: leg.channels, sessionChannels: channels,
                model: model, origin: leg.origin))
    }

    /// - Parameters:
    ///   - own: the session's options, fitted to the engine and to the stream's channels.
    ///   - isHeard: true if the observer is told what the engine's listening finds.
    private func connect(
        _ id: LegID, to engine: LiveEngine, _ own: StreamOptions, isHeard: Bool
    ) -> (stream: any EngineStream, model: String?) {
        let channel = isHeard ? machine.legs.first(where: { $0.id == id })?.channels.lowerBound : nil
        return connect(to: engine, own, from: channel, hear: isHeard ? { [self] hearing in heard(hearing, from: id) } : nil) { [self] event in
            hear(event, from: id)
        }
    }

    /// - Parameter channel: the first channel that the engine hears for the session's words; nil: the stream is not for them.
    private func connect(
        to engine: LiveEngine, _ options: StreamOptions, from channel: Int? = nil, hear: ((EngineHearing) -> Void)? = nil,
        deliver: @escaping (EngineEvent) -> Void
    ) -> (stream: any EngineStream, model: String?) {
        switch engine.access {
        case .inProcess(let engine):
            let listener = LoopBound(deliver, on: connector.loop)
            // Not during this call: an engine that answers before `open` returns would speak to a leg that does not exist yet.
            let deliver: @Sendable (EngineEvent) -> Void = { event in listener.loop.execute { listener.withValue { $0(event) } } }
            guard let hear, let hearing = engine as? any HearingEngine else {
                return (engine.open(options, deliver: deliver), engine.hearingModel(for: options))
            }
            let ear = LoopBound(hear, on: connector.loop)
            let stream = hearing.open(options, hear: { found in ear.loop.execute { ear.withValue { $0(found) } } }, deliver: deliver)
            return (stream, engine.hearingModel(for: options))
        case .vendor(let vendor, let settings):
            let stream = VendorStream(vendor, settings: settings, options: options, context: connector, deliver: deliver)
            return (stream, stream.model)
        case .resumable(let service):
            // A gateway reads the last words of its session before, so that it hides the rest of a number whose beginning was said there.
            let earlier = channel.flatMap { gatewaySessions[engine.name]?[$0] }
            let stream = ResumingStream(
                service, options: options, continuing: earlier, on: connector.loop,
                began: { [self] session in if let channel { gatewaySessions[engine.name, default: [:]][channel] = session } },
                deliver: deliver)
            return (stream, options.model)
        }
    }

    // MARK: - Priming with the user's speech

    /// Opens another stream of the first engine, which hears the user's speech while a leg hears the session. The stream then takes over.
    private func precede() {
        guard let engine = engines.first, channels == 1, engine.capabilities.speakers, engine.capabilities.timesWords(of: options.model) else {
            return
        }
        let name = engine.name
        let stream = PrimedStream(prelude, rate: options.rate, isPaced: engine.pace != nil, on: connector.loop) { [self] in
            guard !machine.isEnded else { return }
            // If another engine hears the session, the stream would only be sent silence to the end.
            guard let actions = machine.renew(name, now: connector.loop.now) else { return forgetPreceded() }
            run(actions)
        }
        let (inner, model) = connect(to: engine, fitted(options, to: engine, channels: 1)) { event in stream.hear(event) }
        stream.open(inner)
        preceded = (name, stream, model, connector.loop.now)
    }

    private func takePreceded(_ leg: LegID, _ engine: LiveEngine) -> (stream: any EngineStream, model: String?)? {
        guard let preceded, preceded.stream.isReady else { return nil }
        guard preceded.engine == engine.name else {
            forgetPreceded()
            return nil
        }
        self.preceded = nil
        preceded.stream.begin(
            deliver: { [self] event in hear(event, from: leg) },
            told: { [self] label in observer?.observe(.userSpeaks(as: machine.label(label, of: leg))) })
        return (preceded.stream, preceded.model)
    }

    private func forgetPreceded() {
        preceded?.stream.cancel()
        preceded = nil
    }

    private func fitted(_ options: StreamOptions, to engine: LiveEngine, channels: Int) -> StreamOptions {
        var own = options
        own.channels = channels
        own.language = engine.capabilities.language(for: options.language)
        return own
    }

    private func send(_ pcm: RawSpan, to leg: LegConnection) {
        // The buffer is taken out during the call, because a stream that answers at once may be sent more audio before the call returns.
        var lent: [UInt8] = []
        swap(&lent, &scratch)
        leg.send(pcm, scratch: &lent)
        swap(&lent, &scratch)
    }

    private func replay(_ id: LegID, _ range: SampleRange) {
        guard let leg = legs.first(where: { $0.id == id }), observer != nil else { return }
        do {
            try journal.replay(range) { send($0, to: leg) }
        } catch {
            fail(.unavailable("The session's audio cannot be read from the journal: \(error)"))
        }
    }

    // MARK: - Carrying out

    private func run(_ actions: [SessionAction]) {
        if machine.tally != tally {
            observer?.observe(.counted(machine.tally, since: tally))
            tally = machine.tally
        }
        depth += 1
        for action in actions {
            switch action {
            case .open(let leg): open(leg)
            case .replay(let leg, let range): replay(leg, range)
            case .command(let leg, .update(let options)):
                guard let leg = legs.first(where: { $0.id == leg }), let engine = engines.first(where: { $0.name == leg.engine }) else { continue }
                let own = fitted(options, to: engine, channels: leg.channels.count)
                leg.stream.send(.update(own))
                // A feature that is asked for later is billed for the whole stream.
                guard let known = machine.legs.first(where: { $0.id == leg.id }) else { continue }
                attempts[AttemptRecord.Kind(known)]?.features.formUnion(Catalogue.billedFeatures(of: own, by: engine.name))
            case .command(let leg, let command): legs.first { $0.id == leg }?.stream.send(command)
            case .discard(let id): discard(id)
            case .record(let commit, let turn):
                record(commit, turn: turn)
                hasRecorded = true
            case .emit(let event): emit(redaction?.shown(event) ?? event)
            case .repair(let repair): begin(repair)
            case .cancelRepair(let id): repairs.removeValue(forKey: id)?.cancel()
            case .report(let fact): report(fact)
            case .listen(let leg, let channels, let range): listen(to: leg, channels, range)
            case .ran(let record): report(record)
            }
        }
        // An engine that answers at once is heard in the middle of the actions, and what the rest of them reads must be there.
        depth -= 1
        if depth == 0, hasRecorded {
            hasRecorded = false
            journal.forget(before: machine.readsFrom)
        }
        armTimer()
    }

    private func record(_ commit: Commit, turn: Int) {
        let commit = redaction?.recorded(commit) ?? commit
        if let redaction {
            for range in redaction.hidden { observer?.observe(.hidden(range, commit.channel)) }
        }
        journal.record(commit, turn: turn)
    }

    private func report(_ fact: SessionFact) {
        guard let kept = redaction?.kept(fact) else {
            observer?.observe(.fact(fact))
            return
        }
        if case .backfill(let backfill) = fact { for range in kept.hidden { observer?.observe(.hidden(range, backfill.channel)) } }
        observer?.observe(.fact(kept.fact))
    }

    // MARK: - Voices

    /// Finds out if somebody speaks in kept audio of some channels. The machine gets the answer when it has finished its present work.
    private func listen(to leg: LegID, _ heard: Range<Int>, _ range: SampleRange) {
        let loop = connector.loop
        guard let voices, let pcm = try? audio(of: heard, range).get() else { return loop.soon { [self] in listened(to: leg, range, nil) } }
        let session = LoopBound(self, on: loop)
        voices.listen(to: pcm, channels: heard.count, rate: options.rate) { hasSpeech in
            loop.execute { session.withValue { $0.listened(to: leg, range, hasSpeech) } }
        }
    }

    private func listened(to leg: LegID, _ range: SampleRange, _ hasSpeech: Bool?) {
        run(machine.listened(to: leg, through: range.end, hasSpeech: hasSpeech, now: connector.loop.now))
    }

    // MARK: - Repairs

    private func begin(_ repair: Repair) {
        let loop = connector.loop
        let session = LoopBound(self, on: loop)
        // Not during this call: the machine must first finish its present work.
        func answer(_ outcome: RepairOutcome) { loop.soon { [self] in repaired(repair.id, outcome) } }
        guard let settings = repairSettings, let engine = settings.engines.first(where: { $0.name == repair.engine }) else {
            return answer(.declined)
        }
        var wanted = RecognitionOptions(partOf: options)
        wanted.isUrgent = repair.deadline != nil
        let path = "\(settings.folder)/repair-\(UInt64.random(in: .min ... .max)).upload"
        let work = RepairWork(repair, engine: engine, options: wanted, rate: options.rate, path: path, repairQueue: settings.repairQueue) { range in
            await session.run { $0.audio(of: repair.channel.number..<repair.channel.number + 1, range) }
                ?? .failure(AudioLost("the session does not exist any more"))
        }
        let isTaken = work.begin(now: loop.now) { outcome, model in
            loop.execute { session.withValue { $0.repaired(repair.id, outcome, by: model) } }
        }
        guard isTaken else { return answer(.declined) }
        repairs[repair.id] = work
        begin(
            .repair(repair.id),
            AttemptStart(
                .repair, by: engine.name, model: nil, from: repair.range.start, length: repair.range.count, channels: 1,
                features: Catalogue.billedFeatures(of: wanted, by: engine.name)))
    }

    /// Returns kept audio of some channels, interleaved.
    private func audio(of some: Range<Int>, _ range: SampleRange) -> Result<[UInt8], AudioLost> {
        Result { () throws(AudioLost) in
            guard observer != nil else { throw AudioLost("its session is over") }
            var audio: [UInt8] = []
            audio.reserveCapacity(2 * some.count * Int(range.count.samples))
            try journal.replay(range) { audio.append(some, ofInterleaved: $0, channels: channels) }
            return audio
        }
    }

    private func repaired(_ id: RepairID, _ outcome: RepairOutcome, by model: String? = nil) {
        repairs[id] = nil
        attempts[.repair(id)]?.model = model
        run(machine.repaired(id, outcome, now: connector.loop.now))
        // Removes the attempt of a repair that nobody waited for.
        attempts[.repair(id)] = nil
    }

    private func discard(_ id: LegID) { legs.removeAll { $0.id == id } }

    private func begin(_ attempt: AttemptRecord.Kind, _ beginning: AttemptStart, _ gated: GatedStream? = nil) {
        attempts[attempt] = Attempt(number: begun, model: beginning.model, gated: gated, features: beginning.features)
        observer?.observe(.attemptBegan(beginning, number: begun))
        begun += 1
    }

    private func report(_ record: AttemptRecord) {
        let end = connector.loop.now
        let start: Instant = end - record.duration
        let kind: RecognitionAttempt.Kind =
            switch record.kind {
            case .leg: .stream
            case .shadow: .shadow
            case .repair: .repair
            }
        let attempt = attempts.removeValue(forKey: record.kind)
        var ended = RecognitionAttempt(
            kind, engine: record.engine, model: attempt?.model, channels: record.channels.count,
            audio: record.range.count.duration(at: options.rate), passed: attempt?.gated?.passed.duration(at: options.rate), start: start,
            accepted: record.accepted.map { start + $0 }, firstAnswer: record.firstAnswer, slowest: record.slowest, end: end,
            outcome: record.outcome)
        ended.session = attempt?.session
        ended.connected = attempt?.connection.duration(until: end)
        ended.features = attempt?.features ?? []
        observer?.observe(.attemptEnded(ended, number: attempt?.number))
    }

    private func emit(_ event: SessionEvent) {
        guard case .ended = event else {
            observer?.observe(.event(event))
            return
        }
        timer?.cancel()
        timer = nil
        forgetPreceded()
        noteSpeech()
        let last = observer
        observer = nil
        last?.observe(.event(event))
    }

    private func armTimer() {
        guard !machine.isEnded, let at = machine.nextPump(now: connector.loop.now) else { return }
        if timer != nil, let timerDeadline, timerDeadline <= at { return }
        timer?.cancel()
        timerDeadline = at
        timer = connector.loop.schedule(at: at) { [self] in
            timer = nil
            run(machine.pump(now: connector.loop.now))
        }
    }
}
