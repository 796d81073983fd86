package import Framing
package import Speech

/// The client side of OpenAI's realtime protocol for transcription: a vendor's stream as an engine.
///
/// The client ends the vendor's turns by commits, at pauses that it hears itself. The models for live speech send words while they are spoken, and
/// leave the ends of turns to the client. The vendor's own turn detection exists for the models that recognize whole turns only: their first word
/// comes after the turn.
///
/// Finals cover the audio without gaps or overlaps, in the order of the commits, whatever the vendor sends. Broken and unknown messages are skipped;
/// too many broken messages end the stream.
///
/// Source: OpenAI API reference, "Realtime" and "Realtime transcription".
package struct OpenAILiveClient: LiveClientMachine {
    package static let startLimit: Duration = .seconds(10)
    /// Limit for the answer to a finalize, which a healthy vendor always sends.
    package static let finalizeLimit: Duration = .seconds(5)
    /// Maximum silence of the vendor after the end of the audio; each message of the vendor restarts this time.
    package static let drainLimit: Duration = .seconds(20)
    /// Rate of the audio, the only one that the vendor accepts for PCM.
    package static let rate = SampleRate(hertz: 24_000)
    package static let model = "gpt-live-transcribe"

    /// Minimum audio of a commit; the vendor rejects a shorter one.
    private static let minCommit: Duration = .milliseconds(100)
    /// Minimum loud audio that makes speech: a click is shorter.
    private static let minSpeech: Duration = .milliseconds(80)
    /// Minimum silence between two words, and the silence that is enough to end a turn that has grown long.
    private static let shortestPause: Duration = .milliseconds(100)
    /// Audio without a new word after which the words before it are committed although the audio is loud: noise hides the pause.
    private static let wordless: Duration = .milliseconds(1_500)
    /// Length of silence that is dropped from the vendor's buffer, so that the next turn begins with its speech.
    private static let silence: Duration = .seconds(10)
    /// Maximum length of a turn, with a model that sends words while they are spoken.
    private static let maxLive: Duration = .seconds(30)
    /// Maximum length of a turn, with a model that sends no word before its commit.
    private static let maxWhole: Duration = .seconds(8)
    /// Interval at which a stream of such a model tells that it hears speech.
    private static let sign: Duration = .seconds(1)
    private static let maxTurns = 64
    private static let maxText = 65_536
    private static let maxPast = 64

    package let connection: ConnectionRequest
    private var options: StreamOptions
    private let model: String
    private var state: LiveClientState = .connecting
    private var sent: SentAudio
    /// Committed turns whose finals have not come, in order.
    private var turns: [RealtimeTurn] = []
    /// The turn that is not committed.
    private var open = RealtimeTurn()
    /// Items whose finals have come, the latest ones: a message about them is a repetition.
    private var past: [String] = []
    /// End of the last final.
    private var through = SampleIndex.zero
    /// End of the last commit.
    private var boundary = SampleIndex.zero
    /// The loud audio since the last commit, from its first to its last sample; nil: none.
    private var loud: SampleRange?
    /// Amount of loud audio in `loud`.
    private var loudness = SampleCount.zero
    /// End of the sent audio when the last word came, or the last sign of speech.
    private var saidAt = SampleIndex.zero
    /// True if words became final and no final ended their turn.
    private var turnIsOpen = false
    private var finalizeDeadline: Instant?
    private var commits = 0
    private var broken = BrokenMessages(of: "OpenAI")

    /// - Parameter model: the vendor's name of the model.
    package init(_ options: StreamOptions, model: String = Self.model, credential: Credential) {
        self.options = options
        self.model = model
        sent = SentAudio(rate: options.rate)
        // A server of the operator's own may want no key.
        connection = ConnectionRequest(
            target: "/realtime?intent=transcription",
            headers: credential.secret.isEmpty ? [:] : ["Authorization": "Bearer " + credential.secret], model: model)
    }

    /// Returns the service with this model for clients that name none.
    package static func service(model: String = Self.model) -> LiveService {
        let capabilities = Capabilities(
            streaming: true, prerecorded: false, languages: .any, models: [model] + OpenAIModels.ofEngines.filter { $0 != model }, wordTimes: false,
            // The vendor names no pace. Its models for live speech are made for speech as it is spoken.
            pace: 1, sessionCap: .seconds(3_600), liveChanges: [.endpointing, .turn])
        return LiveService(
            capabilities: capabilities, address: "wss://api.openai.com/v1",
            audio: AudioMessages(
                .base64(rate: Self.rate, before: #"{"type":"input_audio_buffer.append","audio":""#, after: #""}"#), longest: .milliseconds(200)),
            isOptional: true, withModel: { Self.service(model: $0) }, heeds: { part, _, silence in Self.heeds(part, at: silence) },
            takes: { Self.takes($0, $1) }, unnamedLanguage: { _ in .found },
            connect: { OpenAILiveClient($0, model: capabilities.model(for: $0.model) ?? model, credential: $1) })
    }

    /// Returns true if turns end by a part of the rule. A minimum silence below the shortest pause is raised to it; so is an endpointing, which is usual and
    /// not named.
    private static func heeds(_ part: TurnPart, at silence: Duration?) -> Bool {
        part.isPlainSilence && (part != .minimumSilence || silence.map { $0 >= shortestPause } ?? true)
    }

    /// Returns false if the engine's model is sent nothing of an option.
    private static func takes(_ option: VendorOption, _ engine: TurnPart.Engine) -> Bool {
        // The service for recordings has the segments that Harken's own detector cuts.
        guard !engine.findsPauses else {
            return OpenAIPrerecordedClient.takesForSegments(option, named: engine.namedModel, usual: engine.usualModel)
        }
        let usual = engine.usualModel ?? Self.model
        let model = service(model: usual).capabilities.model(for: engine.namedModel) ?? usual
        return switch option.handling {
        case .shared(.prompt): OpenAIModels.takesPrompt(model)
        case .session(.keyterms?): OpenAIModels.takesTerms(model)
        case .own where option.name == "delay": OpenAIModels.isLive(model)
        case .gateway, .session, .shared, .own, .demanded, .refused: true
        }
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.startLimit)
        actions.append(.send(text: RealtimeSessionUpdate(model: model, options).text))
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        fail(OpenAIEngineErrors.rejected(status: status, headers: headers, body: body, language: options.language), &actions)
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) { sent.add(count) }

    package mutating func heard(loud range: SampleRange?, now: Instant, actions: inout [ClientAction]) {
        guard state == .open else { return }
        if let range {
            loudness = SampleCount(loudness.samples + range.count.samples)
            loud = SampleRange(loud?.start ?? range.start, range.end)
        }
        let quiet = sent.end - (loud?.end ?? boundary), length = sent.end - boundary
        guard isSpeaking || !open.text.isEmpty else {
            // A sound too short to be speech is over.
            if loud != nil, quiet >= samples(.seconds(1)) { forgetLoud() }
            if loud == nil, quiet >= samples(Self.silence) { clear(&actions) }
            return
        }
        let longest = samples(isLive ? Self.maxLive : Self.maxWhole)
        let isLong = length.samples > longest.samples / 2
        if isSpeaking, quiet >= (isLong ? min(pause, samples(Self.shortestPause)) : pause) {
            commit(quiet >= pause ? .endOfTurn : .pause, now, &actions)
        } else if !open.text.isEmpty, sent.end - saidAt >= max(pause, samples(Self.wordless)) {
            commit(.endOfTurn, now, &actions)
        } else if length >= longest {
            commit(.length, now, &actions)
        } else if !isLive, options.interims, sent.end - max(saidAt, boundary) >= samples(Self.sign) {
            // The model says nothing before the commit. Without a sign of life it would be taken for an engine that has stalled.
            saidAt = sent.end
            tell(&actions)
        }
    }

    /// True if the model sends words while they are spoken.
    private var isLive: Bool { OpenAIModels.isLive(model) }

    /// True if somebody has spoken since the last commit.
    private var isSpeaking: Bool { loudness >= samples(Self.minSpeech) }

    /// Silence that ends a turn.
    private var pause: SampleCount {
        let silence = options.turn.soleSilence ?? options.turn.minimumSilence ?? options.endpointing
        return samples(min(max(silence, Self.shortestPause), .seconds(60)))
    }

    private func samples(_ duration: Duration) -> SampleCount { SampleCount(duration, at: options.rate) }

    private mutating func forgetLoud() {
        loud = nil
        loudness = .zero
    }

    /// Ends the open turn: the vendor makes an item of the audio since the last commit.
    private mutating func commit(_ reason: FinalReason, flushes: Int = 0, _ now: Instant, _ actions: inout [ClientAction]) {
        commits += 1
        actions.append(.send(text: Array(#"{"type":"input_audio_buffer.commit","event_id":"\#(Self.commitPrefix)\#(commits)"}"#.utf8)))
        close(reason, flushes: flushes, &actions)
    }

    private static let commitPrefix = "commit-"

    /// Adds the open turn to those that wait for their texts, and begins another.
    private mutating func close(_ reason: FinalReason, flushes: Int, isDone: Bool = false, _ actions: inout [ClientAction]) {
        guard turns.count < Self.maxTurns else { return fail(.timedOut("OpenAI does not recognize the audio that it was sent."), &actions) }
        open.end = sent.end
        open.reason = reason
        open.flushes = flushes
        open.isDone = isDone
        turns.append(open)
        open = RealtimeTurn()
        boundary = sent.end
        saidAt = sent.end
        forgetLoud()
        settle(&actions)
    }

    /// Drops the silence since the last commit from the vendor's buffer.
    private mutating func clear(_ actions: inout [ClientAction]) {
        actions.append(.send(text: Array(#"{"type":"input_audio_buffer.clear"}"#.utf8)))
        close(.length, flushes: 0, isDone: true, &actions)
    }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open): finalize(now, &actions)
        case (.finish, .open): finish(now, &actions)
        case (.finalize, .connecting), (.finalize, .starting), (.finalize, .draining): actions.append(.event(.flushed(.first)))
        case (.finish, .connecting), (.finish, .starting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        // Pauses are heard here. The vendor is told nothing.
        case (.update(let new), _):
            options.turn = new.turn
            options.askedEndpointing = new.askedEndpointing
        // The vendor has no keep-alive message; WebSocket pings serve instead.
        case (.keepAlive, _), (.finish, .draining): break
        }
    }

    private var hasUncommittedSpeech: Bool { loud != nil || !open.text.isEmpty }

    private mutating func finalize(_ now: Instant, _ actions: inout [ClientAction]) {
        if hasUncommittedSpeech, sent.end - boundary >= samples(Self.minCommit) {
            finalizeDeadline = now + Self.finalizeLimit
            commit(.flush, flushes: 1, now, &actions)
        } else if let last = turns.indices.last {
            finalizeDeadline = now + Self.finalizeLimit
            turns[last].flushes += 1
        } else {
            actions.append(.event(.flushed(.first)))
        }
    }

    private mutating func finish(_ now: Instant, _ actions: inout [ClientAction]) {
        state = .draining(until: now + Self.drainLimit)
        guard hasUncommittedSpeech else { return completeIfDone(&actions) }
        // The vendor rejects a shorter commit, so the audio is lengthened by silence.
        if sent.end - boundary < samples(Self.minCommit) {
            let zeros = String(repeating: "A", count: 6_400)
            actions.append(.send(text: Array(#"{"type":"input_audio_buffer.append","audio":"\#(zeros)"}"#.utf8)))
        }
        commit(.endOfAudio, now, &actions)
    }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .starting, .open: break
        case .draining: state = .draining(until: now + Self.drainLimit)
        }
        let event = RealtimeServerEvent(parsing: text)
        if case .malformed = event {} else { broken.forgiveOne() }
        switch (event, state) {
        case (.created(let id, let expires), .starting):
            session = EngineSession(vendorID: id, expires: expires)
        case (.updated, .starting):
            state = .open
            actions.append(.event(.opened))
            if let session { actions.append(.event(.notice(.session(session)))) }
        case (.error(let error), _): complained(error, &actions)
        case (.malformed(let problem), _): if let error = broken.add(problem, &actions) { fail(error, &actions) }
        case (_, .starting): break
        case (.committed(let item), _): committed(item, &actions)
        case (.delta(let item, let text), _): extend(item, by: text, &actions)
        case (.completed(let item, let text, let tokens), _): complete(item, text, tokens, &actions)
        case (.failed(_, let error), _):
            // The audio of the item has no words, so another engine hears it.
            fail(OpenAIEngineErrors.engineError(error, language: options.language), &actions)
        case (.created, _), (.updated, _), (.unrecognized, _): break
        }
        completeIfDone(&actions)
    }

    /// The session as the vendor named it at its beginning; told once the stream is open.
    private var session: EngineSession?

    private mutating func complained(_ error: RealtimeComplaint, _ actions: inout [ClientAction]) {
        guard error.code == "input_audio_buffer_commit_empty" else {
            return fail(OpenAIEngineErrors.engineError(error, language: options.language), &actions)
        }
        // The vendor's own turn detection has already made an item of the audio.
        guard let index = turns.firstIndex(where: { $0.item == nil && !$0.isDone }) else { return }
        turns[index].isDone = true
        settle(&actions)
    }

    /// A turn, in its place.
    private enum Place: Equatable { case waiting(Int), open }

    /// Returns the place of an item's turn; nil for an item whose final has come. The first message about an item gives the item to the oldest turn
    /// without one: the vendor's messages come in the order of the commits.
    private mutating func place(of item: String) -> Place? {
        if let index = turns.firstIndex(where: { $0.item == item }) { return .waiting(index) }
        if open.item == item { return .open }
        guard !past.contains(item) else { return nil }
        if let index = turns.firstIndex(where: { $0.item == nil && !$0.isDone }) {
            turns[index].item = item
            return .waiting(index)
        }
        guard open.item == nil else { return nil }
        open.item = item
        return .open
    }

    private mutating func committed(_ item: String, _ actions: inout [ClientAction]) {
        // A server that ends turns by itself, although it was told not to, has heard the audio so far.
        if place(of: item) == .open { close(.endOfTurn, flushes: 0, &actions) }
    }

    private mutating func extend(_ item: String, by text: String, _ actions: inout [ClientAction]) {
        guard !text.isEmpty, let place = place(of: item) else { return }
        saidAt = sent.end
        let length: Int
        switch place {
        case .waiting(let index):
            guard !turns[index].isDone else { return }
            turns[index].text += text
            length = turns[index].text.utf8.count
        case .open:
            open.text += text
            length = open.text.utf8.count
        }
        guard length <= Self.maxText else { return fail(.protocolViolation("OpenAI sent a text without an end."), &actions) }
        if options.interims { tell(&actions) }
    }

    private mutating func complete(
        _ item: String, _ text: String, _ tokens: [OpenAIToken], _ actions: inout [ClientAction]
    ) {
        guard let place = place(of: item), text.utf8.count <= Self.maxText else { return }
        if place == .open { close(.endOfTurn, flushes: 0, &actions) }
        guard let index = turns.firstIndex(where: { $0.item == item }), !turns[index].isDone else { return }
        turns[index].text = text
        turns[index].tokens = tokens
        turns[index].isDone = true
        settle(&actions)
    }

    /// Tells the words after the last final, which are all but the last one as they will stay: the vendor only appends.
    private func tell(_ actions: inout [ClientAction]) {
        let range = SampleRange(through, max(through, sent.end))
        var all = RealtimeTurn()
        for turn in turns where !turn.text.isEmpty { WordSpacing.append(turn.text, to: &all.text) }
        if !open.text.isEmpty { WordSpacing.append(open.text, to: &all.text) }
        let words = all.words(in: range)
        actions.append(.event(.interim(Hypothesis(range: range, words: words, stableWords: max(0, words.count - 1)))))
    }

    /// Makes final the turns whose texts are whole, as far as none before them waits.
    private mutating func settle(_ actions: inout [ClientAction]) {
        while let turn = turns.first, turn.isDone {
            turns.removeFirst()
            if let item = turn.item {
                if past.count == Self.maxPast { past.removeFirst() }
                past.append(item)
            }
            let range = SampleRange(through, max(through, turn.end))
            let words = turn.words(in: range)
            through = range.end
            if !words.isEmpty { turnIsOpen = true }
            var reason = turn.flushes > 0 ? .flush : turn.reason
            if reason == .endOfTurn, !turnIsOpen { reason = .length }
            if reason == .endOfTurn || reason == .flush { turnIsOpen = false }
            actions.append(.event(.final(Hypothesis(range: range, words: words), reason: reason)))
            for _ in 0..<max(0, turn.flushes - 1) { actions.append(.event(.flushed(.first))) }
        }
        if !turns.contains(where: { $0.flushes > 0 }) { finalizeDeadline = nil }
    }

    private mutating func completeIfDone(_ actions: inout [ClientAction]) {
        guard case .draining = state, turns.isEmpty else { return }
        // Audio that no final covered is silence.
        if through < sent.end {
            actions.append(.event(.final(Hypothesis(range: SampleRange(through, sent.end), words: []), reason: .endOfAudio)))
            through = sent.end
        }
        state = .closed
        actions.append(.event(.closed(nil)))
        actions.append(.close(code: 1000))
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        fail(OpenAIEngineErrors.closed(code: code, reason: reason), &actions)
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) {
        guard state != .closed else { return }
        state.fail(error, &actions)
    }

    // MARK: Time

    package var deadline: Instant? {
        switch state {
        case .connecting, .closed: nil
        case .starting(let until), .draining(let until): until
        case .open: finalizeDeadline
        }
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: break
        case .starting(let until): if now >= until { fail(.timedOut("OpenAI did not begin the session."), &actions) }
        case .draining(let until): if now >= until { fail(.timedOut("OpenAI did not recognize the end of the audio."), &actions) }
        case .open:
            guard let limit = finalizeDeadline, now >= limit else { return }
            finalizeDeadline = nil
            for index in turns.indices {
                for _ in 0..<turns[index].flushes { actions.append(.event(.flushed(.first))) }
                turns[index].flushes = 0
            }
        }
    }
}
