package import Speech

/// The conversation of one live session: makes segments from commits, decides when a conversation begins and when silence ends it, and decides which
/// events its client gets.
///
/// A value without I/O: takes events with their times, and returns actions. Its clock is the session's audio. The time of day is used only for the
/// first sample's time and for the length of silence.
///
/// A client may say that its audio was recorded earlier. The conversation's times are then those of the recording, and silence is what passes here.
package struct ConversationMachine: Sendable {
    package struct Configuration: Sendable, Equatable {
        package var user: ID<User>
        package var request: ConversationRequest
        package var language: LanguageTag?
        /// The time when the session began.
        package var started: UnixTime
        /// The conversation with which the session goes on, because another gateway had the session before; nil when it begins here.
        package var continued: Continued?

        package init(user: ID<User>, request: ConversationRequest, language: LanguageTag?, started: UnixTime, continued: Continued? = nil) {
            self.user = user
            self.request = request
            self.language = language
            self.started = started
            self.continued = continued
        }
    }

    /// A conversation in which the session has spoken at another gateway.
    package struct Continued: Sendable, Equatable {
        package var conversation: ID<Conversation>
        /// Time that is added to a time of the session here to get the time in the conversation.
        package var shift: Duration
        /// Time in the conversation through which the client has surely seen the segments.
        package var seenThrough: Duration

        package init(conversation: ID<Conversation>, shift: Duration, seenThrough: Duration) {
            self.conversation = conversation
            self.shift = shift
            self.seenThrough = seenThrough
        }
    }

    package enum Action: Sendable, Equatable {
        /// Store the conversation, before any other change of it is stored. A title that it has is a person's.
        case create(Conversation)
        case store(Change)
        case show(ConversationEvent)
        /// Complete the conversation, which has ended. The work runs elsewhere, and `completed` reports its end.
        case process(ID<Conversation>)
        /// Delete the conversation, which has no speech.
        case delete(ID<Conversation>)
    }

    /// A change of a conversation that is stored as a whole.
    package struct Change: Sendable, Equatable {
        package var id: ID<Conversation>
        /// Number of the change, from 1; `stored` takes it.
        package var number = 0
        package var segments: SegmentChanges
        /// New start of the conversation; nil: unchanged.
        package var started: UnixTime?
        package var finished: UnixTime
        /// New reason for the end; nil: unchanged.
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
    /// The current conversation, without its segments; nil until `begin`.
    package private(set) var current: Conversation?
    package private(set) var hasSegments = false
    private var firstAudio: UnixTime?
    /// Time here at which the latest words came, or at which the conversation was begun or taken up without words.
    private var lastWords: UnixTime?
    /// Difference between the conversation's timeline and the session's; nil until the first words.
    package private(set) var offset: Duration?
    /// End of the earlier speech in a resumed conversation, on the conversation's timeline.
    private var resumedAt = Duration.zero
    private var makers: [ChannelIndex: SegmentMaker] = [:]
    var speakers = ConversationSpeakers()
    /// Commits that came before `begin`.
    private var waiting: [RecognizedWords] = []
    private var reason: String?
    /// True if the session has ended.
    private var isEnded = false
    /// Number of changes so far.
    private var changes = 0
    /// Words that are not known to be stored, the oldest first.
    private var unstored: [Unstored] = []

    /// Words of a conversation, with the number of the change that stores them.
    private struct Unstored: Sendable {
        var conversation: ID<Conversation>
        var change: Int
        var channel: ChannelIndex
        /// The words on the session's timeline, without a speaker.
        var words: [SpokenWord]
        /// The commit that had the words; nil: the client's own transcript had them.
        var heard: RecognizedWords?
        /// The client's own id of the segment; nil: the segments were made here.
        var id: ID<Segment>?
    }

    struct RecognizedWords: Sendable {
        var words: [Word]
        var channel: ChannelIndex
        var engine: EngineName?
        var model: String?
        var rate: SampleRate
    }

    /// Maximum number of commits that wait for the conversation. More commits mean that the store fails; these are only in the stored transcript.
    private static let maxWaiting = 1_000

    /// - Parameter newID: returns a new UUID.
    package init(_ configuration: Configuration, newID: @escaping @Sendable () -> String) {
        self.configuration = configuration
        self.newID = newID
    }

    // MARK: - The beginning

    /// Begins with the result of asking the store.
    ///
    /// - Parameters:
    ///   - found: the user's open conversation of this source and device, with its segments, or the conversation that the client has chosen; nil:
    ///     none.
    ///   - last: the user's last completed conversation; nil: none.
    package mutating func begin(found: Conversation?, last: ID<Conversation>?, now: UnixTime) -> [Action] {
        guard current == nil else { return [] }
        var actions: [Action] = []
        if let last { actions.append(.show(.last(last))) }
        if let found, beganLater(found) {
            actions += create(now, besides: found.id)
        } else if let found, isOver(found, now) {
            if found.status == .inProgress { actions.append(found.segments.isEmpty ? .delete(found.id) : .process(found.id)) }
            actions += create(now, besides: found.id)
        } else if let found, waitsForOther(found) {
            // It is not deleted here, because another session may speak in it or have words to come. Without any it soon goes by itself.
            actions += create(now, besides: found.id)
        } else if let found {
            speakers.resume(found.segments)
            hasSegments = !found.segments.isEmpty
            resumedAt = found.segments.map(\.end).max() ?? .zero
            var resumed = found
            resumed.segments = []
            current = resumed
            lastWords = configuration.request.started == nil ? found.finished : now
            actions.append(.show(.began(found.id, isResumed: true)))
            if let continued = configuration.continued, continued.conversation == found.id {
                offset = continued.shift
                let unseen = found.segments.filter { $0.end > continued.seenThrough }
                if !unseen.isEmpty { actions.append(.show(.changed(unseen))) }
            }
        } else {
            actions += create(now)
        }
        let waiting = waiting
        self.waiting = []
        for heard in waiting { actions += add(heard, now: now) }
        return actions
    }

    private func isOver(_ conversation: Conversation, _ now: UnixTime) -> Bool {
        conversation.status != .inProgress || recorded(now) - conversation.finished >= configuration.request.timeout
    }

    /// Returns true if the conversation began after the session's audio was recorded, and the client has not chosen it. Another session speaks in it.
    private func beganLater(_ conversation: Conversation) -> Bool {
        guard let started = configuration.request.started, configuration.request.chosen != conversation.id else { return false }
        return conversation.started > started
    }

    /// Returns true if the conversation has no words and was created with other settings than the session's. A conversation that the client has chosen,
    /// or that comes from another gateway, is the session's whatever its settings are.
    private func waitsForOther(_ conversation: Conversation) -> Bool {
        let request = configuration.request
        guard waitsForFirstWords, conversation.segments.isEmpty, request.chosen != conversation.id,
            configuration.continued?.conversation != conversation.id
        else { return false }
        return conversation.language != configuration.language || conversation.title != request.title || conversation.timeout != request.timeout
            || conversation.call != request.call
    }

    /// The time of the session's first sample.
    private var origin: UnixTime { configuration.request.started ?? firstAudio ?? configuration.started }

    /// Returns the time at which audio was recorded that comes now, at the pace at which it was recorded.
    private func recorded(_ now: UnixTime) -> UnixTime {
        guard let started = configuration.request.started else { return now }
        return min(now, started + max(.zero, now - (firstAudio ?? configuration.started)))
    }

    private mutating func create(_ now: UnixTime, besides earlier: ID<Conversation>? = nil) -> [Action] {
        let request = configuration.request
        // The id and the title that the client has chosen are used for one conversation only.
        let chosen = current == nil && earlier != request.chosen ? request.chosen : nil, title = current == nil ? request.title : nil
        let conversation = Conversation(
            id: chosen ?? ID(newID()), user: configuration.user, source: request.source, device: request.device, language: configuration.language,
            title: title, started: recorded(now), finished: recorded(now), call: request.call, timeout: request.timeout)
        current = conversation
        lastWords = now
        hasSegments = false
        offset = nil
        resumedAt = .zero
        makers = [:]
        speakers = ConversationSpeakers()
        return [.create(conversation), .show(.began(conversation.id, isResumed: false))]
    }

    // MARK: - Words

    /// Notes the time of the session's first audio.
    package mutating func audioBegan(now: UnixTime) { if firstAudio == nil { firstAudio = now } }

    /// Takes final words of the session.
    ///
    /// - Parameter rate: sample rate of the session's timeline.
    package mutating func committed(
        _ words: [Word], in channel: ChannelIndex, by engine: EngineName?, model: String?, rate: SampleRate, now: UnixTime
    ) -> [Action] {
        guard !words.isEmpty else { return [] }
        let heard = RecognizedWords(words: words, channel: channel, engine: engine, model: model, rate: rate)
        guard current != nil else {
            if waiting.count < Self.maxWaiting { waiting.append(heard) }
            return []
        }
        return add(heard, now: now)
    }

    private mutating func add(_ heard: RecognizedWords, now: UnixTime) -> [Action] {
        var words = Self.spoken(heard)
        for index in words.indices { words[index].speaker = speaker(of: heard.words[index].speaker, in: heard.channel) }
        return add(words, in: heard.channel, heard, now: now)
    }

    /// Returns the words on the session's timeline, without a speaker.
    private static func spoken(_ heard: RecognizedWords) -> [SpokenWord] {
        heard.words.map { word in
            SpokenWord(
                word.text, start: SampleCount(word.range.start.samples).duration(at: heard.rate),
                end: SampleCount(word.range.end.samples).duration(at: heard.rate), confidence: word.confidence, engine: heard.engine,
                model: heard.model, blankBefore: word.blankBefore)
        }
    }

    /// Takes words for a gap that the client was told of. Words that the conversation already has are left out. Words from before the conversation,
    /// or from before the segments that are kept here, are left out too; they are added when the session is over.
    package mutating func mended(
        _ words: [Word], in channel: ChannelIndex, by engine: EngineName?, model: String?, rate: SampleRate
    ) -> [Action] {
        guard current != nil, let shift = offset else { return [] }
        let earliest = speakers.knownFrom
        let heard = RecognizedWords(words: words, channel: channel, engine: engine, model: model, rate: rate)
        let placed = Self.spoken(heard).map { $0.moved(by: shift) }.filter { $0.start >= max(.zero, earliest) }
        let late = LateWords(in: speakers.recent).segments(of: placed, in: channel) { ID(newID()) }
        return tell(SegmentChanges(changed: late))
    }

    // MARK: - Storage

    /// Notes that all changes up to this number are stored.
    package mutating func stored(_ change: Int) { unstored.removeAll { $0.change <= change } }

    /// Notes that a conversation no longer exists, or has ended, through no action of this session. Its words that are not stored, and later words,
    /// begin another conversation.
    ///
    /// - Returns: the actions, and the time in the session from which words belong to the other conversation; nil: from now on.
    package mutating func rejected(_ id: ID<Conversation>, now: UnixTime) -> (actions: [Action], from: Duration?) {
        let again = unstored.filter { $0.conversation == id }
        guard current?.id == id || (current == nil && !again.isEmpty) else { return ([], nil) }
        unstored.removeAll { $0.conversation == id }
        if isEnded, again.isEmpty {
            current = nil
            return ([], nil)
        }
        var actions = create(now, besides: id)
        for one in again {
            if let id = one.id {
                actions += put(id, one.words, now: now)
            } else {
                actions += one.heard.map { add($0, now: now) } ?? add(one.words, in: one.channel, nil, now: now)
            }
        }
        return (actions, again.flatMap(\.words).map(\.start).min())
    }

    /// Takes the transcript of the client's own recogniser.
    mutating func suggested(_ segments: [SuggestedSegment], engine: EngineName?, now: UnixTime) -> [Action] {
        guard current != nil else { return [] }
        var actions: [Action] = []
        var open: [SpokenWord] = []
        for segment in segments {
            let words = spoken(segment, engine)
            guard let id = segment.id else {
                open += words
                continue
            }
            actions += add(open, in: .first, nil, now: now) + put(id, words, now: now)
            open = []
        }
        return actions + add(open, in: .first, nil, now: now)
    }

    /// Returns the words of a client's own segment, and learns who speaks there.
    private mutating func spoken(_ segment: SuggestedSegment, _ engine: EngineName?) -> [SpokenWord] {
        let number = segment.speaker.map { speakers.number(ofLabel: $0) }
        if let number {
            if segment.isUser {
                speakers.learn(number, SpeakerIdentity(.user, by: .channel))
            } else if let person = segment.person {
                speakers.learn(number, SpeakerIdentity(.person(person), by: .channel))
            }
        }
        return segment.words.map { word in
            SpokenWord(word.written.text, start: word.start, end: word.end, speaker: number, engine: engine, blankBefore: word.written.blankBefore)
        }
    }

    /// Adds a client's own segment under the client's id. The same id again replaces the segment.
    private mutating func put(_ id: ID<Segment>, _ words: [SpokenWord], now: UnixTime) -> [Action] {
        guard let (placed, started) = place(words, now: now), let first = placed.first else { return [] }
        var text = ""
        for word in placed { Sentence.append(word.text, blank: word.blankBefore, to: &text) }
        let segment = Segment(
            id: id, text: text, start: first.start, end: placed.reduce(first.end) { max($0, $1.end) },
            words: placed.map { SegmentWord($0.text, start: $0.start, end: $0.end, confidence: $0.confidence) }, speaker: first.speaker,
            engine: first.engine)
        let actions = tell(SegmentChanges(changed: [segment]), started: started)
        keep(words, in: .first, nil, as: id)
        return actions
    }

    /// Adds words to the conversation.
    ///
    /// - Parameter words: words on the session's timeline.
    private mutating func add(_ words: [SpokenWord], in channel: ChannelIndex, _ heard: RecognizedWords?, now: UnixTime) -> [Action] {
        guard let (placed, started) = place(words, now: now) else { return [] }
        var maker = makers[channel] ?? SegmentMaker(channel: channel)
        let changes = maker.add(placed) { ID(newID()) }
        makers[channel] = maker
        let actions = tell(changes, started: started)
        keep(words, in: channel, heard)
        return actions
    }

    /// Places words in the conversation, which now has words until then.
    ///
    /// - Returns: the words on the conversation's timeline, and the conversation's new start, nil if it is unchanged; nil without words.
    private mutating func place(_ words: [SpokenWord], now: UnixTime) -> (placed: [SpokenWord], started: UnixTime?)? {
        guard var conversation = current, let first = words.first else { return nil }
        var started: UnixTime?
        if offset == nil {
            var shift = origin - conversation.started
            if !hasSegments {
                // Audio that a client has saved comes faster than it was spoken, and was not spoken in the future.
                let begun = min(origin + first.start, now)
                started = begun
                conversation.started = begun
                shift = .zero - first.start
            }
            // Audio that a client has saved comes faster than it was spoken. It still lies after the audio that the client sent before.
            offset = resumedAt > .zero ? max(shift, resumedAt) : shift
        }
        let shift = offset ?? .zero
        let placed = words.map { word in
            var word = word
            // No word lies before the conversation's start. Words of another channel may have begun a little before the first channel's words.
            word.start = max(.zero, word.start + shift)
            word.end = max(word.start, word.end + shift)
            return word
        }
        conversation.finished = max(conversation.finished, finish(of: placed, in: conversation, now))
        current = conversation
        lastWords = max(lastWords ?? now, now)
        hasSegments = true
        return (placed, started)
    }

    /// Keeps words of the last change until they are stored.
    private mutating func keep(_ words: [SpokenWord], in channel: ChannelIndex, _ heard: RecognizedWords?, as id: ID<Segment>? = nil) {
        guard let conversation = current else { return }
        var again = words
        for index in again.indices { again[index].speaker = nil }
        unstored.append(Unstored(conversation: conversation.id, change: changes, channel: channel, words: again, heard: heard, id: id))
        // The number is bounded, in case the store does not answer.
        if unstored.count > Self.maxWaiting { unstored.removeFirst() }
    }

    /// Returns the time at which the conversation ends with these words, which is never in the future.
    private func finish(of words: [SpokenWord], in conversation: Conversation, _ now: UnixTime) -> UnixTime {
        guard configuration.request.started != nil else { return now }
        return min(now, conversation.started + (words.map(\.end).max() ?? .zero))
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

    /// Stores and shows changed segments, with the known identities of their speakers.
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

    // MARK: - Speakers

    /// Returns the conversation's speaker number for a label of the session.
    package mutating func speaker(ofLabel label: Int) -> SpeakerNumber { speakers.number(ofLabel: label) }

    /// Shows the segments of these speakers again, because the speakers' names have changed.
    package func shown(_ again: [SpeakerNumber]) -> [Action] {
        again.map { speakers.segments(of: $0) }.filter { !$0.isEmpty }.map { .show(.changed($0)) }
    }

    /// Returns the identity of a speaker.
    package func identity(of speaker: SpeakerNumber) -> SpeakerIdentity { speakers.identity(of: speaker) }

    /// Sets the identity of a speaker, for all earlier and later segments.
    package mutating func identified(_ speaker: SpeakerNumber, as identity: SpeakerIdentity) -> [Action] {
        if let voice = identity.voice, let same = speakers.speaker(of: voice), same != speaker, !speakers.identity(of: speaker).isFixed {
            return join(speaker, into: same)
        }
        guard speakers.learn(speaker, identity) else { return [] }
        return tell(SegmentChanges(changed: speakers.segments(of: speaker)))
    }

    /// Joins a speaker with another one, whose voice turned out to be the same.
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

    // MARK: - The client

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

    // MARK: - The end

    /// Checks for silence that ends the conversation. Call every few seconds.
    package mutating func timePassed(now: UnixTime) -> [Action] {
        guard let conversation = current, hasSegments, let lastWords, now - lastWords >= configuration.request.timeout else { return [] }
        return [.process(conversation.id)] + create(now)
    }

    /// Returns true if the conversation is over with its session, and does not wait for the client's return.
    ///
    /// - Parameter inOrder: true if the client has closed the session properly.
    package func endsWithSession(inOrder: Bool) -> Bool {
        guard reason != "max_duration_rotation" else { return false }
        return !configuration.request.channels.isEmpty || (configuration.request.endsWithSession && inOrder)
    }

    /// True if a conversation without words outlives its session: the client's next one goes on with it. Such clients connect before they record, and
    /// only a session with words ends their conversation. One that gets no words is deleted after `patience`.
    private var waitsForFirstWords: Bool { configuration.request.endsWithSession && configuration.request.channels.isEmpty }

    /// Time from the session's end to the end of the conversation, if no other session goes on with it.
    package var patience: Duration { Conversation.patience(timeout: configuration.request.timeout, hasWords: hasSegments) }

    /// Ends the session.
    ///
    /// - Parameters:
    ///   - inOrder: true if the client has closed the session properly.
    ///   - isMoved: true if the session goes on elsewhere, and its conversation with it.
    ///   - lacksWords: true if words may come when the session is over, which keeps a conversation without any.
    package mutating func ended(inOrder: Bool, isMoved: Bool = false, lacksWords: Bool = false, now: UnixTime) -> [Action] {
        isEnded = true
        guard !isMoved, let conversation = current else { return [] }
        if !hasSegments, !lacksWords {
            guard waitsForFirstWords else {
                current = nil
                return [.delete(conversation.id)]
            }
            // The wait for the next session counts from the end of this one.
            let finished = max(conversation.finished, recorded(now))
            current?.finished = finished
            return [.store(Change(conversation.id, SegmentChanges(), finished: finished))]
        }
        guard hasSegments, endsWithSession(inOrder: inOrder) else { return [] }
        current = nil
        return [.process(conversation.id)]
    }
}
