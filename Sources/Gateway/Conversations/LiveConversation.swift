internal import Audio
internal import Conversations
internal import Net
internal import Protocols
internal import Speakers
internal import Speech
internal import Store

/// The conversation of one live session: carries out what its machine decides, and stores it in order, away from the loop.
///
/// Lives on the session's loop and is called there only.
final class LiveConversation {
    private var machine: ConversationMachine
    private let session: ID<Session>
    private let user: ID<User>
    private let request: ConversationRequest
    private let desk: ConversationDesk
    private let loop: Loop
    private let show: (ConversationEvent) -> Void
    private let work: AsyncStream<ConversationWork.Item>.Continuation
    private var attached: ID<Conversation>?
    private var timer: Loop.Timer?
    private var isEnded = false
    /// What the conversation was is over, and is being completed.
    private var isConcluded = false
    /// Told when it is complete.
    private var completed: (() -> Void)?
    private var firstAudio: UnixTime?
    /// What the store knows of how the session's time lies in the conversation's.
    private var part: SessionPart?

    private let rate: SampleRate
    /// nil: speakers are whom engines tell apart, and nobody is known again.
    private var speakers: LiveSpeakers?
    /// What is shown of the voices and people that the user has.
    private var names = ShownSpeakers()
    private var introductions = Introductions()
    private let keepsAudio: Bool
    /// Samples that are handed on together.
    private let batch: Int
    private let channels: Int
    /// Of all channels, mixed.
    private var gathered: [Int16] = []
    /// Where they begin.
    private var gatheredFrom = SampleIndex.zero
    private var keptThrough: SampleIndex?

    /// Batches that wait for the store and the encoder.
    private var waitingAudio = 0

    private static let batchSeconds = 5
    /// More of them (two minutes, 4 MB at 16 kHz) are not kept: what is missing is silence in the file.
    private static let mostWaitingAudio = 24
    private static let pollInterval: Duration = .seconds(5)
    /// How long a client that has finished waits for its conversation to be complete.
    private static let completionPatience: Duration = .seconds(5)

    /// - Parameters:
    ///   - session: whose it is.
    ///   - rate: of the session's audio.
    ///   - channels: of the session's audio.
    ///   - audio: gives the session's audio back, of its one channel; nil when it is gone.
    ///   - show: tells the client's dialect.
    init(
        session: ID<Session>, user: ID<User>, request: ConversationRequest, language: LanguageTag?, started: UnixTime, rate: SampleRate,
        channels: Int,
        desk: ConversationDesk, loop: Loop, audio heard: @escaping (SampleRange) -> [Int16]?, show: @escaping (ConversationEvent) -> Void
    ) {
        self.session = session
        self.user = user
        self.request = request
        self.desk = desk
        self.loop = loop
        self.show = show
        machine = ConversationMachine(.init(user: user, request: request, language: language, started: started), newID: desk.newID)
        let (stream, continuation) = AsyncStream.makeStream(of: ConversationWork.Item.self)
        work = continuation
        let audio = desk.keeper(rate: rate, channels: 1)
        keepsAudio = audio != nil
        batch = Int(rate.hertz) * Self.batchSeconds
        self.channels = channels
        self.rate = rate
        let session = LoopBound(self, on: loop)
        let worker = ConversationWork(user: user, request: request, desk: desk, audio: audio, rate: rate) { news in session.enter { $0.hear(news) } }
        Task { await worker.carryOut(stream) }
        guard let voices = desk.voices, request.channels.isEmpty, !request.takesTranscripts else { return }
        speakers = LiveSpeakers(
            voices, rule: desk.speakerRule, patience: desk.speakerPatience, rate: rate, loop: loop, audio: heard,
            handOn: { [unowned self] in add($0) }, heard: { [unowned self] in hear($0) })
    }

    /// Looks for what there is already.
    func start() {
        work.yield(.find)
        poll()
    }

    func audioBegan() {
        guard firstAudio == nil, !isConcluded else { return }
        let now = desk.now()
        firstAudio = now
        machine.audioBegan(now: now)
    }

