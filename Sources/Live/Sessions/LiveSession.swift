package import Admission
internal import Audio
package import Continuity
internal import Conversations
package import Engines
internal import Framing
internal import Journal
package import Net
internal import Observability
package import Protocols
package import Sessions
internal import Settings
package import Speech
package import Store
internal import TextNormalization
package import Tracing
internal import Usage
internal import VoiceTracking

/// The live session of one client: carries messages between the client's socket, its dialect and its session driver.
///
/// Lives on one loop and is called there only, synchronously. Its timers and streams hold it strongly until its end lets go of them: a weak reference
/// would make every retain on the audio's way take the slow path.
package final class LiveSession: LiveHandler, SessionObserver {
    package struct Plan {
        package var id: ID<Session>
        package var started: UnixTime
        package var dialect: String
        package var machine: any LiveServerMachine
        /// The machine's request, limited to the languages that the grant allows.
        package var request: LiveRequest
        /// Engines that may serve the session, in order of preference; not empty.
        package var engines: [EngineEntry]
        /// The mode of the session: tells how many of the engines hear it.
        package var mode: SessionMode = .failover
        /// The grant that admits the session and tells who pays.
        package var grant: Grant
        /// The descriptors that the session's streams may take; nil: not counted.
        package var room: DescriptorShare?
        /// The user's choices, as they are when the session begins.
        package var choices = UserChoices()
        /// The user's audio that the engine hears before the session, one channel at `.speech`; empty: none.
        package var introduction: [Float] = []
        /// Parent span that the caller has sent.
        package var caller: TraceParent?
        /// The session that goes on, if another gateway had it before.
        package var taken: TakenSession?
        /// The last words of the session that this one goes on behind, for redaction; nil: there is none.
        package var said: SaidBefore?

        package init(
            id: ID<Session>, started: UnixTime, dialect: String, machine: any LiveServerMachine, request: LiveRequest, engines: [EngineEntry],
            mode: SessionMode = .failover, grant: Grant, room: DescriptorShare? = nil, choices: UserChoices = UserChoices(),
            introduction: [Float] = [],
            caller: TraceParent? = nil
        ) {
            self.id = id
            self.started = started
            self.dialect = dialect
            self.machine = machine
            self.request = request
            self.engines = engines
            self.mode = mode
            self.grant = grant
            self.room = room
            self.choices = choices
            self.introduction = introduction
            self.caller = caller
        }
    }

    package let grant: Grant
    /// The descriptors that the session's streams may take; nil: not counted.
    private let room: DescriptorShare?
    package let id: ID<Session>
    package let started: UnixTime
    let dialectName: String
    package let context: LiveContext
    /// Names of the engines that may serve the session. The client is told the first one.
    package let engines: [EngineEntry]
    /// True if the engines are used with vendor keys of the client's own.
    let isByOwnKeys: Bool
    /// Accounts by which the engines are reached. The health of an account is shared with the sessions that have the same keys.
    package let accounts: [EngineHealth.Account]
    /// The user's choices, as they were when the session began.
    package let choices: UserChoices
    package let rate: SampleRate
    /// Sample rate of positions in the client's messages.
    let clientRate: SampleRate
    package let channels: Int
    /// True if each channel has its own messages.
    package let tagsChannels: Bool
    /// The client's dialect. This property and the next two refer to one machine.
    var dialect: any LiveServerMachine
    /// The dialect, if it allows clients to come back after a lost connection.
    var resumableDialect: (any ResumableDialect)?
    /// The dialect, if its sessions belong to conversations.
    var conversationDialect: (any ConversationDialect)?
    /// The driver, from `start` to the end.
    package var run: SessionDriver?
    private var plannedRun: SessionDriver.Request
    /// The client's options in the words of its protocol's vendor; nil: none.
    var vendorOptions: VendorOptions?
    /// Options that several vendors have, as the client last set them.
    var sharedOptions: SharedOptions
    /// The session's key terms, as the client last set them.
    var keyterms: [String]
    /// The model and the language that the client named, as it last set them.
    var named: NamedModel
    /// Names of the ignored options that the client was told.
    var toldIgnored: Set<String> = []
    package let record: SessionRecord
    /// The session's audio and words, from `start` on.
    let journal: JournaledSession
    /// The id by which the client knows the session: that of its first part.
    package let clientID: ID<Session>
    /// The session's place among those of all gateways; nil when only this gateway may go on with the session.
    let shared: SharedSession?
    /// The succession to a session that a kill of the gateway interrupted; nil: the session goes on behind none.
    let succession: SessionSuccession?
    package var audio: ClientAudio?
    /// Place in the session at which the present decoder's audio begins.
    var decoderStart: Duration = .zero
    /// Notices about the whole stream that the client was told, without names. A client that returns sends a stream with the same tracks.
    var toldNotices: Set<RecordingNotice> = []
    package var client: ClientSocket?
    /// The resumable run, from `start` to the end, when the client may come back.
    package var resumable: ResumableRun?
    var durabilityTimer: Loop.Timer?
    /// End of the audio that the disk of this gateway has, while another gateway could go on from an earlier place only; nil otherwise.
    var durableHere: SampleIndex?
    /// True if the client was told last that the disk is full.
    var toldFull = false
    /// Set while the client is away and may come back.
    var absenceTimer: Loop.Timer?
    /// Meter of the key's credit; nil when the key's audio is not counted.
    package var meter: CreditMeter?
    /// Warnings about limits. Remembers the warnings that the client has been told.
    var limitWarnings: BalanceWarnings
    /// The limit of the session's user or key that was reached while the session ran, in words; nil when none was reached.
    var reachedLimit: String?
    /// The conversation that the session's words become part of; nil when the words go into the transcript only.
    package var conversation: LiveConversation?
    /// The part that gives words their speakers; nil when the client does not ask, or engines or the conversation tell.
    var labeling: SpeakerLabeling?
    /// Names of the models whose words have waited for their speakers. An engine's stream may be gone when its last words are shown.
    var labeledModels: [EngineName: String] = [:]
    /// Redaction of words that the client itself brings; nil: nothing is hidden.
    var broughtRedaction: StreamRedactor?
    /// True once all committed words were shown to the client.
    package var isSettled = false
    /// Gate that keeps silence from engines; nil when engines hear everything.
    package var gate: SilenceGate?
    /// The part of the gate's savings that was counted.
    var countedSavings = VADGate.Savings()
    /// Delay of the final words, once they come late.
    var lateness = SessionLateness()
    /// The speech whose language the engine cannot tell.
    var unknownSpeech = UnknownSpeech()
    /// True once the client was told that final words come late.
    var isLateTold = false
    /// Number of the client's undecodable messages that were counted.
    var countedDamage = 0
    /// Records of the attempts that are not over, by their numbers, as they began. The driver keeps the features that were asked for.
    package var attempts: [Int: UsageRecord] = [:]
    /// Streams that are not over, by the numbers of their attempts. Shadows are not among them.
    var streams: [Int: OpenStream] = [:]
    /// Attempts whose streams failed and that no other stream has replaced yet.
    var orphaned: [RecognitionAttempt] = []
    /// Trace of the session; nil when the session is not traced.
    package var trace: SessionTrace?
    /// Functions that are told the session's facts, by the numbers of their watchers.
    package var watchers: [Int: (WatchedEvent) -> Void] = [:]
    var isCarryingOut = false
    var clientIsGone = false
    /// True if the client has closed in order or is still connected.
    var leftInOrder = true
    let dialectTimer: DeadlineTimer
    /// False while the client's socket is not read, because sent audio still waits.
    var isReading = true

    package init(_ plan: Plan, context: LiveContext) {
        id = plan.id
        started = plan.started
        dialectName = plan.dialect
        self.context = context
        dialectTimer = DeadlineTimer(on: context.loop)
        engines = plan.engines
        choices = plan.choices
        grant = plan.grant
        room = plan.room
        dialect = Self.reference(to: plan.machine)
        resumableDialect = dialect as? any ResumableDialect
        let conversationDialect = dialect as? any ConversationDialect
        self.conversationDialect = conversationDialect
        tagsChannels = (plan.machine as? any TaggedAudioDialect)?.tagsChannels ?? false
        let request = plan.request
        let health = context.continuity.health
        // The audio of a client that brings its own words goes to no vendor.
        let bringsWords = conversationDialect?.conversation?.takesTranscripts == true
        let isByOwnKeys = plan.grant.payer == .user && !bringsWords
        self.isByOwnKeys = isByOwnKeys
        let accounts = plan.engines.map { health.account($0.name, key: isByOwnKeys ? $0.credential?.secret : nil) }
        self.accounts = accounts
        rate = StreamDecoder.sessionRate(for: request.format)
        clientRate = if case .raw(_, let named, _) = request.format { named } else { rate }
        channels = request.channelCount
        plannedRun = SessionDriver.Request(
            channels: channels,
            options: StreamOptions(
                rate: rate, channels: channels, language: request.language, model: request.model, interims: request.interims,
                timesInterims: request.timesInterims, endpointing: request.askedEndpointing, turn: request.turn, keyterms: request.keyterms,
                diarize: request.diarize,
                formatted: true, shortestPiece: request.shortestPiece),
            engines: zip(plan.engines, accounts).compactMap { $0.liveEngine(slowness: health.slowness($1)) },
            recovery: context.continuity.recovery, mode: plan.mode,
            stall: context.continuity.stall, repairTime: context.continuity.repairTime, voteTime: context.continuity.modes.voteTime,
            repair: context.continuity.repair(by: plan.engines, language: request.language), voices: context.listener)
        let demanded = context.continuity.redaction?.rule(for: plan.grant.user)
        let redaction = RedactionRule.joined(request.redaction, demanded)
        plannedRun.options.redaction = redaction
        plannedRun.said = plan.said
        plannedRun.options.shared = request.shared
        sharedOptions = request.shared
        keyterms = request.keyterms
        named = NamedModel(model: request.model, language: plannedRun.options.language)
        vendorOptions = request.vendorOptions
        if demanded != nil { vendorOptions?.allowsAnswers = false }
        plannedRun.options.vendorOptions = vendorOptions
        broughtRedaction = redaction.map { StreamRedactor($0, behind: plan.said?.part(of: 0)) }
        plannedRun.prelude = SpeechSamples.linear16(plan.introduction, rate)
        clientID = plan.taken?.id ?? plan.id
        succession = resumableDialect?.predecessor.map { context.succession(of: plan.id, to: $0, for: plan.grant.user) }
        let isShared = resumableDialect?.waitsForClient == true && conversationDialect?.conversation?.isKept == true && !bringsWords
        if isShared, let replicas = context.conversations.replicas {
            shared = SharedSession(
                in: replicas, held: context.conversations.held, part: plan.id, of: plan.grant.user, started: plan.started, taken: plan.taken,
                resumed: resumableDialect?.resume,
                rate: rate, clientRate: clientRate, channels: channels, log: context.log)
        } else {
            shared = nil
        }
        if let shared, let start = shared.start { resumableDialect?.takeOver(clientID, at: start) }
        var record = SessionRecord(
            id: plan.id, started: plan.started, dialect: plan.dialect, workload: request.workload, language: request.language, model: request.model,
            keyterms: request.keyterms, diarize: request.diarize, engines: isByOwnKeys ? [] : plan.engines.map(\.name),
            owner: plan.grant.account.map { .init(user: $0.account.user.rawValue, key: $0.account.key?.rawValue ?? "") },
            redaction: redaction?.kinds ?? [],
            recorded: Self.recorded(conversationDialect, shared))
        record.mayReturn = isShared
        self.record = record
        journal = JournaledSession(
            record, rate: rate, channels: channels, log: context.journal, transcripts: context.transcripts, problems: context.log)
        let warnings = Set(context.creditWarnings + (conversationDialect?.creditWarnings ?? [])).sorted(by: >)
        // Clients that bring their own words, or pay a vendor themselves, use no credit.
        if let account = plan.grant.account?.account, account.isCounted, plan.grant.payer == .operator, !bringsWords {
            meter = CreditMeter(account, rate: rate, warnings: warnings)
        }
        limitWarnings = BalanceWarnings(warnings)
        trace = context.tracer?.begin(under: plan.caller, at: context.loop.now).map { root in
            SessionTrace(
                .init(
                    session: id.rawValue, dialect: dialectName, workload: request.workload, model: request.model, channels: channels, rate: rate),
                root: root)
        }
    }

    /// Returns the time of this part's first sample, where the client says when its audio was recorded. The client's own first sample, whose time it
    /// says, may be another gateway's.
    private static func recorded(_ dialect: (any ConversationDialect)?, _ shared: SharedSession?) -> UnixTime? {
        dialect?.conversation?.started.map { $0 + (shared?.row.base ?? .zero) }
    }

    private static func reference(to machine: some LiveServerMachine) -> any LiveServerMachine { DialectReference(machine) }

    /// Starts the session on the client's open socket.
    package func start(_ connection: WebSocketConnection) {
        client = ClientSocket(connection)
        context.add(self)
        journal.open()
        context.metrics.sessionOpened()
        context.log.info(
            "session started",
            [
                .session: id.rawValue, .dialect: dialectName, .engine: firstEngine.rawValue, .key: keyInLogs,
                .peer: "\(connection.peer)",
            ])
        startDecoder()
        if let request = conversationDialect?.conversation {
            gate = makeGate(request)
            if request.isKept { startConversation(request) }
        }
        startLabeling()
        let run = SessionDriver(plannedRun, connector: context.vendors, journal: journal, observer: self, gate: gate)
        self.run = run
        if resumableDialect?.waitsForClient == true { beResumable(run) }
        let start = LiveStart(
            rate: rate, model: usualModel(of: firstEngine), credit: meter?.remaining, engine: firstEngine, tellsSpeakers: tellsSpeakers)
        dialect.opened(start, now: context.loop.now, output: &context.output)
        carryOutOutput()
        if let notice = meter?.begin() { account(notice) }
        for account in accounts where !context.continuity.health.isAvailable(account) { run.availability(account.engine, isAvailable: false) }
        run.start()
        conversation?.start()
    }

    /// The id of the key that the client has shown, for the log.
    var keyInLogs: String { grant.owner.key?.rawValue ?? "-" }

    /// True if another gateway can go on with the session.
    package var isShared: Bool { shared != nil }

    /// True if another gateway can go on with the session now: the database has the session's row.
    var isOpenForOthers: Bool { shared != nil && conversation?.isShared == true }

    /// Names of the client's options that the first engine ignores.
    package var ignoredOptions: [String] { ignoredOptions(by: firstEngine) }

    /// Returns the names of the client's options that an engine ignores, of the key terms for which its vendor has no room, and of the search for the
    /// language if the client left that to an engine that cannot do it.
    func ignoredOptions(by engine: EngineName) -> [String] {
        let names = Catalogue.ignored(
            vendorOptions, keyterms: keyterms, model: named.model, language: named.language, with: engine, .live, capabilities(of: engine))
        let takesForEnglish = Catalogue.takesForEnglish(server(engine), vendorOptions, language: named.language, among: sharedOptions.languages)
        return takesForEnglish ? names + [IgnoredOptions.foundLanguage] : names
    }

    /// Returns an engine of the session as the server of the client's options.
    func server(_ engine: EngineName) -> TurnPart.Engine { TurnPart.Engine(engine, namedModel: named.model, with: capabilities(of: engine)) }

    /// Returns what an engine of the session can do with live audio; nil: it is not one of the session's.
    func capabilities(of engine: EngineName) -> Capabilities? { engines.first { $0.name == engine }?.capabilities(for: .live) }

    /// Returns the name of an engine's usual model, or of the engine itself where its models are not known.
    func usualModel(of engine: EngineName) -> String { engines.first { $0.name == engine }?.capabilities.models.first ?? engine.rawValue }

    /// Returns the name of the model that hears a stream: the one that its engine is asked for, or the engine's usual one. Another gateway chooses its
    /// model itself.
    func model(of attempt: AttemptStart) -> String {
        if case .resumable? = engines.first(where: { $0.name == attempt.engine })?.live { return usualModel(of: attempt.engine) }
        return attempt.model ?? usualModel(of: attempt.engine)
    }

    var firstEngine: EngineName { engines.first?.name ?? .local }

    package func drain() {
        guard !clientIsGone else { return }
        // The client goes on with the session at another gateway, or at this one's next run.
        if let shared, isOpenForOthers, context.conversations.hasOthers.isSet {
            shared.isLeft = true
            return moved(reason: "going_away")
        }
        dialect.drain(now: context.loop.now, output: &context.output)
        // No word is heard by halves at the end of this session and at the start of the next one, where the client has the audio.
        if let start = resumableDialect?.keptStart { run?.leave(from: start) }
        carryOutOutput()
    }
}
