internal import Audio
internal import Continuity
internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Vendors

/// One client's live audio: carries what happens to the session's machine and its dialect, and carries out what they decide.
///
/// Lives on one loop and is called there only, synchronously. Its timers and streams hold it strongly until its end lets go of them: a weak reference
/// would make every retain on the audio's way take the slow path.
final class LiveSession: WebSocketHandler {
    struct Plan {
        var id: ID<Session>
        var dialect: String
        var machine: any LiveServerMachine
        var engine: EngineEntry
    }

    private let id: ID<Session>
    private let dialectName: String
    private let context: LiveContext
    private let engine: EngineEntry
    private let rate: SampleRate
    private let channels: Int
    private var options: StreamOptions
    private var dialect: any LiveServerMachine
    private var machine: SessionMachine
    private var cursor: JournalCursor
    private var legs: [LegConnection] = []
    private var decoder: StreamDecoder?
    private var connection: WebSocketConnection?
    private var scratch: [UInt8] = []
    private var isCarryingOut = false
    private var clientIsGone = false
    private var dialectTimer: Loop.Timer?
    /// False while the client waits for what it has sent to be taken.
    private var isReading = true
    private var dialectDeadline: ContinuousClock.Instant?
    private var pumpTimer: Loop.Timer?
    /// Bytes that wait to be decoded beyond which the client's socket is not read.
    private static let mostUndecoded = 1 << 20

    init(_ plan: Plan, context: LiveContext) {
        id = plan.id
        dialectName = plan.dialect
        self.context = context
        engine = plan.engine
        dialect = plan.machine
        let request = plan.machine.request
        rate = StreamDecoder.sessionRate(for: request.format)
        channels = if request.separateChannels, case .raw(_, _, let count) = request.format { count } else { 1 }
        let perLeg = max(1, engine.capabilities.channelsPerStream)
        options = StreamOptions(
            rate: rate, channels: min(perLeg, channels), language: engine.language(request.language), model: request.model,
            interims: request.interims,
            endpointing: request.endpointing, turn: request.turn, keyterms: request.keyterms, diarize: request.diarize)
        // An engine of this process holds what it is sent, so it is sent only so much ahead of its answers; a vendor names its pace.
        let isInProcess = if case .inProcess = engine.live { true } else { false }
        let limits = Leg.Limits(pace: engine.capabilities.pace, unanswered: isInProcess ? SampleCount(.seconds(30), at: rate) : nil)
        machine = SessionMachine(
            .init(rate: rate, channels: channels, engine: engine.name, limits: limits, channelsPerLeg: perLeg))
        cursor = context.journal.open(id, rate: rate, channels: channels)
    }

    /// The client's socket is open.
    func start(_ connection: WebSocketConnection) {
        self.connection = connection
        context.add(self)
        context.metrics.sessionOpened()
        context.journaled()
        context.log.info(
            "session started",
            [.session: id.rawValue, .dialect: dialectName, .engine: engine.name.rawValue, .peer: "\(connection.peer)"])
        startDecoder()
        let start = LiveStart(rate: rate, model: engine.capabilities.models.first ?? engine.name.rawValue)
        dialect.opened(start, now: context.loop.now, output: &context.output)
        carryOutOutput()
        run(machine.start())
    }