    /// Takes the session's audio: 16-bit PCM, all channels.
    func keep(_ audio: UnsafeRawBufferPointer, _ range: SampleRange) {
        guard keepsAudio else { return }
        // What a client lost on its way is silence, so that the rest is where it was said.
        let lost = max(.zero, range.start - (keptThrough ?? range.start))
        keptThrough = range.end
        if gathered.isEmpty { gatheredFrom = range.start - lost }
        gathered.reserveCapacity(batch)
        if lost > .zero { gathered += repeatElement(0, count: Int(lost.samples)) }
        MixedChannels.append(audio, channels: channels, to: &gathered)
        if gathered.count >= batch { handOn() }
    }

    private func handOn() {
        guard !gathered.isEmpty else { return }
        if waitingAudio < Self.mostWaitingAudio {
            waitingAudio += 1
            work.yield(.audio(gathered, from: gatheredFrom))
        } else {
            desk.metrics.audioDropped(SampleCount(gathered.count).duration(at: rate))
        }
        gathered.removeAll(keepingCapacity: true)
    }

    /// What was kept so far belongs to this conversation.
    private func closeAudio(_ id: ID<Conversation>?, offset: Duration?) {
        guard keepsAudio else { return }
        handOn()
        work.yield(.closeAudio(offset == nil ? nil : id, start: .zero - (offset ?? .zero)))
    }

    func committed(_ words: [Word], in channel: ChannelIndex, by engine: EngineName, model: String?) {
        guard !words.isEmpty else { return }
        let spoken = LiveSpeakers.Spoken(words: words, channel: channel, engine: engine, model: model)
        if let speakers { speakers.committed(spoken) } else { add(spoken) }
    }

    private func add(_ spoken: LiveSpeakers.Spoken) {
        run(
            machine.committed(
                spoken.words, in: spoken.channel, by: spoken.engine, model: spoken.model, rate: rate, now: desk.now()))
    }

    /// Calls back when all that was committed has been told.
    func settled(_ body: @escaping () -> Void) {
        if let speakers { speakers.idle(body) } else { body() }
    }

    func command(_ command: ConversationCommand) {
        run(machine.command(command, now: desk.now()))
        if case .assign(_, person: nil, _, _) = command { speakers?.reserveUser() }
    }

    /// The session is over and its client still there: what becomes of the conversation is told first.
    func concluded(_ body: @escaping () -> Void) {
        guard !isConcluded else { return body() }
        completed = body
        guard conclude(inOrder: true) else { return tellCompleted() }
        timer = loop.schedule(at: loop.now + Self.completionPatience) { [self] in tellCompleted() }
    }

    private func tellCompleted() {
        timer?.cancel()
        timer = nil
        let body = completed
        completed = nil
        body?()
    }

    /// - Returns: whether it is to be completed now.
    private func conclude(inOrder: Bool) -> Bool {
        isConcluded = true
        timer?.cancel()
        timer = nil
        let current = machine.current?.id
        speakers?.cancel()
        speakers = nil
        closeAudio(current, offset: machine.offset)
        let actions = machine.ended(inOrder: inOrder, now: desk.now())
        run(actions)
        if let attached { desk.detach(attached, of: user, timeout: machine.current?.id == current && current != nil ? request.timeout : nil) }
        attached = nil
        return actions.contains { if case .process = $0 { true } else { false } }
    }

    /// - Parameter inOrder: the client said goodbye.
    func ended(inOrder: Bool) {
        guard !isEnded else { return }
        isEnded = true
        if !isConcluded { _ = conclude(inOrder: inOrder) }
        timer?.cancel()
        timer = nil
        completed = nil
        work.finish()
    }

    private func poll() {
        timer = loop.schedule(at: loop.now + Self.pollInterval) { [self] in
            let current = machine.current?.id, offset = machine.offset
            let actions = machine.timePassed(now: desk.now())
            if machine.current?.id != current { closeAudio(current, offset: offset) }
            run(actions)
            work.yield(.know(after: names.known.revision))
            poll()
        }
    }

