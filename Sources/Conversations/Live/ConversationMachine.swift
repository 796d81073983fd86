package import Speech

/// The conversation of one live session: makes segments of what is committed, knows when a conversation begins and when silence has ended it, and what its
/// client is to be shown.
///
/// A value without I/O: it is told what happened and when, and says what is to be done. Its clock is the session's audio; the time of day only says when
/// the first sample came, and how long it has been silent.
package struct ConversationMachine: Sendable {
    package struct Configuration: Sendable, Equatable {
        package var user: ID<User>
        package var request: ConversationRequest
        package var language: LanguageTag?
        /// When the session began.
        package var started: UnixTime

        package init(user: ID<User>, request: ConversationRequest, language: LanguageTag?, started: UnixTime) {
            self.user = user
            self.request = request
            self.language = language
            self.started = started
        }
    }

    package enum Action: Sendable, Equatable {
        /// Store it, before anything of it is stored.
        case create(Conversation)
        case store(Change)
        case show(ConversationEvent)
        /// It is over: complete it, away from here. `completed` tells of its end.
        case process(ID<Conversation>)
        /// Nothing was said in it.
        case delete(ID<Conversation>)
    }

    /// What is to be stored of a conversation, in one piece.
    package struct Change: Sendable, Equatable {
        package var id: ID<Conversation>
        /// Counted from 1; `stored` takes it.
        package var number = 0
        package var segments: SegmentChanges
        /// nil: as it was.
        package var started: UnixTime?
        package var finished: UnixTime
        /// nil: as it was.
        package var finalizationReason: String?

        package init(
            _ id: ID<Conversation>, _ segments: SegmentChanges, started: UnixTime? = nil, finished: UnixTime, finalizationReason: String? = nil
        ) {
            self.id = id
            self.segments = segments
            self.started = started
            self.finished = finished
            self.finalizationReason = finalizationReason
        }
    }

    let configuration: Configuration
    private let newID: @Sendable () -> String
    /// nil until `begin`. Its segments are not kept here.
    package private(set) var current: Conversation?
    var hasSegments = false
    private var firstAudio: UnixTime?
    /// What is added to a session's time to make it the conversation's; nil until something is said.
    package private(set) var offset: Duration?
    /// The end of what was said before the session, in the conversation's time.
    private var resumedAt = Duration.zero
    private var makers: [ChannelIndex: SegmentMaker] = [:]
    var speakers = ConversationSpeakers()
    /// What came before `begin`.
    private var waiting: [Heard] = []
    private var reason: String?
    /// The session is over.
    private var isEnded = false
    /// Changes so far.
    private var changes = 0
    /// What was said and is not known to be stored, the oldest first.
    private var unstored: [Unstored] = []

    /// Said in a conversation, with the change that tells the store of it.
    private struct Unstored: Sendable {
        var conversation: ID<Conversation>
        var change: Int
        var channel: ChannelIndex
        /// In the session's time, of no speaker of the conversation.
        var words: [SpokenWord]
        /// As it was heard; nil: by the client.
        var heard: Heard?
    }

    struct Heard: Sendable {
        var words: [Word]
        var channel: ChannelIndex
        var engine: EngineName?
        var model: String?
        var rate: SampleRate
    }

    /// Commits that wait for the conversation; more are a fault of the store, and only the stored transcript has them.
    private static let maxWaiting = 1_000

    /// - Parameter newID: gives a new UUID.
    package init(_ configuration: Configuration, newID: @escaping @Sendable () -> String) {
        self.configuration = configuration
        self.newID = newID
    }

    // MARK: - Its beginning

    /// The store was asked for what there is.
    ///
    /// - Parameters:
    ///   - found: the user's conversation of this source and device that is not over, with its segments; or the one that the client has chosen.
    ///   - last: the user's last completed one.
    package mutating func begin(found: Conversation?, last: ID<Conversation>?, now: UnixTime) -> [Action] {
        guard current == nil else { return [] }
        var actions: [Action] = []
        if let last { actions.append(.show(.last(last))) }
        if let found, isOver(found, now) {
            if found.status == .inProgress { actions.append(found.segments.isEmpty ? .delete(found.id) : .process(found.id)) }
            actions += create(now, besides: found.id)
        } else if let found {
            speakers.resume(found.segments)
            hasSegments = !found.segments.isEmpty
            resumedAt = found.segments.map(\.end).max() ?? .zero
            var resumed = found
            resumed.segments = []
            current = resumed
            actions.append(.show(.began(found.id, isResumed: true)))
        } else {
            actions += create(now)
        }
        let waiting = waiting
        self.waiting = []
        for heard in waiting { actions += add(heard, now: now) }
        return actions
    }

    private func isOver(_ conversation: Conversation, _ now: UnixTime) -> Bool {
        conversation.status != .inProgress || now - conversation.finished >= configuration.request.timeout
    }

    private mutating func create(_ now: UnixTime, besides earlier: ID<Conversation>? = nil) -> [Action] {
        let request = configuration.request
        // The client's own identity is good for one conversation only.
        let chosen = current == nil && earlier != request.chosen ? request.chosen : nil
        let conversation = Conversation(
            id: chosen ?? ID(newID()), user: configuration.user, source: request.source, device: request.device, language: configuration.language,
            started: now, finished: now, call: request.call, timeout: request.timeout)
        current = conversation
        hasSegments = false
        offset = nil
        resumedAt = .zero
        makers = [:]
        speakers = ConversationSpeakers()
        return [.create(conversation), .show(.began(conversation.id, isResumed: false))]
    }

    // MARK: - What is said

    /// The session's first audio has come.
    package mutating func audioBegan(now: UnixTime) { if firstAudio == nil { firstAudio = now } }

    /// Words of the session that will not change.
    ///
    /// - Parameter rate: of the session's timeline.
    package mutating func committed(
        _ words: [Word], in channel: ChannelIndex, by engine: EngineName?, model: String?, rate: SampleRate, now: UnixTime
    ) -> [Action] {
        guard !words.isEmpty else { return [] }
        let heard = Heard(words: words, channel: channel, engine: engine, model: model, rate: rate)
        guard current != nil else {
            if waiting.count < Self.maxWaiting { waiting.append(heard) }
            return []
        }
        return add(heard, now: now)
    }

    private mutating func add(_ heard: Heard, now: UnixTime) -> [Action] {
        var words = Self.spoken(heard)
        for index in words.indices { words[index].speaker = speaker(of: heard.words[index].speaker, in: heard.channel) }
        return add(words, in: heard.channel, heard, now: now)
    }

    /// In the session's time, by nobody.
    private static func spoken(_ heard: Heard) -> [SpokenWord] {
        heard.words.map { word in
            SpokenWord(
                word.text, start: SampleCount(word.range.start.samples).duration(at: heard.rate),
                end: SampleCount(word.range.end.samples).duration(at: heard.rate), confidence: word.confidence, engine: heard.engine,
                model: heard.model)
        }
    }

    /// Words for a gap that the client was told of. Those that the conversation has are left out; so are those from before it: when the session is over
    /// they find their place.
    package mutating func mended(
        _ words: [Word], in channel: ChannelIndex, by engine: EngineName?, model: String?, rate: SampleRate
    ) -> [Action] {
        guard current != nil, let shift = offset else { return [] }
        let earliest = speakers.knownFrom
        let heard = Heard(words: words, channel: channel, engine: engine, model: model, rate: rate)
        let placed = Self.spoken(heard).map { $0.moved(by: shift) }.filter { $0.start >= max(.zero, earliest) }
        let late = LateWords(in: speakers.recent).segments(of: placed, in: channel) { ID(newID()) }
        return tell(SegmentChanges(changed: late))
    }

    // MARK: - What is stored of it

    /// Changes up to this one are stored.
    package mutating func stored(_ change: Int) { unstored.removeAll { $0.change <= change } }

    /// A conversation is not there any more, or is over, which is not this session's doing: what of it is not stored, or will be said, begins another one.
    ///
    /// - Returns: and from where in the session on it is said there; nil: from now on.
    package mutating func refused(_ id: ID<Conversation>, now: UnixTime) -> (actions: [Action], from: Duration?) {
        let again = unstored.filter { $0.conversation == id }
        guard current?.id == id || (current == nil && !again.isEmpty) else { return ([], nil) }
        unstored.removeAll { $0.conversation == id }
        if isEnded, again.isEmpty {
            current = nil
            return ([], nil)
        }
        var actions = create(now, besides: id)
        for one in again { actions += one.heard.map { add($0, now: now) } ?? add(one.words, in: one.channel, nil, now: now) }
        return (actions, again.flatMap(\.words).map(\.start).min())
    }

    /// What the client's own recogniser heard.
    mutating func suggested(_ segments: [SuggestedSegment], engine: EngineName?, now: UnixTime) -> [Action] {
        guard current != nil else { return [] }
        let words = segments.flatMap { segment in
            let parts = segment.text.split(whereSeparator: \.isWhitespace)
            let length = (segment.end - segment.start) / max(parts.count, 1)
            let number = segment.speaker.map { speakers.number(ofLabel: $0) }
            if let number {
                if segment.isUser {
                    speakers.learn(number, SpeakerIdentity(.user, by: .channel))
                } else if let person = segment.person {
                    speakers.learn(number, SpeakerIdentity(.person(person), by: .channel))
                }
            }
            return parts.enumerated().map { index, part in
                SpokenWord(
                    String(part), start: segment.start + length * index, end: segment.start + length * (index + 1), speaker: number, engine: engine)
            }
        }
        return add(words, in: .first, nil, now: now)
    }

    /// - Parameter words: in the session's time.
    private mutating func add(_ words: [SpokenWord], in channel: ChannelIndex, _ heard: Heard?, now: UnixTime) -> [Action] {
        guard var conversation = current, let first = words.first else { return [] }
        var started: UnixTime?
        let origin = firstAudio ?? configuration.started
        if offset == nil {
            if !hasSegments {
                started = origin + first.start
                conversation.started = origin + first.start
            }
            let shift = origin - conversation.started
            // Audio that a client has saved up comes faster than it was spoken, and lies behind what it sent before all the same.
            offset = resumedAt > .zero ? max(shift, resumedAt) : shift
        }
        let shift = offset ?? .zero
        let placed = words.map { word in
            var word = word
            // Nothing lies before the conversation's start; words of another channel may have been heard a little earlier than its first.
            word.start = max(.zero, word.start + shift)
            word.end = max(word.start, word.end + shift)
            return word
        }
        conversation.finished = max(conversation.finished, now)
        current = conversation
        hasSegments = true
        var maker = makers[channel] ?? SegmentMaker(channel: channel)
        let changes = maker.add(placed) { ID(newID()) }
        makers[channel] = maker
        let actions = tell(changes, started: started)
        var again = words
        for index in again.indices { again[index].speaker = nil }
        unstored.append(Unstored(conversation: conversation.id, change: self.changes, channel: channel, words: again, heard: heard))
        // A store that does not answer is no reason to keep everything.
        if unstored.count > Self.maxWaiting { unstored.removeFirst() }
        return actions
    }

    private mutating func speaker(of label: SpeakerLabel?, in channel: ChannelIndex) -> SpeakerNumber? {
        let roles = configuration.request.channels
        if roles.indices.contains(channel.number) {
            let number = SpeakerNumber(channel.number)
            if roles[channel.number] == .user { speakers.learn(number, SpeakerIdentity(.user, by: .channel)) }
            return number
        }
        return label.map { speakers.number(ofLabel: $0.number) }
    }

    /// Stores and shows what has changed, with what is known of who speaks.
    mutating func tell(_ changes: SegmentChanges, started: UnixTime? = nil) -> [Action] {
        guard let conversation = current, !changes.isEmpty else { return [] }
        var changes = changes
        for index in changes.changed.indices { changes.changed[index] = speakers.identified(changes.changed[index]) }
        changes.changed.sort { ($0.start, $0.id.rawValue) < ($1.start, $1.id.rawValue) }
        speakers.note(changes)
        self.changes += 1
        var change = Change(conversation.id, changes, started: started, finished: conversation.finished)
        change.number = self.changes
        var actions: [Action] = [.store(change)]
        if !changes.removed.isEmpty { actions.append(.show(.removed(changes.removed))) }
        if !changes.changed.isEmpty { actions.append(.show(.changed(changes.changed))) }
        return actions
    }

    // MARK: - Who says it

    /// The conversation's speaker number for the session's label.
    package mutating func speaker(ofLabel label: Int) -> SpeakerNumber { speakers.number(ofLabel: label) }

    /// What these speakers have said is to be shown once more, for what they are called has changed.
    package func shown(_ again: [SpeakerNumber]) -> [Action] {
        again.map { speakers.segments(of: $0) }.filter { !$0.isEmpty }.map { .show(.changed($0)) }
    }

    /// What is known of a speaker.
    package func identity(of speaker: SpeakerNumber) -> SpeakerIdentity { speakers.identity(of: speaker) }

    /// It is known who a speaker is: all that they have said and will say.
    package mutating func identified(_ speaker: SpeakerNumber, as identity: SpeakerIdentity) -> [Action] {
        if let voice = identity.voice, let same = speakers.speaker(of: voice), same != speaker, !speakers.identity(of: speaker).isFixed {
            return join(speaker, into: same)
        }
        guard speakers.learn(speaker, identity) else { return [] }
        return tell(SegmentChanges(changed: speakers.segments(of: speaker)))
    }

    /// A voice that was taken for another one is one that has spoken before.
    private mutating func join(_ speaker: SpeakerNumber, into other: SpeakerNumber) -> [Action] {
        var changed = speakers.join(speaker, into: other)
        var removed: [ID<Segment>] = []
        for channel in makers.keys.sorted() {
            guard let changes = makers[channel]?.join(speaker, into: other, newID: { ID(newID()) }) else { continue }
            removed += changes.removed
            for segment in changes.changed {
                changed.removeAll { $0.id == segment.id }
                changed.append(segment)
            }
        }
        changed.removeAll { removed.contains($0.id) }
        return tell(SegmentChanges(changed: changed, removed: removed))
    }

    // MARK: - Its client

    package mutating func command(_ command: ConversationCommand, now: UnixTime) -> [Action] {
        switch command {
        case .assign(let speaker, let person, _, let segments): return assign(speaker, person, segments)
        case .transcript(let segments, let engine): return suggested(segments, engine: engine, now: now)
        case .finalization(let reason):
            guard let conversation = current else { return [] }
            self.reason = reason
            return [.store(Change(conversation.id, SegmentChanges(), finished: conversation.finished, finalizationReason: reason))]
        }
    }

    private mutating func assign(_ speaker: SpeakerNumber, _ person: ID<Person>?, _ segments: [ID<Segment>]) -> [Action] {
        let identity = SpeakerIdentity(person.map { .person($0) } ?? .user, by: .manual)
        speakers.fix(speaker, identity)
        var changed = speakers.segments(of: speaker)
        for segment in speakers.segments(segments) where !changed.contains(where: { $0.id == segment.id }) { changed.append(segment) }
        let wanted = Set(segments)
        for index in changed.indices where wanted.contains(changed[index].id) || !changed[index].identity.isFixed {
            changed[index].identity = identity
        }
        return tell(SegmentChanges(changed: changed))
    }

    // MARK: - Its end

    /// To be called every few seconds.
    package mutating func timePassed(now: UnixTime) -> [Action] {
        guard let conversation = current, hasSegments, now - conversation.finished >= configuration.request.timeout else {
            return []
        }
        return [.process(conversation.id)] + create(now)
    }

    /// The session is over.
    ///
    /// - Parameter inOrder: the client said goodbye.
    package mutating func ended(inOrder: Bool, now: UnixTime) -> [Action] {
        isEnded = true
        guard let conversation = current else { return [] }
        guard hasSegments else {
            current = nil
            return [.delete(conversation.id)]
        }
        let isRotation = reason == "max_duration_rotation"
        guard !isRotation, !configuration.request.channels.isEmpty || (configuration.request.endsWithSession && inOrder) else { return [] }
        current = nil
        return [.process(conversation.id)]
    }
}