    func drain() {
        dialect.drain(now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    // MARK: - From the client

    func received(binary: RawSpan, on connection: WebSocketConnection) {
        switch dialect.receivedBinary(byteCount: binary.byteCount, now: context.loop.now) {
        case .audio: audio(binary)
        case .command(let command): take(command)
        case .refused(let code, let reason): refuse(code: code, reason: reason)
        case .ignored: break
        }
    }

    func received(text: RawSpan, on connection: WebSocketConnection) {
        dialect.receivedText(text, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        clientIsGone = true
        self.connection = nil
        dialectTimer?.cancel()
        dialectTimer = nil
        guard !machine.isEnded else { return }
        context.log.info("client left its session", [.session: id.rawValue, .code: "\(close.code)"])
        run(machine.command(.abandon, now: context.loop.now))
    }

    private func audio(_ bytes: RawSpan) {
        guard let decoder else { return }
        decoder.push(bytes) { pcm in self.pcm(pcm) }
        if decoder.bufferedBytes > Self.mostUndecoded { read(false) }
    }

    /// Takes what the decoder made on a thread of its own.
    private func takeDecoded() {
        guard let decoder else { return }
        while let event = decoder.next() {
            switch event {
            case .opened: break
            case .pcm(let bytes): pcm(bytes.span.bytes)
            case .ended: run(machine.command(.finish, now: context.loop.now))
            case .failed(let error): undecodable(error)
            }
        }
        if decoder.bufferedBytes <= Self.mostUndecoded / 2, !machine.isHoldingClient { read(true) }
    }

    /// Reads on from the client, or lets it wait.
    private func read(_ reads: Bool) {
        guard reads != isReading else { return }
        isReading = reads
        dialect.clientIsHeld(now: context.loop.now)
        if reads { connection?.resumeReading() } else { connection?.pauseReading() }
    }

    private func startDecoder() {
        let session = LoopBound(self, on: context.loop)
        let request = dialect.request
        do {
            decoder = try StreamDecoder(request.format, channels: channels > 1 ? .separate : .mixed) {
                session.loop.execute { session.enter { $0.takeDecoded() } }
            }
        } catch {
            context.loop.soon { [self] in undecodable(error) }
        }
    }

    /// Whole frames of 16-bit PCM, at the session's rate and with its channels.
    private func pcm(_ pcm: RawSpan) {
        guard !pcm.isEmpty, let arrival = machine.received(SampleCount(pcm.byteCount / (2 * channels)), now: context.loop.now) else { return }
        context.metrics.received(arrival.range.count)
        pcm.withUnsafeBytes { context.journal.append(audio: $0, arrival.range, cursor: &cursor) }
        context.journaled()
        for index in legs.indices where arrival.goesToLeg(at: index) { legs[index].send(pcm, scratch: &scratch) }
        if arrival.needsPump { pump() }
    }

    private func take(_ command: SessionCommand) {
        // Audio that is still being decoded comes before the end.
        if command == .finish, let decoder {
            decoder.finish()
            takeDecoded()
            return
        }
        if case .update(let change) = command { return update(change) }
        run(machine.command(command, now: context.loop.now))
    }

    /// By the engine's own means where it has them, else by a new stream from here on.
    private func update(_ change: StreamChange) {
        var change = change
        if let language = change.language {
            guard engine.capabilities.languages.contains(language) || language.primary == "multi" else {
                return context.log.info("session asked for a language that its engine does not have", [.session: id.rawValue])
            }
            change.language = engine.language(language)
        }
        var changed = options
        changed.apply(change)
        guard changed != options else { return }
        options = changed
        run(machine.update(inStream: change.aspects.isSubset(of: engine.capabilities.liveChanges), options, now: context.loop.now))
    }

    private func undecodable(_ error: MediaError) {
        context.log.info("audio of a session cannot be decoded", [.session: id.rawValue, .error: "\(error)"])
        end(EngineError(error))
    }

    /// Ends the session for a fault of its client's.
    private func end(_ error: EngineError) {
        guard !machine.isEnded else { return }
        run(machine.fail(error))
    }

    private func refuse(code: UInt16, reason: String) {
        context.log.info("session refused a message", [.session: id.rawValue, .code: "\(code)"])
        connection?.close(code: code, reason: reason)
        run(machine.command(.abandon, now: context.loop.now))
    }

    // MARK: - From the engine

    private func engine(_ event: EngineEvent, from leg: LegID) {
        let now = context.loop.now
        if case .interim = event { context.metrics.interim() }
        if case .closed(let error) = event {
            context.metrics.streamClosed(engine: engine.name, error == nil ? .completed : error == .cancelled ? .abandoned : .failed)
            if let error, error != .cancelled { context.log.warning("engine stream failed", [.session: id.rawValue, .error: "\(error)"]) }
        }
        run(machine.engine(event, from: leg, now: now))
    }

    // MARK: - Carrying out

    private func pump() {
        let now = context.loop.now
        run(machine.pump(now: now))
    }

    private func run(_ actions: [SessionAction]) {
        for action in actions {
            switch action {
            case .open(let leg): open(leg)
            case .replay(let leg, let range): replay(leg, range)
            case .command(let leg, let command): legs.first { $0.id == leg }?.stream.send(command)
            case .discard(let leg): legs.removeAll { $0.id == leg }
            case .record(let commit, let turn):
                context.journal.append(commit, turn: turn, cursor: &cursor)
                context.journaled()
                context.metrics.committed(words: commit.words.count)
            case .emit(let event): emit(event)
            case .holdClient(let isHeld): read(!isHeld)
            }
        }
        armPumpTimer()
    }

    private func open(_ id: LegID) {
        guard let leg = machine.legs.first(where: { $0.id == id }) else { return }
        var options = options
        options.channels = leg.channels.count
        let stream: any EngineStream
        switch engine.live {
        case .inProcess(let engine):
            let session = LoopBound(self, on: context.loop)
            stream = engine.open(options) { event in session.enter { $0.engine(event, from: id) } }
        case .vendor(let vendor, let settings):
            stream = VendorStream(vendor, settings: settings, options: options, context: context.vendors) { [self] event in
                engine(event, from: id)
            }
        case nil:
            context.loop.soon { [self] in engine(.closed(.unavailable("The engine takes no live audio.")), from: id) }
            return
        }
        legs.append(LegConnection(id: id, stream: stream, channels: leg.channels, sessionChannels: channels))
    }

    private func replay(_ id: LegID, _ range: SampleRange) {
        guard let leg = legs.first(where: { $0.id == id }) else { return }
        do {
            try context.journal.read(range, cursor: cursor) { leg.send($0.bytes, scratch: &scratch) }
        } catch {
            context.log.error("audio cannot be read back", [.session: self.id.rawValue, .error: "\(error)"])
            end(.unavailable("The session's audio cannot be read back from the journal."))
        }
    }

    private func emit(_ event: SessionEvent) {
        if case .gap(_, let range, _) = event { context.metrics.gap(engine: engine.name, range.count) }
        if !clientIsGone {
            dialect.session(event, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        if case .ended(let end) = event { ended(end) }
    }

    private func ended(_ end: SessionEnd) {
        context.journal.close(&cursor, at: .zero + end.received)
        decoder?.cancel()
        decoder = nil
        pumpTimer?.cancel()
        pumpTimer = nil
        let outcome: Metrics.Outcome = end.error == nil ? .completed : end.error == .cancelled ? .abandoned : .failed
        context.metrics.sessionEnded(dialect: dialectName, engine: engine.name, outcome)
        context.log.info(
            "session ended",
            [
                .session: id.rawValue, .reason: outcome.rawValue, .seconds: "\(end.received.seconds(at: rate))",
                .bytes: "\(end.received.samples * Int64(2 * channels))",
            ])
        context.remove(self)
    }

    /// Does what the dialect put into the shared output. What it sets off may put more there, which the outermost call does too.
    private func carryOutOutput() {
        guard !isCarryingOut else { return }
        isCarryingOut = true
        var next = 0
        while next < context.output.actions.count {
            let action = context.output.actions[next]
            next += 1
            switch action {
            case .send(let range): connection?.send(text: context.output.bytes.span.bytes.extracting(range))
            case .command(let command): take(command)
            case .audio(let bytes): audio(bytes.span.bytes)
            case .close(let code, let reason): connection?.close(code: code, reason: reason)
            }
        }
        context.output.removeAll()
        isCarryingOut = false
        armDialectTimer()
    }

    private func armDialectTimer() {
        guard !clientIsGone, let deadline = dialect.deadline else {
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

    private func armPumpTimer() {
        guard pumpTimer == nil, let at = machine.nextPump(now: context.loop.now) else { return }
        pumpTimer = context.loop.schedule(at: at) { [self] in
            pumpTimer = nil
            pump()
        }
    }
}
