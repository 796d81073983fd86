package import Framing
package import Speech

/// The client side of Deepgram's live protocol: a vendor's stream as an engine.
///
/// Finals cover each channel without gaps or overlaps, whatever the vendor sends: a window begins where the last one ended and never reaches beyond
/// the sent audio. Words that a window repeats are dropped. Broken and unknown messages are skipped; too many broken messages end the stream.
///
/// Source: Deepgram "Live Audio" reference.
package struct DeepgramLiveClient: LiveClientMachine {
    private enum State: Equatable {
        case connecting  // → open, closed
        case open  // → draining, closed
        case draining(until: Instant, done: Bool)  // → closed; done: Metadata came
        case closed
    }

    private struct Channel: Sendable {
        var finalizedThrough: SampleIndex = .zero
        var owed = OwedFlushes()
        /// True if words became final and no message said that their turn is over.
        var turnIsOpen = false
    }

    /// Time without a message to the vendor after which KeepAlive is sent; the vendor closes a stream after 10 s.
    package static let keepAlivePeriod: Duration = .seconds(5)
    /// Time for which a stream without any audio stays open. KeepAlive messages do not help: the vendor closes such a stream after 10 s. So this
    /// client closes it properly before, and a new stream is opened for the first audio.
    package static let firstAudioLimit: Duration = .seconds(8)
    /// Limit for the answer to a Finalize. The vendor answers only when it has enough audio to answer with.
    package static let finalizeLimit: Duration = .milliseconds(1_500)
    /// Maximum silence of the vendor after CloseStream; each message of the vendor restarts this time.
    package static let drainLimit: Duration = .seconds(20)

    package let connection: ConnectionRequest
    private var settings: DeepgramOpenSettings
    private var state: State = .connecting
    private var channels: [Channel]
    private var sent: SentAudio
    private var lastSent: Instant?
    /// Time at which the stream ends unless audio is sent; nil after the first audio.
    private var firstAudioDeadline: Instant?
    private var broken = BrokenMessages(of: "Deepgram")
    /// True if the vendor has named its request, or gave no name with its first results.
    private var isNamed = false
    /// The vendor's last error message, for the error that follows when the vendor closes the stream.
    private var complaint: String?

    package init(_ options: StreamOptions, credential: Credential) {
        settings = DeepgramOpenSettings(options, of: .listen)
        sent = SentAudio(rate: options.rate)
        channels = Array(repeating: Channel(), count: max(1, options.channels))
        let query = Self.query(options)
        connection = ConnectionRequest(
            target: "/v1/listen?" + query.encoded, headers: ["Authorization": "Token " + credential.secret], model: query.first("model"))
    }

    package static let vendor = Vendor(
        name: EngineName("deepgram"),
        capabilities: capabilities,
        streamingAddress: "wss://api.deepgram.com",
        billed: { DeepgramStreamService(for: $0).billed($0) },
        heeds: { part, engine, silence in
            // Flux' model ends turns, the other models' turns end by a silence alone.
            let isFlux = engine.namedModel.map { DeepgramFluxOptions.models.contains($0.lowercased()) } ?? false
            return isFlux ? part == .confidence || part == .maximumSilence : part.isPlainSilence && !part.isRaised(from: silence)
        },
        takesChange: { DeepgramStreamService.takesChange(from: $0, to: $1) },
        unnamedLanguage: { DeepgramModels.unnamedLanguage(of: $0.namedModel) },
        connect: { options, credential -> any LiveClientMachine in
            switch DeepgramStreamService(for: options) {
            case .flux: DeepgramFluxClient(options, credential: credential)
            case .listen: DeepgramLiveClient(options, credential: credential)
            }
        })

    private static var capabilities: Capabilities {
        var capabilities = Capabilities(
            streaming: true, prerecorded: false, languages: .any, models: ["nova-3", "nova-2"], speakers: true, channelsPerStream: 8, pace: 1.25,
            sessionCap: nil, liveChanges: [.language, .turn, .keyterms])
        capabilities.takesVendorChanges = true
        return capabilities
    }

    static func query(_ options: StreamOptions) -> URLQuery {
        let given = DeepgramOptions.Given(options.vendorOptions, .live)
        let named = given.values("model").last { DeepgramModels.isKnown($0) }
        let model = options.model.flatMap { DeepgramModels.isKnown($0) ? $0.lowercased() : nil } ?? DeepgramModels.fallback
        var query: URLQuery = [
            "model": named ?? model, "encoding": "linear16", "sample_rate": "\(options.rate.hertz)", "channels": "\(options.channels)",
            "interim_results": "\(options.interims)", "punctuate": "true",
        ]
        if !given.isNative, !given.has("smart_format") { query.add("smart_format", "true") }
        if !given.has("no_delay") { query.add("no_delay", "true") }
        query.add("vad_events", "true")
        let language = DeepgramModels.unnamedLanguage(of: named ?? model).asked(options.language, among: options.shared.languages)
        if let language, !given.has("language") { query.add("language", language.rawValue) }
        // Silence alone ends turns here, so a short silence that a client chose for a model that weighs the words too is not taken literally.
        let endpointing =
            options.turn.soleSilence
            ?? (options.turn.minimumSilence == nil ? options.endpointing : max(options.endpointing, TurnRule.leastMinimumSilence))
        // The vendor's default of 10 ms ends a turn at each short pause, so 300 ms stand for what nobody asked for. A Harken gateway at this address takes
        // them as asked for: the protocol has no value for an engine's own choice. The vendor's own clients get the vendor's default.
        if !given.has("endpointing"), !given.isNative || options.askedEndpointing != nil {
            query.add("endpointing", endpointing >= DeepgramLiveOptions.noEndpointing ? "false" : "\(endpointing.wholeMilliseconds)")
        }
        if options.channels > 1 { query.add("multichannel", "true") }
        // The gap between words that it means would end a turn before the silence that alone may.
        if options.interims, options.turn.soleSilence == nil, !given.has("utterance_end_ms") { query.add("utterance_end_ms", "1000") }
        if options.diarize, !given.asks(for: "diarize"), !given.has("diarize_model") { query.add("diarize", "true") }
        query.add(keyterms: options.keyterms, model: model, beyond: given)
        if let fillerWords = options.shared.fillerWords, !given.has("filler_words") { query.add("filler_words", "\(fillerWords)") }
        if let redaction = options.redaction, options.language.map({ $0.primary == "en" }) ?? false { query.add(redaction, beyond: given) }
        query.add(given, except: ["model"])
        return query
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .open
        lastSent = now
        firstAudioDeadline = now + Self.firstAudioLimit
        actions.append(.event(.opened))
        if settings.opened(now: now, &actions) { lastSent = now }
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        fail(DeepgramEngineErrors.rejected(status: status, headers: headers, body: body, language: settings.options.language), &actions)
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {
        sent.add(count)
        lastSent = now
        if count > .zero { firstAudioDeadline = nil }
    }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            // No results are wanted any more, but CloseStream tells the vendor that the stream is over.
            if state == .open { send(.closeStream, now, &actions) }
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open):
            finalize(now, &actions)
        case (.keepAlive, .open):
            send(.keepAlive, now, &actions)
        case (.update(let options), .open):
            if settings.update(options, now: now, &actions) { lastSent = now }
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit, done: false)
            settings.end()
            send(.closeStream, now, &actions)
        case (.finalize, .connecting), (.finalize, .draining):
            for index in channels.indices { actions.append(.event(.flushed(ChannelIndex(index)))) }
        case (.finish, .connecting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        case (.update(let options), .connecting): settings.hold(options)
        case (.update, .draining), (.keepAlive, .connecting), (.keepAlive, .draining), (.finish, .draining): break
        }
    }

    /// Takes the vendor's answer to `Configure`.
    ///
    /// - Parameter refusal: the reason for which nothing changed; nil: the settings are in force.
    private mutating func configured(_ refusal: String?, _ now: Instant, _ actions: inout [ClientAction]) {
        if settings.answered(refusal, now: now, &actions) { lastSent = now }
    }

    private mutating func finalize(_ now: Instant, _ actions: inout [ClientAction]) {
        guard channels.contains(where: { $0.finalizedThrough < sent.end }) else {
            for index in channels.indices { actions.append(.event(.flushed(ChannelIndex(index)))) }
            return
        }
        for index in channels.indices { channels[index].owed.add(until: now + Self.finalizeLimit) }
        send(.finalize(channel: nil), now, &actions)
    }

    private mutating func send(_ message: DeepgramClientMessage, _ now: Instant, _ actions: inout [ClientAction]) {
        lastSent = now
        actions.append(.send(text: message.text))
    }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .open: break
        case .draining(_, let done): state = .draining(until: now + Self.drainLimit, done: done)
        }
        switch DeepgramServerMessage(parsing: text) {
        case .results(let results):
            if !isNamed { name(DeepgramServerMessage.session(in: text), &actions) }
            received(results, &actions)
        case .speechStarted(let channel, _, let timestamp):
            guard let channel = index(channel), let position = sent.position(seconds: timestamp) else { return }
            actions.append(.event(.speechStarted(ChannelIndex(channel), at: position)))
        case .utteranceEnd(let channel, _, let lastWordEnd):
            guard let channel = index(channel), channels[channel].turnIsOpen, let position = sent.position(seconds: lastWordEnd) else { return }
            channels[channel].turnIsOpen = false
            actions.append(.event(.turnEnded(ChannelIndex(channel), at: position)))
        case .metadata(let metadata):
            if !isNamed { name(EngineSession(vendorID: metadata.requestID), &actions) }
            if case .draining(let until, _) = state { state = .draining(until: until, done: true) }
        case .error(let variant, let description, let message):
            let said = "\(variant) \(description.isEmpty ? message : description)".prefix(bytes: 300)
            complaint = said
            // Some refusals come as errors.
            configured(said, now, &actions)
        case .configureSuccess: configured(nil, now, &actions)
        case .configureFailure(_, let code, let description): configured("\(code) \(description)".prefix(bytes: 300), now, &actions)
        case .unrecognized: break
        case .malformed(let problem):
            if let error = broken.add(problem, &actions) { fail(error, &actions) }
        }
    }

    private mutating func name(_ session: EngineSession?, _ actions: inout [ClientAction]) {
        isNamed = true
        if let session { actions.append(.event(.notice(.session(session)))) }
    }

    private mutating func received(_ results: DeepgramResults, _ actions: inout [ClientAction]) {
        guard let index = index(results.channel), let start = sent.position(seconds: results.start),
            let end = sent.position(seconds: results.start + results.duration)
        else {
            if let error = broken.add("results for a channel or a time that does not exist", &actions) { fail(error, &actions) }
            return
        }
        broken.forgiveOne()
        let through = channels[index].finalizedThrough
        let words = self.words(results.alternative.words, after: through)
        let channel = ChannelIndex(index)
        guard results.isFinal else {
            // A window before the end of the finals brings nothing new.
            guard end > through || start >= through else { return }
            let hypothesis = Hypothesis(channel: channel, range: SampleRange(through, end), words: words)
            return actions.append(.event(.interim(hypothesis)))
        }

        let answers = results.fromFinalize && channels[index].owed.settle() > 0
        let isNew = end > through
        if isNew || !words.isEmpty {
            channels[index].finalizedThrough = max(through, end)
            channels[index].turnIsOpen = !results.speechFinal && !answers && (channels[index].turnIsOpen || !words.isEmpty)
            let hypothesis = Hypothesis(channel: channel, range: SampleRange(through, end), words: words)
            actions.append(.event(.final(hypothesis, reason: reason(results, answers: answers, end))))
        } else if answers {
            channels[index].turnIsOpen = false
            actions.append(.event(.flushed(channel)))
        } else if results.speechFinal && channels[index].turnIsOpen {
            channels[index].turnIsOpen = false
            actions.append(.event(.turnEnded(channel, at: through)))
        }
    }

    private func reason(_ results: DeepgramResults, answers: Bool, _ end: SampleIndex) -> FinalReason {
        if answers { return .flush }
        if case .draining = state, end >= sent.end { return .endOfAudio }
        return results.speechFinal ? .endOfTurn : .length
    }

    /// Returns the words that no final has brought yet, within the sent audio.
    private func words(_ words: [DeepgramWord], after through: SampleIndex) -> [Word] {
        var placed: [Word] = []
        placed.reserveCapacity(words.count)
        // By index, because a loop over the words would copy each of them.
        for index in words.indices {
            guard let start = sent.position(seconds: words[index].start), let end = sent.position(seconds: words[index].end),
                start >= through || (start + (end - start).half) > through
            else { continue }
            placed.append(
                Word(
                    words[index].shown, SampleRange(max(start, through), end), confidence: Float(min(max(words[index].confidence, 0), 1)),
                    speaker: words[index].speaker.map(SpeakerLabel.init), language: words[index].language.map(LanguageTag.init)))
            if let blank = words[index].blankBefore { placed[placed.count - 1].blankBefore = blank }
        }
        return placed
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .closed: return
        // After the vendor has sent everything, an unclean end of the connection is not an error. A close code other than 1000 and 1005 is an error.
        case .draining(_, done: true) where code == nil || code == 1000 || code == 1005:
            complete(&actions)
        // Without Metadata, only finals for all audio show that nothing is missing.
        case .draining(_, done: false) where code == 1000 && channels.allSatisfy { $0.finalizedThrough >= sent.end }:
            complete(&actions)
        case .connecting, .open, .draining:
            fail(DeepgramEngineErrors.closed(code: code, reason: reason, complaint: complaint), &actions)
        }
    }

    /// Completes the stream after the vendor's last message: audio that no final covered is silence.
    private mutating func complete(_ actions: inout [ClientAction]) {
        for index in channels.indices {
            let through = channels[index].finalizedThrough
            if through < sent.end {
                let rest = Hypothesis(channel: ChannelIndex(index), range: SampleRange(through, sent.end), words: [])
                actions.append(.event(.final(rest, reason: .endOfAudio)))
            }
        }
        answerFinalizes(&actions)
        state = .closed
        actions.append(.event(.closed(nil)))
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) {
        let wasConnected = state != .connecting
        state = .closed
        actions.append(.event(.closed(error)))
        if wasConnected { actions.append(.close(code: 1000)) }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard let lastSent else { return nil }
        switch state {
        case .connecting, .closed: return nil
        case .draining(let until, _): return until
        case .open:
            var next = lastSent + Self.keepAlivePeriod
            if let finalizeDeadline { next = min(next, finalizeDeadline) }
            if let deadline = settings.deadline { next = min(next, deadline) }
            if let firstAudioDeadline { next = min(next, firstAudioDeadline) }
            return next
        }
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .draining(let until, let done):
            guard now >= until else { return }
            if done { complete(&actions) } else { fail(.timedOut("Deepgram did not end the stream after CloseStream."), &actions) }
        case .open:
            if let limit = finalizeDeadline, now >= limit { answerFinalizes(&actions) }
            if let limit = firstAudioDeadline, now >= limit { return end(now, &actions) }
            if let limit = settings.deadline, now >= limit { configured("Deepgram did not answer Configure.", now, &actions) }
            if let lastSent, now >= lastSent + Self.keepAlivePeriod { send(.keepAlive, now, &actions) }
        }
    }

    /// Ends a stream that was sent no audio, so nothing is lost.
    private mutating func end(_ now: Instant, _ actions: inout [ClientAction]) {
        send(.closeStream, now, &actions)
        state = .closed
        actions.append(.event(.closed(nil)))
        actions.append(.close(code: 1000))
    }

    /// Answers all open Finalize commands in the vendor's place.
    private mutating func answerFinalizes(_ actions: inout [ClientAction]) {
        for index in channels.indices { channels[index].owed.answer(&actions, on: ChannelIndex(index)) }
    }

    /// The latest of the channels' deadlines: all channels are answered together.
    private var finalizeDeadline: Instant? { channels.lazy.compactMap(\.owed.deadline).max() }

    private func index(_ channel: Int) -> Int? { channels.indices.contains(channel) ? channel : nil }
}

extension SampleCount {
    fileprivate var half: SampleCount { SampleCount(samples / 2) }
}
