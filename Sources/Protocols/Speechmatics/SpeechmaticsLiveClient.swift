package import Framing
package import Speech

/// The client side of Speechmatics' live protocol: a vendor's stream as an engine.
///
/// Finals cover the audio without gaps or overlaps, whatever the vendor sends, and never reach beyond the sent audio. Marks are added to their words,
/// even when they come in a later message. Broken and unknown messages are skipped; too many broken messages end the stream.
///
/// Source: Speechmatics "Real-time API" reference.
package struct SpeechmaticsLiveClient: LiveClientMachine {
    package static let startLimit = SpeechmaticsConnection.startLimit
    package static let finalizeLimit = SpeechmaticsConnection.finalizeLimit
    package static let drainLimit = SpeechmaticsConnection.drainLimit
    /// Maximum delay of the vendor's finals.
    package static let delay: Duration = .seconds(1)
    package static let model = "enhanced"

    package let connection: ConnectionRequest
    private var options: StreamOptions
    private let configuration: SpeechmaticsConfiguration
    private var state: LiveClientState = .connecting
    private var settled: SettledWords
    private var earlier = EarlierFinals<SpeechmaticsResult>()
    /// True if the vendor writes a blank between two words.
    private var hasBlanks = true
    /// True if words became final and no message said that their turn is over.
    private var turnIsOpen = false
    private var sent: SentAudio
    private var messages = 0
    private var owed = OwedFlushes()
    private var broken = BrokenMessages(of: "Speechmatics")

    /// - Parameter model: the model for a client that names none of the vendor's.
    package init(_ options: StreamOptions, model: String = Self.model, credential: Credential) {
        self.options = options
        sent = SentAudio(rate: options.rate)
        settled = SettledWords(rate: options.rate)
        configuration = SpeechmaticsConfiguration(options, model: model)
        connection = ConnectionRequest(
            target: "/v2", headers: ["Authorization": "Bearer " + credential.secret], model: configuration.model)
    }

    package static let vendor = Vendor(EngineName("speechmatics"), live: service(model: model))

    /// The models that are shown to people, the usual one first.
    private static let listed = [Self.model, "standard", SpeechmaticsAgentClient.model]

    /// The names by which a client asks for a model of the vendor's.
    static let names = SpeechmaticsConfiguration.models.union(listed)

    /// Returns the service with this model for clients that name none. Agent STT is asked for its own model; a stream that Agent STT cannot take goes
    /// to the real-time API.
    private static func service(model: String) -> LiveService {
        let agents = SpeechmaticsAgentClient.model, listed = Self.listed
        let names = Self.names.union([model])
        var capabilities = Capabilities(
            streaming: true, prerecorded: false, languages: .any, models: [model] + listed.filter { $0 != model }, wordTimes: model != agents,
            speakers: true, pace: 1, sessionCap: .seconds(48 * 3_600))
        capabilities.untimedModels = [agents]
        return LiveService(
            capabilities: capabilities, address: "wss://eu2.rt.speechmatics.com", audio: AudioMessages(),
            withModel: { service(model: $0.lowercased()) }, heeds: { heeds($0, $1, at: $2) },
            unnamedLanguage: { _ in SpeechmaticsConfiguration.unnamedLanguage },
            connect: { options, credential in
                let named = options.model?.lowercased()
                guard (named.flatMap { names.contains($0) ? $0 : nil } ?? model) == agents else {
                    return SpeechmaticsLiveClient(options, model: model, credential: credential)
                }
                guard SpeechmaticsAgentClient.takes(options) else {
                    return SpeechmaticsLiveClient(options, model: model == agents ? Self.model : model, credential: credential)
                }
                return SpeechmaticsAgentClient(options, credential: credential)
            })
    }

    /// Returns true if a stream of the engine heeds a part of the rule of turns.
    ///
    /// - Parameter silence: the client's value, where it is a silence; nil: a value that the vendor has too.
    private static func heeds(_ part: TurnPart, _ engine: TurnPart.Engine, at silence: Duration?) -> Bool {
        guard part.isPlainSilence else { return false }
        let isNever = silence.map { $0 >= TurnPart.never } ?? false
        // Agent STT knows no silence: it ends turns, or the client does.
        if SpeechmaticsAgentClient.isModel(of: engine) { return isNever }
        return isNever || silence.map { $0 <= SpeechmaticsConfiguration.longestTrigger } ?? true
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.startLimit)
        actions.append(.send(text: SpeechmaticsClientMessage.startRecognition(configuration).text))
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        fail(SpeechmaticsConnection.rejection(status: status, headers: headers, body: body), &actions)
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {
        sent.add(count)
        messages += 1
    }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            // No results are wanted any more, but this message tells the vendor that the stream is over.
            if state == .open { send(.endOfStream(lastSequenceNumber: messages), &actions) }
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open): finalize(now, &actions)
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            send(.endOfStream(lastSequenceNumber: messages), &actions)
        case (.update(let options), .open):
            guard options.interims != self.options.interims else { return }
            self.options.interims = options.interims
            send(.setRecognitionConfig(SpeechmaticsChange(partials: options.interims), language: configuration.language.rawValue), &actions)
        case (.finalize, .connecting), (.finalize, .starting), (.finalize, .draining): actions.append(.event(.flushed(.first)))
        case (.finish, .connecting), (.finish, .starting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        // The vendor has no keep-alive message; WebSocket pings serve instead.
        case (.keepAlive, _), (.update, _), (.finish, .draining): break
        }
    }

    private mutating func finalize(_ now: Instant, _ actions: inout [ClientAction]) {
        guard settled.through < sent.end else {
            actions.append(.event(.flushed(.first)))
            return
        }
        owed.add(until: now + Self.finalizeLimit)
        send(.forceEndOfUtterance(), &actions)
    }

    private func send(_ message: SpeechmaticsClientMessage, _ actions: inout [ClientAction]) { actions.append(.send(text: message.text)) }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .starting, .open: break
        case .draining: state = .draining(until: now + Self.drainLimit)
        }
        let message = SpeechmaticsServerMessage(parsing: text)
        if case .malformed = message {} else { broken.forgiveOne() }
        switch message {
        case .recognitionStarted(let id, _, let delimiter, _):
            guard case .starting = state else { return }
            hasBlanks = !delimiter.isEmpty
            state = .open
            actions.append(.event(.opened))
            if let session = EngineSession(vendorID: id) { actions.append(.event(.notice(.session(session)))) }
        case .partial(let transcript):
            guard isOpen, options.interims, let end = sent.position(seconds: transcript.end) else { return }
            var tentative = settled
            for result in transcript.results { add(result, to: &tentative) }
            actions.append(.event(.interim(settled.interim(tentative, through: end))))
        case .transcript(let transcript):
            guard isOpen else { return }
            received(transcript, &actions)
        case .endOfUtterance(let at, _):
            guard isOpen else { return }
            endUtterance(sent.position(seconds: at) ?? settled.through, &actions)
        case .endOfTranscript:
            guard case .draining = state else {
                return fail(.protocolViolation("Speechmatics ended the transcript before the end of the audio."), &actions)
            }
            complete(&actions)
        case .error(let type, let reason):
            fail(SpeechmaticsError.engineError(type: type, reason: reason, language: options.language), &actions)
        case .audioAdded, .speakers, .info, .warning, .unrecognized, .partialSegment, .segment, .boundary: break
        case .malformed(let problem):
            if let error = broken.add(problem, &actions) { fail(error, &actions) }
        }
    }

    private var isOpen: Bool {
        switch state {
        case .open, .draining: true
        case .connecting, .starting, .closed: false
        }
    }

    private mutating func received(_ transcript: SpeechmaticsTranscript, _ actions: inout [ClientAction]) {
        guard transcript.results.isEmpty || !earlier.contain(transcript.results) else { return }
        for result in transcript.results { add(result, to: &settled) }
        if !transcript.results.isEmpty { turnIsOpen = true }
        if let final = settled.takeDue() {
            actions.append(.event(.final(final, reason: .length)))
        } else if settled.words.isEmpty, let end = sent.position(seconds: transcript.end), let final = settled.takeAll(through: end) {
            actions.append(.event(.final(final, reason: .length)))
        }
        // The tentative words are final now, or dropped.
        if options.interims, !settled.words.isEmpty, let end = sent.position(seconds: transcript.end) {
            actions.append(.event(.interim(settled.interim(settled, through: end))))
        }
    }

    private func add(_ result: SpeechmaticsResult, to words: inout SettledWords) {
        guard let start = sent.position(seconds: result.start), let end = sent.position(seconds: result.end) else { return }
        switch result.kind {
        case .other: break
        case .punctuation:
            if result.attachment == .next { words.open(with: result.content) } else { words.extend(by: result.content) }
        case .word:
            let speaker = result.speaker.flatMap { $0.first == "S" ? Int($0.dropFirst()) : nil }
            var word = Word(
                result.content, SampleRange(start, end), confidence: Float(min(max(result.confidence, 0), 1)),
                speaker: speaker.flatMap { (1...1_000).contains($0) ? SpeakerLabel($0 - 1) : nil },
                language: result.language.map(LanguageTag.init))
            if !hasBlanks, let before = words.words.last?.text, WordSpacing.isMixed(before, word.text) { word.blankBefore = false }
            words.append(word)
        }
    }

    private mutating func endUtterance(_ end: SampleIndex, _ actions: inout [ClientAction]) {
        let answers = owed.settle() > 0
        if let final = settled.takeAll(through: end) {
            actions.append(.event(.final(final, reason: answers ? .flush : turnIsOpen ? .endOfTurn : .length)))
        } else if answers {
            actions.append(.event(.flushed(.first)))
        } else if turnIsOpen {
            actions.append(.event(.turnEnded(.first, at: settled.through)))
        }
        turnIsOpen = false
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        fail(SpeechmaticsError.engineError(closeCode: code, reason: reason), &actions)
    }

    /// Completes the stream after the vendor's last message: audio that no final covered is silence.
    private mutating func complete(_ actions: inout [ClientAction]) {
        if let final = settled.takeAll(through: sent.end) { actions.append(.event(.final(final, reason: .endOfAudio))) }
        owed.answer(&actions)
        state = .closed
        actions.append(.event(.closed(nil)))
        actions.append(.close(code: 1000))
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) {
        // Words that the vendor made final stay final.
        if !settled.words.isEmpty, let final = settled.takeAll(through: settled.through) { actions.append(.event(.final(final, reason: .length))) }
        state.fail(error, &actions)
    }

    // MARK: Time

    package var deadline: Instant? { state.deadline(owed) }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        if let error = SpeechmaticsConnection.timePassed(now, state, &owed, &actions) { fail(error, &actions) }
    }
}