    private func hear(_ news: ConversationWork.News) {
        guard !isEnded else { return }
        switch news {
        case .known(let known): know(known)
        case .audioTaken: waitingAudio -= 1
        case .introduced(let introduction, let person): accept(introduction, person)
        case .voice(let voice, let label): speakers?.created(voice, for: label)
        case .found(let found, let last): run(machine.begin(found: found, last: last, now: desk.now()))
        case .processing(let conversation): show(.processing(conversation))
        case .completed(let conversation):
            show(.completed(conversation))
            tellCompleted()
        }
    }

    private func run(_ actions: [ConversationMachine.Action]) {
        var said: [Introduction] = []
        defer { for introduction in said { introduce(introduction) } }
        for action in actions {
            switch action {
            case .create(let conversation): work.yield(.create(conversation))
            case .store(let change):
                work.yield(
                    .store(
                        ConversationUpdate(
                            change.id, changed: change.segments.changed, removed: change.segments.removed, started: change.started,
                            finished: change.finished, finalizationReason: change.finalizationReason)))
            case .show(let event):
                if case .began(let id, _) = event {
                    attach(id)
                    let begins = part == nil ? .zero : firstAudio.map { desk.now() - $0 } ?? .zero
                    note(SessionPart(session: session, conversation: id, begins: begins))
                }
                if !isEnded { for event in names.shown(event) { show(event) } }
                if case .changed(let segments) = event {
                    said += introductions.read(segments, known: names.known, mayCreate: request.createsPeople)
                }
            case .process(let id): work.yield(.process(id))
            case .delete(let id): work.yield(.delete(id))
            }
        }
        guard let part, part.conversation == machine.current?.id, let shift = machine.offset, part.shift != shift else { return }
        note(SessionPart(session: session, conversation: part.conversation, begins: part.begins, shift: shift))
    }

    private func note(_ part: SessionPart) {
        self.part = part
        work.yield(.join(part))
    }

    // MARK: - Speakers

    private func know(_ known: KnownVoices) {
        run(machine.shown(names.know(known)))
        speakers?.know(known.directory.voices.filter { request.usesProfile || $0.owner != .user })
    }

    private func hear(_ events: [SpeakerTracker.Event]) {
        for event in events {
            switch event {
            case .identified(let label, let voice, let confidence):
                let speaker = machine.speaker(ofLabel: label)
                // Who has said their name is not nobody again for having a voice.
                if machine.identity(of: speaker).source == .spokenName, names.known.isNameless(voice) { continue }
                run(machine.identified(speaker, as: SpeakerIdentity(.voice(voice), by: .voiceprint, confidence: confidence)))
            case .withdrawn(let label): run(machine.identified(machine.speaker(ofLabel: label), as: .unknown))
            case .isNew(let label, let voiceprint, let evidence):
                let voice = NewVoice(id: ID(desk.newID()), voiceprint: voiceprint, evidence: evidence, created: desk.now())
                work.yield(.keep(voice, label: label))
            case .learned(let voice, let voiceprint, let evidence): work.yield(.learn(voice, voiceprint, evidence))
            }
        }
    }

    private func introduce(_ introduction: Introduction) {
        switch introduction.who {
        case .known(let person): accept(introduction, person)
        case .new: work.yield(.introduce(introduction))
        }
    }

    private func accept(_ introduction: Introduction, _ person: ID<Person>) {
        suggest(introduction, .person(person))
        // The first speaker is whoever an engine could not tell apart.
        guard introduction.speaker.number > 0 else { return }
        run(machine.identified(introduction.speaker, as: SpeakerIdentity(.person(person), by: .spokenName)))
    }

    private func suggest(_ introduction: Introduction, _ who: SpeakerSuggestion.Who) {
        guard !isEnded else { return }
        show(.suggested(SpeakerSuggestion(introduction.speaker, who, name: introduction.name, segment: introduction.segment)))
    }

    private func attach(_ id: ID<Conversation>) {
        if let attached { desk.detach(attached, of: user, timeout: nil) }
        desk.attach(id)
        attached = id
    }
}
