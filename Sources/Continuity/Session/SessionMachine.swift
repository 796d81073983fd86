package import Speech

/// One client's live audio, from the first sample to the drained end. Owns the timeline, the legs and the stitchers, and makes all decisions.
///
/// A value without I/O: events in, actions out.
package struct SessionMachine: Sendable, ~Copyable {
    package struct Configuration: Sendable {
        package var rate: SampleRate
        /// Number of channels, each recognised separately.
        package var channels: Int
        /// The engines in order of preference; not empty.
        package var engines: [SessionEngine]
        package var recovery: FailoverPolicy.Rule
        /// Maximum backlog of audio before the client is held back.
        package var maxWaiting: Duration
        package var mode: SessionMode
        /// Engines that may recognise audio again that a leg left unfinished, in order of preference. If empty, the next leg is sent that audio at
        /// its pace.
        package var repairers: [EngineName]
        /// The time from the detection of a fault to the report of a gap, if nothing has repaired the audio by then.
        package var repairTime: Duration
        /// Maximum time for which a leg that was sent speech may say nothing.
        package var stall: Duration
        /// True if the driver reports loud audio by `noteLoud`. If false, all audio may be speech, and no leg is taken for stalled.
        package var measuresLoudness: Bool
        /// True if the driver can tell speech from other sound. The driver is asked, by `listen`, before a leg is given up for its silence.
        package var tellsVoices: Bool
        /// Maximum time that a leg may take to open when no other engine is left to try.
        package var connectTime: Duration
        /// Maximum time that a leg may take to open while another engine can be tried.
        package var hastyConnectTime: Duration
        /// Maximum silence of an engine that was told that no more audio comes, when no other engine is left to try. Then the session ends. nil: the engine
        /// is asked again, as after any other failure.
        package var endTime: Duration?
        /// Silence that ends a turn whose engine died before it could.
        package var turnSilence: Duration
        /// Maximum time that a final of one engine may wait for the words of other engines on the same audio.
        package var voteTime: Duration

        package init(
            rate: SampleRate, channels: Int = 1, engines: [SessionEngine], recovery: FailoverPolicy.Rule = .init(),
            maxWaiting: Duration = .seconds(300), mode: SessionMode = .failover, repairers: [EngineName] = [],
            repairTime: Duration = .seconds(4), stall: Duration = .seconds(3), measuresLoudness: Bool = false, tellsVoices: Bool = false,
            connectTime: Duration = .seconds(10), hastyConnectTime: Duration = .milliseconds(1_500), endTime: Duration? = nil,
            turnSilence: Duration = .seconds(1),
            voteTime: Duration = .milliseconds(1_500)
        ) {
            self.rate = rate
            self.channels = channels
            self.engines = engines
            self.recovery = recovery
            self.maxWaiting = maxWaiting
            self.mode = mode
            self.repairers = repairers
            self.repairTime = repairTime
            self.stall = stall
            self.measuresLoudness = measuresLoudness
            self.tellsVoices = tellsVoices
            self.connectTime = connectTime
            self.hastyConnectTime = hastyConnectTime
            self.endTime = endTime
            self.turnSilence = turnSilence
            self.voteTime = voteTime
        }
    }

    enum State {
        case running
        /// No more audio is taken; the received audio is brought to its end.
        case finishing
        case ended
    }

    package internal(set) var timeline: Timeline
    let configuration: Configuration
    var pool: LegPool
    var channelStates: [ChannelState]
    var state: State = .running
    /// True if the client sends no more audio.
    var clientIsDone = false
    /// The reason why the session ends, when no engine is left.
    var failure: EngineError?
    /// True if the client is held back, because too much of its audio waits.
    package internal(set) var isHoldingClient = false
    var nextRepair = 0
    var isReady = false
    /// The latest audio that the client lost and that never comes; nil: there is none.
    var hole: SampleRange?
    /// Repairs that go on after their gaps were reported.
    var deferred: DeferredRepairs
    /// True if a repair waits for the audio behind its end.
    var repairWaits = false
    var stalls: StallJudge
    var speakers = SpeakerLabels()
    package internal(set) var tally = SessionTally()
    /// The results of the second engine in shadow mode; nil: no second engine hears the session.
    var shadow: ShadowSession?
    let maxWaiting: SampleCount
    /// Maximum length of one piece of replayed audio. Keeps a leg that opens late from being sent its backlog in one burst.
    let replayPiece: SampleCount
    /// The length by which a repair, or a leg that is sent audio again, reaches beyond the missing audio.
    let reach: SampleCount
    /// Maximum audio that a paced leg may be sent at once.
    let slack: SampleCount

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        let rate = configuration.rate
        timeline = Timeline(rate: rate)
        pool = LegPool(configuration.engines, voices: configuration.mode.voices, rule: configuration.recovery, rate: rate)
        maxWaiting = SampleCount(configuration.maxWaiting, at: rate)
        replayPiece = SampleCount(.seconds(1), at: rate)
        reach = SampleCount(.milliseconds(1_500), at: rate)
        let settings = ChannelSettings(configuration, reach: reach)
        channelStates = (0..<configuration.channels).map { ChannelState(ChannelIndex($0), configuration.mode, settings) }
        deferred = DeferredRepairs(rate: rate, reach: reach)
        stalls = StallJudge(stall: configuration.stall)
        slack = SampleCount(.seconds(1), at: rate)
    }

    /// Legs that are not closed, in the order in which they were opened.
    package var legs: [Leg] { pool.legs }

    /// The engine of the first open leg whose words count; nil when there is none.
    package var servingEngine: EngineName? { pool.servingEngine }

    /// Returns true if the leg's finals need not wait for the words of earlier audio, as they do behind a repair and behind a leg that has yet to end.
    /// False if the leg has failed or is gone.
    package func passesFinals(of leg: LegID, in channel: ChannelIndex) -> Bool {
        guard channelStates.indices.contains(channel.number), !pool.isFailed(leg) else { return false }
        return channelStates[channel.number].place(of: leg) == 0
    }

    package var isEnded: Bool { if case .ended = state { true } else { false } }

    var isFinishing: Bool { if case .finishing = state { true } else { false } }

    /// Opens the first legs.
    package mutating func start(now: Instant) -> [SessionAction] {
        pool.choice.begin()
        var actions: [SessionAction] = []
        openSpan(now: now, &actions)
        return actions
    }

    /// Opens new legs for all channels. Their words count behind all audio that was received.
    mutating func openSpan(now: Instant, _ actions: inout [SessionAction]) {
        for number in channelStates.indices { channelStates[number].beginSpan(at: timeline.end) }
        for engine in pool.choice.first() { addLegs(to: channelStates.indices, engine: engine, now: now, &actions) }
        if configuration.mode == .shadow { openShadow(now: now, &actions) }
    }

    /// Adds legs that hear `channels` from `origin` on, or from now on if it is nil, as sources of the channels' last spans.
    ///
    /// - Parameter start: the place from which a participant of the ensemble counts; nil: the start of its audio.
    mutating func addLegs(
        to channels: Range<Int>, engine number: Int, from origin: SampleIndex? = nil, countingFrom start: SampleIndex? = nil,
        after delay: Duration = .zero, isDormant: Bool = false, outage: FailoverPolicy.Outage? = nil, now: Instant, _ actions: inout [SessionAction]
    ) {
        for leg in pool.newLegs(of: channels, engine: number, from: origin ?? timeline.end) {
            pool.choice.setOutage(outage, of: leg.id)
            pool.add(leg)
            for number in leg.channels { channelStates[number].join(leg, from: start) }
            pool.open(leg.id, after: delay, isDormant: isDormant, now: now, &actions)
        }
    }

    // MARK: - The client

    private static var maxFinalizes: Int { 1_024 }

    package mutating func command(_ command: SessionCommand, now: Instant) -> [SessionAction] {
        guard !isEnded, !clientIsDone else { return [] }
        var actions: [SessionAction] = []
        switch command {
        case .finalize:
            // A client that sends finalizes faster than any engine answers is answered here.
            let isFlooded = pool.legs.contains { leg in leg.channels.contains { leg.unansweredFinalizes(in: $0) >= Self.maxFinalizes } }
            if isFlooded {
                actions += channelStates.map { .emit(.flushed($0.channel)) }
            } else {
                for number in channelStates.indices { channelStates[number].ensemble.asked += 1 }
                pool.enqueue(.finalize, at: timeline.end)
            }
        case .keepAlive: pool.keepAlive(at: timeline.end)
        case .finish:
            clientIsDone = true
            finish()
            recognizeRest(now: now, &actions)
            checkEnd(&actions, now: now)
        case .abandon: return end(.cancelled, now: now)
        // Handled by `update(inStream:_:now:)`, because the driver knows the engines' capabilities.
        case .update: break
        }
        return actions + pump(now: now)
    }

    /// Changes the options by which audio is recognised from here on.
    ///
    /// - Parameter inStream: true if the engine can change the options in its running streams. Otherwise new streams take over here, and the
    ///   present streams make final what they were sent.
    package mutating func update(inStream: Bool, _ options: StreamOptions, now: Instant) -> [SessionAction] {
        guard case .running = state, channelStates.allSatisfy({ !$0.spans.isEmpty }) else { return [] }
        if inStream {
            pool.enqueue(.update(options), at: timeline.end)
            var actions: [SessionAction] = []
            // The shadow's engine may not be able to change options in its stream, so the shadow gets a new one.
            if configuration.mode == .shadow { openShadow(now: now, &actions) }
            return actions + pump(now: now)
        }
        pool.enqueue(.finish, at: timeline.end)
        for number in channelStates.indices { channelStates[number].endSpan(at: timeline.end) }
        var actions: [SessionAction] = []
        openSpan(now: now, &actions)
        return actions + pump(now: now)
    }

    /// Plans to replace the leg of `engine` by another stream that knows more, for example the user's voice. The stream takes over in the next
    /// silence, or after ten seconds at most.
    ///
    /// - Returns: nil when no stream of the engine hears the session now.
    package mutating func renew(_ engine: EngineName, now: Instant) -> [SessionAction]? {
        guard case .running = state, !hasEnsemble,
            let leg = pool.legs.last(where: { $0.engine == engine && $0.isOpen && !$0.isEnding && !$0.isShadow })
        else { return nil }
        pool.changes.renew(leg.id, in: .init(soonest: now, latest: configuration.measuresLoudness ? now + .seconds(10) : now))
        return pump(now: now)
    }

    /// Returns the session's label for the speaker that the leg's engine calls `label`.
    package mutating func label(_ label: SpeakerLabel, of leg: LegID) -> SpeakerLabel { speakers.label(label, of: .leg(leg)) }

    /// Ends the session for a reason that lies outside its engines.
    package mutating func fail(_ error: EngineError, now: Instant) -> [SessionAction] {
        isEnded ? [] : end(error, now: now)
    }

    /// Ends the session where its final words end, for a client that goes on there in another session: no word is heard by halves or twice. The audio
    /// behind is no part of the session any more.
    ///
    /// - Parameter start: start of the audio that the client still has. The session goes on if its final words end before that, or at different places
    ///   in the channels, or if all of its audio is final.
    package mutating func leave(from start: SampleIndex, now: Instant) -> [SessionAction] {
        let end = channelStates.map(\.stitcher.committedThrough).max() ?? .zero
        guard !isEnded, !clientIsDone, end >= start, end < timeline.end, deferred.isEmpty,
            channelStates.allSatisfy({ $0.stitcher.committedThrough == end })
        else { return [] }
        timeline.cut(at: end)
        return self.end(nil, now: now)
    }

    /// Stops taking audio, and tells all legs to finish.
    mutating func finish() {
        state = .finishing
        // A leg that was to hear a little more audio has heard all that there is.
        pool.hurry(to: timeline.end)
        for number in channelStates.indices { channelStates[number].shorten(to: timeline.end) }
        pool.enqueue(.finish, at: timeline.end)
    }

    // MARK: - The end

    /// Ends the session once everything is settled.
    mutating func checkEnd(_ actions: inout [SessionAction], now: Instant) {
        guard case .finishing = state, channelStates.allSatisfy(\.spans.isEmpty), pool.legs.allSatisfy({ $0.isFailed || $0.isShadow }) else { return }
        actions += end(failure, now: now)
    }

    /// Ends the session. Audio that no engine made final is reported as gaps.
    mutating func end(_ error: EngineError?, now: Instant) -> [SessionAction] {
        state = .ended
        var actions: [SessionAction] = []
        endShadow(now: now, &actions)
        for leg in pool.legs {
            actions.append(.command(leg.id, .cancel))
            actions.append(.discard(leg.id))
            if !leg.isFailed { ran(leg, .cancelled, now: now, &actions) }
        }
        pool.removeAll()
        for number in channelStates.indices {
            for span in channelStates[number].spans {
                if let plan = span.plan { cancel(plan, in: number, now: now, &actions) }
            }
            channelStates[number].spans = []
            if channelStates[number].isOrphaned { perform([channelStates[number].endTurn()], in: number, now: now, &actions) }
            if let gap = channelStates[number].stitcher.giveUp(through: timeline.end) {
                let cause = error ?? .protocolViolation("The engine closed the stream without covering all of its audio.")
                actions.append(.emit(.gap(channelStates[number].channel, gap, cause)))
            }
        }
        for repair in deferred.takeAll() {
            if repair.words != nil {
                backfill(repair, &actions)
                continue
            }
            actions += [.cancelRepair(repair.asked.id), .ran(repair.asked.record(in: repair.channel, .cancelled, now: now))]
        }
        if let shadow { actions.append(.report(.evaluated(shadow.evaluation))) }
        actions.append(.emit(.ended(SessionEnd(received: timeline.end - .zero, error: error))))
        return actions
    }
}