extension SpeechmaticsConfiguration {
    /// Live, the vendor must be named a language, and finds none.
    ///
    /// Source: Speechmatics "Realtime API Reference", `transcription_config.language`, and "Languages", November 2026: language identification is for
    /// recordings only, and so is the multilingual model `melia-1`; Agent STT has the languages of the real-time API.
    static let unnamedLanguage = UnnamedLanguage.english

    /// The vendor's maximum for `end_of_utterance_silence_trigger`.
    static let longestTrigger: Duration = .seconds(2)

    /// Returns the configuration that is sent to the vendor for a stream with these options.
    ///
    /// - Parameter standard: the model for a client that names none of the vendor's.
    init(_ options: StreamOptions, model standard: String = SpeechmaticsLiveClient.model) {
        let model = options.model?.lowercased()
        // The vendor judges the words of its own clients, also where they leave the language to it.
        let isOwn = SpeechmaticsOptions.table.sent(options.vendorOptions, .live).contains { $0.name == "language" }
        let language = isOwn ? options.language : Self.unnamedLanguage.asked(options.language, among: options.shared.languages)
        let primary = Self.code(of: language ?? .english)
        self.init(
            format: .linear16(options.rate), language: LanguageTag(primary == "multi" ? "auto" : primary),
            model: model.flatMap { Self.models.contains($0) ? $0 : nil } ?? standard)
        changes = SpeechmaticsChange(delay: SpeechmaticsLiveClient.delay, partials: options.interims)
        diarizes = options.diarize
        let silence = options.turn.soleSilence ?? options.turn.minimumSilence ?? options.endpointing
        // The vendor ends no utterance by itself, and an engine's stream has to end turns: a silence is sent too where the client asked for none. A Harken
        // gateway at this address takes it as asked for.
        // A silence of 60 s or more means that silence does not end utterances.
        if silence > .zero, silence < TurnPart.never { endOfUtterance = min(silence, Self.longestTrigger) }
        vocabulary = options.keyterms
        vendorOptions = options.vendorOptions
        shared = options.shared
    }
}
