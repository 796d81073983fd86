internal import Audio
package import Continuity
package import Conversations
package import Net
internal import Observability
package import Protocols
internal import Speakers
package import Speech
internal import Store
package import VoiceTracking

/// The conversation of one live session: carries out the decisions of its machine, and stores them in order, outside the loop.
///
/// Lives on the session's loop and is called there only.
package final class LiveConversation {
    package var machine: ConversationMachine
    private let session: ID<Session>
    private let user: ID<User>
    package let request: ConversationRequest
    package let service: ConversationService
    private let loop: Loop
    package let show: (ConversationEvent) -> Void
    package let work: AsyncStream<ConversationWork.Item>.Continuation
    /// Task that ends when everything that the session has left is stored; false: not all words could be stored.
    package private(set) var stored: Task<Bool, Never>?
    private var attached: ID<Conversation>?
    private var timer: Loop.Timer?
    package var isEnded = false
    /// True once the store has told which conversation goes on or begins. Commands and words wait until then.
    private var hasBegun = false
    private var waiting: [() -> Void] = []
    /// A command that names unknown people. Later commands wait until the store has been asked for them.
    private var asking: ConversationCommand?
    /// True if the session reported a gap: words of it may come when the session is over.
    private var lacksWords = false
    /// True if the session's conversation is over and is being completed.
    private(set) var isConcluded = false
    /// Called when the conversation is complete.
    private var completed: (() -> Void)?
    /// True while `completed` waits for the store to have all words.
    private var awaitsStore = false
    /// The conversation whose completion was requested last.
    private var concluding: ID<Conversation>?
    /// True if the client closed the session in order.
    private var isInOrder = false
    /// Time since the session's start at which the next conversation begins; nil when the time is not known.
    private var nextBegins: Duration?
    private var hasAudio = false
    /// End of the session's newest audio.
    private var received = SampleIndex.zero
    /// End of the last word that is in the session's conversations.
    private var saidThrough = SampleIndex.zero
    /// The session's part as the store knows it: relates the session's time to the conversation's time.
    private var part: SessionPart?

    private let rate: SampleRate
    /// Finder of speakers by voice; nil when only engines tell speakers apart, and no speaker is recognised by voice.
    package var speakers: LiveSpeakers?
    /// The user's voices and people as they are shown to the client.
    var names = ShownSpeakers()
    var introductions = SelfIntroductions()
    var assigned = AssignedSpeakers()
    /// Labels of the session that have spoken in this conversation so far.
    package var told: Set<Int> = []
    /// Registration for changes of people and voices.
    private var watch: RevisionWatch?
    /// True while changes of the user's people and voices are being read.
    private var isLooking = false
    private var looksAgain = false
    /// Batches of the session's audio; nil when no audio is kept.
    private var audio: AudioBatches?
    /// Takes the work for the kept audio.
    private let audioWork: AsyncStream<AudioWork.Item>.Continuation
    /// The session's place among those of all gateways; nil when only this gateway may go on with the session.
    private let shared: SharedSession?
    /// True once the session is in the database.
    private var isOpen = false
    /// Called when another gateway has taken the session over.
    private let moved: () -> Void
    /// Called when nothing of the session is stored any more, because its user is being deleted.
    private let refused: () -> Void
    /// Notes a conversation in the session's journal.
    private let journal: (ConversationRecord) -> Void
    private var changes = UnstoredChanges()
    /// The words that no segment shows yet.
    var open = OpenWords()
    /// End of the last word that was committed.
    private var committedThrough = SampleIndex.zero
    /// The conversation of the segments that the client is shown now; nil: the client was told of none.
    private(set) var shown: ID<Conversation>?
    /// Events that are shown when the store has the change with this number.
    private var held: [(change: Int, event: ConversationEvent)] = []
    private var holdTimer: Loop.Timer?

    /// Maximum time for which a client waits for words because the store does not answer.
    private static let holdPatience: Duration = .seconds(1)
    /// The user's webhook for segments as they come; nil when there is none.
    private let transcripts: TranscriptWebhook?

    /// Maximum number of client commands that wait before the conversation has begun.
    private static let maxWaiting = 1_000

    /// - Parameters:
    ///   - session: the session that has the conversation.
    ///   - rate: sample rate of the session's audio.
    ///   - channels: number of channels of the session's audio.
    ///   - choices: the user's choices at the session's beginning.
    ///   - shared: the session's place among those of all gateways; nil when only this gateway may go on with the session.
    ///   - audio: returns audio of the session, of its only channel; nil when the audio is gone.
    ///   - moved: called when another gateway has taken the session over.
    ///   - refused: called when nothing of the session is stored any more, because its user is being deleted.
    ///   - wait: called when final words have waited long for their voices, with true, and when they wait no more, with false.
    ///   - journal: notes a conversation in the session's journal.
    ///   - show: passes an event to the client's dialect.
    package init(
        session: ID<Session>, user: ID<User>, request: ConversationRequest, language: LanguageTag?, started: UnixTime, rate: SampleRate,
        channels: Int, choices: UserChoices = UserChoices(), shared: SharedSession? = nil,
        service: ConversationService, loop: Loop, audio heard: @escaping (SampleRange) -> [Int16]?, moved: @escaping () -> Void = {},
        refused: @escaping () -> Void = {}, wait: @escaping (Bool) -> Void = { _ in }, journal: @escaping (ConversationRecord) -> Void = { _ in },
        show: @escaping (ConversationEvent) -> Void
    ) {
        self.session = session
        self.user = user
        self.request = request
        self.service = service
        self.loop = loop
        self.show = show
        self.shared = shared
        self.moved = moved
        self.refused = refused
        self.journal = journal
        machine = ConversationMachine(
            .init(user: user, request: request, language: language, started: started, continued: shared?.continued), newID: service.newID)
        let (stream, continuation) = AsyncStream.makeStream(of: ConversationWork.Item.self)
        work = continuation
        let (sound, sounds) = AsyncStream.makeStream(of: AudioWork.Item.self)
        audioWork = sounds
        let keeper = service.keeper(of: session, rate: rate, channels: 1, days: choices.audioDays)
        transcripts = service.webhooks?.transcript(of: session, user, choices, on: loop)
        audio = keeper.map { _ in AudioBatches(rate: rate, channels: channels) }
        self.rate = rate
        let session = LoopBound(self, on: loop)
        let worker = ConversationWork(
            session: self.session, user: user, request: request, continued: shared?.continued?.conversation, part: shared?.row.part,
            service: service, audio: keeper, rate: rate
        ) { event in
            session.enter { $0.hear(event) }
        }
        stored = Task { await worker.carryOut(stream) }
        if let keeper {
            let encoder = AudioWork(
                audio: keeper, log: service.log, taken: { session.enter { $0.audio?.taken() } },
                // Behind the work that stores the complete file.
                late: { range in session.enter { $0.give(.silence(range)) } })
            Task(priority: .utility) { await encoder.carryOut(sound) }
        } else {
            audioWork.finish()
        }
        guard let voices = service.voices, request.channels.isEmpty, !request.takesTranscripts else { return }
        speakers = LiveSpeakers(
            voices, rule: service.speakerRule, patience: service.speakerPatience, rate: rate, loop: loop, audio: heard, wait: wait,
            handOn: { [unowned self] in add($0) }, heard: { [unowned self] in hear($0) })
    }

    /// Looks for a conversation in progress, and for known voices and people.
    package func start() {
        if let shared { give(.open(shared.row)) }
        // Yet another gateway may go on with the session before anybody speaks here.
        if let continued = shared?.continued {
            note(SessionPart(session: session, conversation: continued.conversation, begins: .zero, shift: continued.shift))
        }
        give(.find)
        poll()
        let session = LoopBound(self, on: loop)
        watch = service.store.watch(user) { session.enter { $0.look() } }
    }

    package func audioBegan() {
        guard !hasAudio, !isConcluded else { return }
        hasAudio = true
        machine.audioBegan(now: service.now())
    }

    /// Takes the session's audio: 16-bit PCM, all channels.
    package func keep(_ pcm: UnsafeRawBufferPointer, _ range: SampleRange) {
        received = range.end
        speakers?.received(through: range.end)
        if let outcome = audio?.take(pcm, range) { handOn(outcome) }
    }

    /// Silences the words that are said in a time of the session, because they were hidden.
    package func hide(_ range: SampleRange) { audioWork.yield(.silence(range)) }

    private func handOn(_ outcome: AudioBatches.Outcome) {
        switch outcome {
        case .batch(let batch): audioWork.yield(.audio(batch.pcm, from: batch.start))
        case .dropped(let count): service.metrics.audioDropped(count.duration(at: rate))
        }
    }

    /// Ends the kept audio and assigns it to the conversation.
    ///
    /// - Parameter offset: start of the conversation in the audio; nil: the audio belongs to no conversation.
    private func closeAudio(_ id: ID<Conversation>?, offset: Duration?) {
        guard audio != nil else { return }
        if let rest = audio?.rest() { handOn(rest) }
        guard let id, let offset else { return _ = audioWork.yield(.discard) }
        let (file, closing) = AsyncStream.makeStream(of: ConversationAudio.Kept.self)
        audioWork.yield(.close(closing))
        give(.addAudio(id, start: .zero - offset, file: file))
    }

    package func committed(_ words: [Word], in channel: ChannelIndex, by engine: EngineName, model: String?) {
        var words = words
        // Another gateway has stored the words of this channel already.
        if let known = shared?.known[channel] { words.removeAll { time(of: $0.range.start + SampleCount($0.range.count.samples / 2)) < known } }
        guard !words.isEmpty else { return }
        committedThrough = words.reduce(committedThrough) { max($0, $1.range.end) }
        open.committed(words, in: channel)
        let spoken = LiveSpeakers.Spoken(words: words, channel: channel, engine: engine, model: model)
        if let speakers { speakers.committed(spoken) } else { add(spoken) }
    }

    /// Notes that finals cover the session's audio up to this position.
    func covered(through end: SampleIndex) { speakers?.covered(through: end) }

    /// Notes that all finals have come that were decided before this position of the session's audio; nil: from here on there is none.
    func decided(through position: SampleIndex?) { speakers?.decided(through: position) }

    private func add(_ spoken: LiveSpeakers.Spoken) {
        saidThrough = spoken.words.reduce(saidThrough) { max($0, $1.range.end) }
        open.added(spoken.words.count, in: spoken.channel)
        run(
            machine.committed(
                spoken.words, in: spoken.channel, by: spoken.engine, model: spoken.model, rate: rate, now: service.now()))
        // Speakers who were known in one conversation are known in the next one.
        for label in spoken.words.compactMap(\.speaker?.number) where told.insert(label).inserted { speakers?.tell(label) }
    }

    /// Notes that a gap was reported.
    package func missed() { lacksWords = true }

    /// Adds words that fill a gap which was reported before.
    package func mended(_ words: [Word], in channel: ChannelIndex, by engine: EngineName, model: String?) {
        guard !isConcluded else { return }
        run(machine.mended(words, in: channel, by: engine, model: model, rate: rate))
    }

    /// Calls `body` when all committed words were shown to the client.
    package func settled(_ body: @escaping () -> Void) {
        let settle = { [self] in
            showHeld()
            body()
        }
        if let speakers { speakers.idle(settle) } else { settle() }
    }

    // MARK: - Events after their changes

    /// True if another gateway can go on with the session.
    var isShared: Bool { isOpen && !isEnded && !isConcluded }

    /// True if the store has all words that were committed.
    var isStored: Bool { hasBegun && saidThrough >= committedThrough && changes.isEmpty }

    /// Shows an event; while another gateway may go on with the session, only after the store has the changes that came before the event: what a client
    /// has seen is what any gateway knows.
    private func showInOrder(_ event: ConversationEvent) {
        guard isOpen, service.hasOthers.isSet, !changes.isEmpty else { return present(event) }
        held.append((changes.given, event))
        guard holdTimer == nil else { return }
        holdTimer = loop.schedule(at: loop.now + Self.holdPatience) { [self] in showHeld() }
    }

    /// Shows the events that wait.
    ///
    /// - Parameter change: number of the last change that the store has; nil to wait no longer.
    private func showHeld(through change: Int = .max) {
        let count = held.firstIndex { $0.change > change } ?? held.count
        let due = held[..<count]
        held.removeFirst(count)
        if held.isEmpty {
            holdTimer?.cancel()
            holdTimer = nil
        }
        for (_, event) in due { present(event) }
    }

    private func present(_ event: ConversationEvent) {
        guard !isEnded || transcripts != nil else { return }
        let events = names.shown(event)
        if case .began(let id, _) = event { shown = id }
        if case .changed = event { open.shown() }
        if let transcripts { send(events, to: transcripts) }
        if !isEnded { for event in events { show(event) } }
    }

    package func command(_ command: ConversationCommand) {
        guard waiting.count < Self.maxWaiting else { return }
        whenBegun { [self] in
            guard !command.people.allSatisfy(names.known.has) else { return carryOut(command) }
            // The people may have been created a moment ago, and the change may not have been read here yet.
            asking = command
            look()
        }
    }

    private func carryOut(_ command: ConversationCommand) {
        let unknown = command.people.filter { !names.known.has($0) }
        if !isEnded { for person in unknown.sorted(by: { $0.rawValue < $1.rawValue }) { show(.unknownPerson(person)) } }
        guard let command = command.without(unknown) else { return }
        run(machine.command(command, now: service.now()))
        if case .assign(let speaker, let person, _, _) = command { assign(speaker, person) }
    }

    private func whenBegun(_ body: @escaping () -> Void) {
        if hasBegun, asking == nil { body() } else { waiting.append(body) }
    }

    private func goOn() {
        let waiting = waiting
        self.waiting = []
        for body in waiting { whenBegun(body) }
    }

    /// Calls `body` when the conversation is complete, or has all words of the session where it goes on, or after a short time: the session is over, and
    /// its client waits for the result.
    package func concluded(_ body: @escaping () -> Void) {
        guard !isConcluded else { return body() }
        completed = body
        beginPatience()
        whenBegun { [self] in
            guard !isEnded else { return }
            awaitsStore = !conclude(inOrder: true)
            if awaitsStore, changes.isEmpty { return tellCompleted() }
            beginPatience()
        }
    }

    private func beginPatience() {
        timer?.cancel()
        timer = loop.schedule(at: loop.now + service.completionPatience) { [self] in tellCompleted() }
    }

    private func tellCompleted() {
        awaitsStore = false
        timer?.cancel()
        timer = nil
        let body = completed
        completed = nil
        body?()
    }

    /// - Returns: true if the conversation is to be completed now.
    private func conclude(inOrder: Bool) -> Bool {
        isConcluded = true
        isInOrder = inOrder
        timer?.cancel()
        timer = nil
        let current = machine.current?.id
        speakers?.finish()
        speakers?.cancel()
        speakers = nil
        closeAudio(current, offset: machine.offset)
        let actions = machine.ended(inOrder: inOrder, isMoved: shared?.isMoved == true, lacksWords: lacksWords, now: service.now())
        run(actions)
        if let attached, lacksWords, !machine.hasSegments, shared?.isMoved != true {
            let timeout = machine.endsWithSession(inOrder: inOrder) ? .zero : request.timeout
            service.awaitWords(of: session, in: attached, of: user, timeout: timeout)
        } else if let attached {
            service.detach(attached, of: user, timeout: machine.current?.id == current && current != nil ? machine.patience : nil)
        }
        attached = nil
        return actions.contains { if case .process = $0 { true } else { false } }
    }

    /// Ends the conversation's part of the session.
    ///
    /// - Parameter inOrder: true if the client closed the session in order.
    package func ended(inOrder: Bool) {
        guard !isEnded else { return }
        isEnded = true
        if let stored { service.ended(stored) }
        timer?.cancel()
        timer = nil
        watch = nil
        completed = nil
        whenBegun { [self] in
            if !isConcluded { _ = conclude(inOrder: inOrder) }
            // Words that were hidden late are silenced before the end.
            let (drained, draining) = AsyncStream.makeStream(of: Void.self)
            if case .terminated = audioWork.yield(.end(draining)) { draining.finish() }
            give(.awaitAudio(drained))
            // Changes that the store still rejects go to another conversation.
            give(.last)
            transcripts?.ended { [stored] in await stored?.value ?? true }
        }
    }

    private func poll() {
        timer = loop.schedule(at: loop.now + service.poll) { [self] in
            let current = machine.current?.id, offset = machine.offset
            let actions = machine.timePassed(now: service.now())
            if machine.current?.id != current { closeAudio(current, offset: offset) }
            run(actions)
            if let current, machine.current?.id == current { give(.check(current)) }
            look()
            poll()
        }
    }

    /// Reads changes of people and voices: those of this process at once, those of other replicas every few seconds.
    private func look() {
        guard !isEnded || asking != nil else { return }
        guard !isLooking else {
            looksAgain = true
            return
        }
        isLooking = true
        give(.know(after: names.known.revision))
    }

    private func looked(_ known: KnownVoices?) {
        isLooking = false
        if let known { know(known) }
        if looksAgain {
            looksAgain = false
            return look()
        }
        guard let command = asking else { return }
        asking = nil
        carryOut(command)
        goOn()
    }

    /// Begins the conversation, and carries out the commands that waited for this. The people in the commands and the known voices are read by then.
    private func begin(_ found: Conversation?, _ last: ID<Conversation>?, _ known: KnownVoices?) {
        if let known { _ = names.know(known) }
        run(machine.begin(found: found, last: last, now: service.now()))
        // The flag is set last, because the conversation cannot note the owners of voices before it has begun.
        hasBegun = true
        if let known { know(known) }
        goOn()
    }

    /// Continues with a new conversation, because another session has completed this one or it was deleted. Words that were not stored go to the new
    /// one.
    private func rejected(_ id: ID<Conversation>) {
        showHeld()
        let offset = machine.offset
        let (actions, from) = machine.rejected(id, now: service.now())
        guard !actions.isEmpty else { return }
        if !isConcluded { closeAudio(id, offset: offset) }
        nextBegins = from ?? time(of: saidThrough)
        run(actions)
        nextBegins = nil
        if isConcluded { _ = conclude(inOrder: isInOrder) }
    }

    /// Returns the time of a position, since the session's start.
    private func time(of position: SampleIndex) -> Duration { (position - .zero).duration(at: rate) }

    package func hear(_ event: ConversationWork.WorkEvent) {
        switch event {
        case .stored(let change):
            machine.stored(change)
            settled(change)
            showHeld(through: change)
            if awaitsStore, changes.isEmpty { tellCompleted() }
        case .opened: isOpen = true
        case .moved: moved()
        case .refused: refused()
        case .failed: settled(nil)
        case .rejected(let id):
            settled(nil)
            rejected(id)
        case .last:
            work.finish()
            audioWork.finish()
        case .found(let found, let last, let known): begin(found, last, known)
        case .looked(let known) where !isEnded || asking != nil: looked(known)
        case _ where isEnded: break
        case .looked: break
        case .introduced(let introduction, let person): accept(introduction, person)
        case .voice(let voice, let label):
            names.note(voice)
            speakers?.created(voice, for: label)
            tellLabels()
        case .processing(let conversation): show(.processing(conversation))
        case .completed(let id, let conversation):
            if let conversation { show(.completed(conversation)) }
            if id == concluding || concluding == nil { tellCompleted() }
        }
    }

    package func run(_ actions: [ConversationMachine.Action]) {
        var said: [SelfIntroduction] = []
        defer { for introduction in said { introduce(introduction) } }
        for action in actions {
            switch action {
            case .create(let conversation): give(.create(conversation))
            case .store(let change):
                var update = ConversationUpdate(
                    change.id, changed: change.segments.changed, removed: change.segments.removed, started: change.started,
                    finished: change.finished, finalizationReason: change.finalizationReason, isLive: true)
                if isOpen { update.part = session }
                for change in changes.add(update, number: change.number) { work.yield(.store(change.update, number: change.number)) }
            case .show(let event):
                if case .began(let id, _) = event {
                    attach(id)
                    assigned = AssignedSpeakers()
                    told = []
                    let heard = time(of: received)
                    let begins = part == nil ? .zero : min(heard, nextBegins ?? heard)
                    if part?.conversation != id { note(SessionPart(session: session, conversation: id, begins: begins)) }
                }
                showInOrder(event)
                if case .changed(let segments) = event {
                    said += introductions.read(segments, known: names.known, mayCreate: request.createsPeople)
                }
            case .process(let id):
                concluding = id
                give(.process(id))
            case .delete(let id): give(.delete(id))
            }
        }
        guard let part, part.conversation == machine.current?.id, let shift = machine.offset, part.shift != shift else { return }
        note(SessionPart(session: session, conversation: part.conversation, begins: part.begins, shift: shift))
    }

    private func send(_ events: [ConversationEvent], to webhook: TranscriptWebhook) {
        for event in events {
            switch event {
            case .began(let conversation, _): webhook.began(conversation)
            case .changed(let segments): webhook.changed(segments, names.known.document)
            case .removed(let ids): webhook.removed(ids)
            default: break
            }
        }
    }

    /// Has an item carried out behind everything that is to be stored.
    func give(_ item: ConversationWork.Item) {
        if let change = changes.flush() { work.yield(.store(change.update, number: change.number)) }
        work.yield(item)
    }

    private func settled(_ change: Int?) {
        if let next = changes.settled(change) { work.yield(.store(next.update, number: next.number)) }
    }

    private func note(_ part: SessionPart) {
        self.part = part
        if let conversation = machine.current, conversation.id == part.conversation, !isEnded {
            journal(
                ConversationRecord(
                    id: conversation.id.rawValue, source: conversation.source, device: conversation.device, call: conversation.call,
                    created: conversation.started, timeout: conversation.timeout, begins: part.begins, shift: part.shift))
        }
        give(.join(part))
    }

    private func attach(_ id: ID<Conversation>) {
        if let attached { service.detach(attached, of: user, timeout: nil) }
        service.attach(id, of: user)
        attached = id
    }
}
