package import Conversations
import Framing
package import Speech

/// The server side of `/listen` and of push-to-talk, for wearables, phones, desktops and browsers that record all day.
///
/// Messages about segments, speakers and conversations come from the session's conversation. Push-to-talk has no conversation, and shows the commits.
///
/// Source: the behaviour of Omi's `/v4/listen`; see docs/listen.md.
package struct ListenServer: ConversationDialect, ResumableDialect, TaggedAudioDialect {
    package static let pingInterval: Duration = .seconds(10)
    /// Maximum time without anything from the client.
    package static let idleLimit: Duration = .seconds(90)
    package static let pushToTalkLimit: Duration = .seconds(120)
    /// Maximum wait for the conversation. After this time the session begins anyway, so that a failing store does not stop recognition.
    package static let conversationPatience: Duration = .seconds(5)
    /// Maximum duration of a session's end.
    package static let endLimit: Duration = .seconds(25)
    /// Pause between the message that the credit is used up and the close.
    package static let lastPause: Duration = .milliseconds(500)
    /// Time for which the session of a disconnected client is kept.
    package static let resumeWindow: Duration = .seconds(120)
    /// Remaining credit below which the client is told about it.
    package static let freemiumThreshold: Duration = .seconds(180)
    /// Maximum size of a binary message, in bytes.
    package static let messageLimit = 1 << 20

    private enum End: Equatable, Sendable {
        case expired, exhausted, draining, finished
    }

    private static let ping = Array("ping".utf8)
    /// Maximum number of unanswered finalizes. Further finalizes of the client are ignored, and named.
    private static let maxFinalizes = 16

    package private(set) var request: LiveRequest
    package let preferredEngine: EngineName?
    package let conversation: ConversationRequest?
    private let options: ListenOptions
    private var sessionID: ID<Session>
    /// Place in the client's audio at which the session goes on here; nil when it began here.
    private var takenAt: SampleIndex?
    private let sessionLimit: Duration

    private var state = LiveServerState<End>.connecting
    private var rate: SampleRate = .speech
    private var model = ""
    private var preferred: EngineName?
    private var serving: EngineName?
    private var term: SessionTimeouts?
    private var nextPing: Instant?
    /// Pauses in the client's audio; nil where the client ends its turns itself.
    private var pauses: ClientPauses?
    /// Deadline for the conversation; nil when it has begun or the session has none.
    private var conversationDue: Instant?
    private var hasBegun = false
    private var isServed = false
    private var saidReady = false
    private var isDegraded = false
    private var isRevoked = false
    /// True if the user wants speech in other languages translated; no engine translates.
    private var wantsTranslation = false
    /// The remaining credit that was last reported to the client.
    private var toldCredit: Duration?
    /// Time at which an ending session is closed in any case.
    private var endDue: Instant?
    private var lastWords: (at: Instant, close: ListenError)?
    private var images = ListenImages()
    private var photos = 0
    private var segments = 0
    private var finalizes = 0
    private var saidUnknownChannel = false
    private var ignoredNames = ReportedNames()
    private var memory = ListenMemory()
    /// One for each channel, where clients send 16-bit samples in messages of any size; empty for other encodings.
    private var shortMessages: [ShortMessages] = []
    /// True if the client's connection is lost.
    private var isLost = false
    /// End of the audio that the client was told is durable, and the start of what it had when it came back last; in the session's samples.
    private var toldDurable = SampleIndex.zero, returnedWith = SampleIndex.zero

    init(_ options: ListenOptions, _ context: HandshakeContext) {
        self.options = options
        request = options.request
        if case .raw(.linear16, _, channels: _) = options.format {
            shortMessages = Array(repeating: ShortMessages(), count: options.channels)
        }
        preferredEngine = options.engine.flatMap { context.engines.contains($0) ? $0 : nil }
        conversation = options.conversation
        sessionID = ID(context.requestID)
        sessionLimit = options.route == .pushToTalk ? min(Self.pushToTalkLimit, context.sessionLimit) : context.sessionLimit
    }

    package var creditWarnings: [Duration] { [Self.freemiumThreshold] }
    package var tagsChannels: Bool { options.channels > 1 }
    package var resume: LiveResume? { options.resume }
    package var waitsForClient: Bool { options.acknowledges && state != .closed }
    package var predecessor: ID<Session>? { isRecovered ? options.predecessor : nil }
    package var keptAudio: Duration? {
        guard isRecovered, let resume, let kept = resume.kept else { return nil }
        let start = max(SampleIndex.zero, min(kept, resume.start))
        return (start - .zero).duration(at: options.rate ?? rate)
    }
    package var keptStart: SampleIndex? {
        // A client that is away does not hear where the session ends.
        isLost ? nil : options.kept.map { max(returnedWith, toldDurable - SampleCount($0, at: rate)) }
    }
    /// True if recovered words come to the client: only a conversation gets them. A client that brings its words, or is told words itself, sends again
    /// what it has.
    private var isRecovered: Bool { options.conversation?.takesTranscripts == false }

    package mutating func adopt(_ choices: UserChoices) {
        request.keyterms = Array((request.keyterms + choices.terms).prefix(UserChoices.maxTerms))
        let ofSession = choices.language ?? (choices.languages.isEmpty ? .english : .multi)
        // A user who has said which languages they speak is heard in these where the client names none.
        if !options.namesLanguage, !options.isOnboarding, !choices.languages.isEmpty {
            request.language = choices.isSingleLanguage ? ofSession : .multi
            return
        }
        guard request.language?.isMulti == true else { return }
        if choices.isSingleLanguage {
            request.language = ofSession
        } else {
            wantsTranslation = choices.language.map { !$0.isMulti } ?? false
        }
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .open
        rate = start.rate
        model = start.model
        preferred = preferredEngine ?? start.engine
        term = SessionTimeouts(sessionLimit, silence: Self.idleLimit, from: now)
        if conversation != nil, !options.takesTranscripts { pauses = ClientPauses(from: now) }
        if options.route == .web { say(.authResponse(true), &output) }
        if let takenAt {
            say(.sessionResumed(takenAt), &output)
        } else if waitsForClient {
            say(.sessionStarted(sessionID, window: Self.resumeWindow), &output)
        }
        ping(now, &output)
        say(.status(ListenStatus(.initiating)), &output)
        if conversation == nil { begin(nil, &output) } else { conversationDue = now + Self.conversationPatience }
    }

    // MARK: - From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        term?.heard(now)
        guard state == .open else { return .ignored }
        guard message.byteCount <= Self.messageLimit else {
            state = .closed
            return .rejected(code: 1009, reason: "A message has more than \(Self.messageLimit) bytes.")
        }
        guard !message.isEmpty else { return .ignored }
        // The first byte of a message names the channel.
        let tag = tagsChannels ? Int(message.unsafeLoad(fromByteOffset: 0, as: UInt8.self)) : 1, skip = tagsChannels ? 1 : 0
        let meaning = meaning(of: message, in: tag - 1, skip)
        if meaning == .nothing { return .ignored }
        pauses?.audio(now)
        guard (1...options.channels).contains(tag) else {
            sayUnknownChannel(tag, &output)
            return .ignored
        }
        let channel = ChannelIndex(tag - 1)
        if case .audioBehind(let byte) = meaning { return .audio(channel: channel, skip: skip, before: byte) }
        return .audio(channel: channel, skip: skip)
    }

    /// Returns what a message is. In other encodings than 16-bit samples, and for channels that do not exist, a message of at most two bytes only keeps
    /// the session alive.
    private mutating func meaning(of message: RawSpan, in number: Int, _ skip: Int) -> ShortMessages.Meaning {
        guard shortMessages.indices.contains(number) else { return message.byteCount > 2 ? .audio : .nothing }
        return shortMessages[number].meaning(of: message, from: skip)
    }

    private mutating func sayUnknownChannel(_ tag: Int, _ output: inout ServerOutput) {
        if !saidUnknownChannel {
            let text = "There is no channel \(tag): the first byte of a message is 1 to \(options.channels). Such messages are ignored."
            say(.status(ListenStatus(.unknownChannel, text: text, outcome: .invalidInput)), &output)
        }
        saidUnknownChannel = true
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
        pauses?.held(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        term?.heard(now)
        guard state == .open else { return }
        var ignored: [ListenIgnored] = []
        let message = ListenClientMessage(parsing: text, ignored: &ignored)
        if let reason = reasonToIgnore(message) {
            sayIgnored([ListenIgnored(message.type, reason)], &output)
        } else {
            sayIgnored(ignored, &output)
            heed(message, now, &output)
        }
    }

    private mutating func heed(_ message: ListenClientMessage, _ now: Instant, _ output: inout ServerOutput) {
        switch message {
        case .finalize:
            finalizes += 1
            output.command(.finalize)
        case .finish: finish(&output)
        case .seen(let number): memory.saw(number)
        case .imageChunk(let id, let index, let total): image(id, images.add(id: id, index: index, total: total, now: now), &output)
        case .malformedImage: image("", .invalid, &output)
        case .transcript(let segments, let engine): if !segments.isEmpty { output.converse(.transcript(segments, engine: engine)) }
        case .speakerAssigned(let speaker, let person, let name, let segments):
            output.converse(.assign(speaker, person: person, name: name, segments: segments))
        case .finalization(let reason): output.converse(.finalization(reason: reason))
        case .startOnboarding, .skipQuestion: say(.onboardingComplete(error: "not_configured"), &output)
        case .heartbeat, .ignored: break
        }
    }

    /// Returns the reason, as a clause, for which this session has no use for a message; nil: it has one.
    private func reasonToIgnore(_ message: ListenClientMessage) -> String? {
        switch message {
        case .heartbeat, .ignored, .finish: nil
        case .seen: options.acknowledges ? nil : "the session was opened without ack=true"
        case .finalize where options.route != .pushToTalk && !options.tellsWords: "it belongs to push-to-talk and to words=true"
        case .finalize: finalizes < Self.maxFinalizes ? nil : "\(Self.maxFinalizes) are not answered yet"
        case _ where conversation == nil: "the session has no conversation"
        case .transcript: options.takesTranscripts ? nil : "the session was opened without custom_stt=enabled"
        case .startOnboarding, .skipQuestion: options.isOnboarding ? nil : "the session was opened without onboarding=enabled"
        case .imageChunk, .malformedImage, .speakerAssigned, .finalization: nil
        }
    }

    /// Names what has no effect, each once in a session.
    private mutating func sayIgnored(_ ignored: [ListenIgnored], _ output: inout ServerOutput) {
        var names: [String] = [], reasons: [String] = []
        for part in ignored {
            guard let name = ignoredNames.add(part.name) else { continue }
            names.append(name)
            reasons.append("\(name) is ignored: \(part.reason).")
        }
        if !names.isEmpty { say(.ignored(names: names, text: reasons.joined(separator: " ")), &output) }
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        guard state != .closed else { return }
        let told = names.compactMap { ignoredNames.add($0) }
        if !told.isEmpty { say(.ignored(names: told, text: told.map(IgnoredOptions.warning).joined(separator: " ")), &output) }
    }

    /// Finishes the session at the client's request. The session has its own limits for sending the remaining text.
    private mutating func finish(_ output: inout ServerOutput) {
        state = .ending(.finished)
        output.command(.finish)
    }

    private mutating func image(_ id: String, _ progress: ListenImages.Progress, _ output: inout ServerOutput) {
        switch progress {
        case .waiting: break
        case .invalid: close(.policy("An image_chunk needs id, data, total from 1 to 4096, and index below it."), &output)
        case .complete:
            let photo = DerivedUUID(sessionID.rawValue + "/photo", index: photos).description
            photos += 1
            say(.photoProcessing(temporary: id, photo: photo), &output)
            say(.photoDescribed(photo: photo, description: "Not described: no model for images is configured."), &output)
        }
    }

    // MARK: - The start

    /// Begins the session, when its conversation has begun or will not come.
    private mutating func begin(_ id: ID<Conversation>?, _ output: inout ServerOutput) {
        conversationDue = nil
        hasBegun = true
        if conversation != nil { say(.status(ListenStatus(.conversations)), &output) }
        if let id { say(.conversation(id, recording: sessionID.rawValue), &output) }
        say(.status(ListenStatus(.engineStarting)), &output)
        sayReady(&output)
    }

    package mutating func served(by engine: EngineName) { serving = engine }

    private mutating func sayReady(_ output: inout ServerOutput) {
        guard hasBegun, isServed || options.takesTranscripts, !saidReady else { return }
        saidReady = true
        var status = ListenStatus(.ready)
        if !options.takesTranscripts {
            status.engine = serving ?? preferred
            if let preferred, let serving, serving != preferred { status.reason = "fallback_from_\(preferred)" }
        }
        say(.status(status), &output)
        if wantsTranslation, conversation != nil {
            let text = "Nothing is translated, because no translation model is configured."
            say(.status(ListenStatus(.noTranslation, text: text, outcome: .configuration)), &output)
        }
    }

    // MARK: - From the conversation

    package mutating func conversation(_ event: ConversationEvent, now: Instant, output: inout ServerOutput) {
        guard state != .closed, state != .connecting else { return }
        switch event {
        case .last(let id): say(.lastMemory(id), &output)
        case .began(let id, _):
            if hasBegun { say(.conversation(id, recording: sessionID.rawValue), &output) } else { begin(id, &output) }
        case .changed(let segments):
            if !segments.isEmpty { say(.segments(segments), &output) }
        case .removed(let ids): if !ids.isEmpty { say(.deleted(ids), &output) }
        case .suggested(let suggestion): suggest(suggestion, &output)
        case .labeled(let speaker, let label): say(.label(speaker: speaker, label), &output)
        case .unknownPerson(let person):
            let text = "There is no person \(person.rawValue.prefix(bytes: 60)); the parts that name this person are ignored."
            say(.status(ListenStatus(.unknownPerson, text: text, outcome: .invalidInput)), &output)
        case .processing(let conversation): say(.processingStarted(conversation), &output)
        case .completed(let conversation): say(.created(conversation), &output)
        }
    }

    private mutating func suggest(_ suggestion: SpeakerSuggestion, _ output: inout ServerOutput) {
        let person =
            switch suggestion.who {
            case .user: "user"
            case .person(let id): options.suggestsPeople ? id.rawValue : ""
            case .named: ""
            }
        say(.suggestion(speaker: suggestion.speaker, person: person, name: suggestion.name, segment: suggestion.segment), &output)
    }

    // MARK: - From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        guard state != .closed else { return }
        if options.tellsWords, let words = ListenWords(event, placing: { shown($0) }) { return say(words, &output) }
        switch event {
        case .ready:
            isServed = true
            sayReady(&output)
        case .commit(let commit): self.commit(commit, &output)
        case .flushed: finalized(&output)
        case .gap(_, let range, let error):
            isDegraded = true
            say(.status(missing(range, error)), &output)
        case .ended(let end): ended(end, now, &output)
        case .interim(var guess):
            guard options.tellsInterims else { return }
            guess.range = SampleRange(shown(guess.range.start), shown(guess.range.end))
            say(ListenServerMessage.interim(guess), &output)
        case .speechStarted, .turnEnded: break
        }
    }

    private mutating func say(_ words: ListenWords, _ output: inout ServerOutput) {
        switch words {
        case .flushed, .final(_, .flush, _): finalizes = max(0, finalizes - 1)
        case .final, .interim, .speechStarted, .turnEnded, .gap: break
        }
        say(.words(words), &output)
    }

    private func missing(_ range: SampleRange, _ error: EngineError) -> ListenStatus {
        var status = ListenStatus(error, wasReady: true)
        status.status = .degraded
        status.engine = serving
        status.retryAfter = nil
        func seconds(_ position: SampleIndex) -> Double { (shown(position).seconds(at: options.rate ?? rate) * 100).rounded() / 100 }
        status.text = "Not recognized: \(seconds(range.start)) s to \(seconds(range.end)) s of the session."
        return status
    }

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        if conversation == nil, let segment = segment(of: commit) { say(.segments([segment]), &output) }
        if isDegraded, !commit.words.isEmpty {
            isDegraded = false
            say(.status(ListenStatus(.recovered, engine: commit.engine)), &output)
        }
        if commit.reason == .flush { finalized(&output) }
    }

    /// Returns a commit as a segment, unchanged; for push-to-talk only.
    private mutating func segment(of commit: Commit) -> Segment? {
        guard let first = commit.words.first, let last = commit.words.last else { return nil }
        defer { segments += 1 }
        func time(_ position: SampleIndex) -> Duration { (position - .zero).duration(at: rate) }
        return Segment(
            id: ID(DerivedUUID(sessionID.rawValue + "/segment", index: segments).description), text: commit.words.text,
            start: time(first.range.start), end: time(last.range.end), channel: commit.channel, engine: commit.engine)
    }

    private mutating func finalized(_ output: inout ServerOutput) {
        guard finalizes > 0 else { return }
        finalizes -= 1
        say(.status(ListenStatus(.finalized)), &output)
    }

    private mutating func ended(_ session: SessionEnd, _ now: Instant, _ output: inout ServerOutput) {
        if isRevoked { return close(.badToken, &output) }
        if state == .ending(.exhausted) {
            lastWords = (now + Self.lastPause, .noCredit)
            return
        }
        guard let error = session.error else {
            switch state {
            case .ending(.expired): return close(ListenError(code: 1001, reason: "session_limit"), &output)
            case .ending(.finished): return close(ListenError(code: 1000, reason: ""), &output)
            case .ending(.draining) where waitsForClient:
                say(.reconnect(shown(.zero + session.received)), &output)
                return close(ListenError(code: 1001, reason: "going_away"), &output)
            case .ending, .connecting, .open, .closed: return close(ListenError(code: 1001, reason: "going_away"), &output)
            }
        }
        if case .unsupportedLanguage(let language) = error { return close(.language(language.rawValue), &output) }
        say(.status(ListenStatus(error, wasReady: isServed)), &output)
        if case .undecodable = error {
            close(.audio("The audio cannot be decoded as \(options.codec.rawValue)."), &output)
        } else {
            close(.unavailable, &output)
        }
    }

    private mutating func close(_ close: ListenError, _ output: inout ServerOutput) {
        state = .closed
        output.close(close.code, close.reason)
    }

    // MARK: - The key

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        switch notice {
        case .low(let remaining):
            guard remaining <= Self.freemiumThreshold else { return }
            // The client is told once for each fall below the threshold: a balance above the last reported one shows that credit was added in
            // between.
            if let toldCredit, remaining + .seconds(1) < toldCredit { return }
            toldCredit = remaining
            freemium(remaining, &output)
        case .exhausted:
            freemium(.zero, &output)
            end(.exhausted, now)
        case .revoked: isRevoked = true
        }
    }

    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) {
        guard state != .connecting, state != .closed else { return }
        say(.status(ListenStatus(.incompleteAudio, text: RecordingNotices.live(notice), reason: notice.name)), &output)
    }

    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) {
        guard state != .connecting, state != .closed else { return }
        say(.status(ListenStatus(.late, text: LateFinals.text)), &output)
    }

    package mutating func finalsBecame(late isLate: Bool, now: Instant, output: inout ServerOutput) {
        guard !isLate else { return finalsAreLate(now: now, output: &output) }
        guard state != .connecting, state != .closed else { return }
        say(.status(ListenStatus(.inTime, text: LateFinals.endText)), &output)
    }

    private mutating func freemium(_ remaining: Duration, _ output: inout ServerOutput) {
        for message in ListenServerMessage.freemium(remaining) { say(message, &output) }
    }

    // MARK: - A client that comes back

    package mutating func takeOver(_ session: ID<Session>, at start: SampleIndex) {
        sessionID = session
        takenAt = start
        memory = ListenMemory(last: options.resume?.seen ?? 0)
    }

    package mutating func durable(through end: SampleIndex, heard: SampleIndex?, now: Instant, output: inout ServerOutput) {
        guard isHeard else { return }
        toldDurable = max(toldDurable, end)
        say(.audioAck(shown(end), heard: heard.map { shown($0) }), &output)
    }

    package mutating func storage(isFull: Bool, now: Instant, output: inout ServerOutput) {
        if isHeard { say(.status(ListenStatus(isFull ? .storageFull : .storageRecovered)), &output) }
    }

    /// True from the session's start until its last message.
    private var isHeard: Bool { state == .open || state == .ending(.finished) || endDue != nil }

    /// Returns the position in the client's samples: at the rate that the client named, which may differ from the session's rate.
    private func shown(_ position: SampleIndex) -> SampleIndex {
        (takenAt ?? .zero) + SampleCount(position.converted(from: rate, to: options.rate ?? rate).samples)
    }

    /// Returns the session's sample at a position in the client's samples; its first one for positions before the session.
    private func position(of shown: SampleIndex) -> SampleIndex {
        max(SampleIndex.zero, SampleIndex.zero + (shown - (takenAt ?? .zero))).converted(from: options.rate ?? rate, to: rate)
    }

    package mutating func clientLost(now: Instant) { isLost = true }

    package mutating func clientReturned(_ resume: LiveResume, received: SampleIndex, now: Instant, output: inout ServerOutput) {
        isLost = false
        returnedWith = position(of: min(resume.kept ?? resume.start, resume.start))
        // The client begins again with a whole sample.
        for number in shortMessages.indices { shortMessages[number] = ShortMessages() }
        term?.heard(now)
        pauses?.held(now)
        memory.saw(resume.seen)
        if options.route == .web { say(.authResponse(true), &output) }
        say(.sessionResumed(shown(received)), &output)
        ping(now, &output)
        for message in memory.messages { output.send { $0.value(raw: message) } }
    }

    package mutating func resumeFailed(_ failure: ResumeError, output: inout ServerOutput) {
        if options.route == .web { say(.authResponse(true), &output) }
        switch failure {
        case .expired(var received):
            if !isRecovered { received = nil }
            say(.sessionExpired(received: received.map { .zero + SampleCount($0, at: options.rate ?? rate) }), &output)
            close(.expired, &output)
        case .rejected(let reason): close(.policy(reason), &output)
        }
    }

    private mutating func say(_ message: ListenServerMessage, _ output: inout ServerOutput) {
        guard waitsForClient, !message.isTransient else { return output.send { message.write(to: &$0) } }
        let text = message.text
        memory.append(text)
        output.send { $0.value(raw: text) }
    }

    private mutating func ping(_ now: Instant, _ output: inout ServerOutput) {
        output.send { $0.value(raw: Self.ping) }
        nextPing = now + Self.pingInterval
    }

    // MARK: - Time

    package var deadline: Instant? {
        if state == .closed { return nil }
        if let lastWords { return lastWords.at }
        guard let term else { return nil }
        var due = endDue
        func or(_ other: Instant?) { if let other { due = due.map { min($0, other) } ?? other } }
        if !isLost { or(nextPing) }
        or(conversationDue)
        if state == .open, !isLost {
            or(term.deadline)
            or(pauses?.deadline)
        }
        return due
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard state != .closed, let term else { return }
        if let lastWords, lastWords.at <= now { return close(lastWords.close, &output) }
        if let endDue, endDue <= now { return close(ListenError(code: 1001, reason: "session_limit"), &output) }
        if let conversationDue, conversationDue <= now { begin(nil, &output) }
        guard !isLost else { return }
        if state == .open {
            switch term.end(now) {
            case .idle where waitsForClient:
                // The connection may be dead without a sign, and the client may be about to reconnect.
                isLost = true
                return output.close(1001, "idle")
            case .idle: return close(ListenError(code: 1001, reason: "idle"), &output)
            case .expired:
                end(.expired, now)
                output.command(.finish)
            case nil: if pauses?.begins(now) == true { output.command(.finalize) }
            }
        }
        if let nextPing, nextPing <= now { ping(now, &output) }
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        end(.draining, now)
        output.command(.finish)
    }

    private mutating func end(_ end: End, _ now: Instant) {
        state = .ending(end)
        endDue = now + Self.endLimit
    }
}

extension ListenServerMessage {
    /// Returns the messages about the remaining credit, in both forms that clients read.
    static func freemium(_ remaining: Duration) -> [ListenServerMessage] {
        let seconds = remaining.secondsDown
        let action = seconds == 0 ? "setup_on_device_stt" : "none"
        var status = ListenStatus(.freemium, text: "{\"remaining_seconds\":\(seconds),\"action\":\"\(action)\"}")
        if seconds == 0 {
            status.outcome = .configuration
            status.reason = ListenStatus.Reason.budget.rawValue
        }
        return [.freemium(remaining: seconds, action: action), .status(status)]
    }
}
