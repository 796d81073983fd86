package import Framing
package import Speech

/// The client side of Deepgram's turn-based live protocol: a vendor's stream as an engine.
///
/// A turn becomes one final when the turn is over. Finals reach to the turn's last word, so silence is covered by the next final, or by an empty one
/// at the end. Broken messages are skipped; too many broken messages end the stream.
///
/// Source: Deepgram "Flux" reference.
package struct DeepgramFluxClient: LiveClientMachine {
    package static let startLimit: Duration = .seconds(10)
    package static let finalizeLimit: Duration = .milliseconds(1_500)
    package static let drainLimit: Duration = .seconds(10)

    package let connection: ConnectionRequest
    private var settings: DeepgramOpenSettings
    private var state: LiveClientState = .connecting
    private var sent: SentAudio
    private var finals = TurnFinals()
    /// Words of the open turn.
    private var words: [Word] = []
    /// Number of the turn that may come next; turns with lower numbers are over.
    private var index = 0
    private var hasStarted = false
    private var owed = OwedFlushes()
    private var broken = BrokenMessages(of: "Deepgram")

    package init(_ options: StreamOptions, credential: Credential) {
        settings = DeepgramOpenSettings(options, of: .flux)
        sent = SentAudio(rate: options.rate)
        let query = Self.query(options)
        connection = ConnectionRequest(
            target: "/v2/listen?" + query.encoded, headers: ["Authorization": "Token " + credential.secret], model: query.first("model"))
    }

    /// True if a stream is to be opened at this service: the audio has one channel, and the client named one of the service's models.
    static func suits(_ options: StreamOptions) -> Bool {
        options.channels == 1 && options.model.map { DeepgramFluxOptions.models.contains($0.lowercased()) } ?? false
    }

    /// Returns the query of the handshake.
    static func query(_ options: StreamOptions) -> URLQuery {
        // The model that the client names is the model that is asked.
        let isMultilingual = options.model?.lowercased() == DeepgramFluxOptions.multilingual
        var query: URLQuery = [
            "model": isMultilingual ? DeepgramFluxOptions.multilingual : "flux-general-en", "encoding": "linear16",
            "sample_rate": "\(options.rate.hertz)",
        ]
        let given = DeepgramOptions.Given(options.vendorOptions, .live)
        if let confidence = options.turn.confidence, !given.has("eot_threshold") {
            let range = DeepgramFluxThresholds.endOfTurns
            query.add("eot_threshold", "\((min(max(Double(confidence), range.lowerBound), range.upperBound) * 100).rounded() / 100)")
        }
        if let silence = options.turn.maximumSilence, !given.has("eot_timeout_ms") {
            let range = DeepgramFluxThresholds.timeouts
            query.add("eot_timeout_ms", "\(min(max(silence.wholeMilliseconds, Int64(range.lowerBound)), Int64(range.upperBound)))")
        }
        if isMultilingual, let language = options.language, !language.isMulti, !given.has("language_hint") {
            query.add("language_hint", language.primary)
        }
        if !given.has("keyterm") { for term in DeepgramKeyterms.divided(options.keyterms).sent { query.add("keyterm", term) } }
        query.add(given, except: ["model"])
        return query
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        if state == .connecting { state = .starting(until: now + Self.startLimit) }
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .closed
        let language = settings.options.language
        actions.append(.event(.closed(DeepgramEngineErrors.rejected(status: status, headers: headers, body: body, language: language))))
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) { sent.add(count) }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            if state.takesMessages { send(.closeStream, &actions) }
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open):
            guard finals.through < sent.end else { return actions.append(.event(.flushed(.first))) }
            owed.add(until: now + Self.finalizeLimit)
            send(.forceEndTurn, &actions)
        case (.update(let options), .open):
            settings.update(options, now: now, &actions)
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            settings.end()
            // CloseStream does not end the open turn.
            send(.forceEndTurn, &actions)
            send(.closeStream, &actions)
        case (.finalize, .connecting), (.finalize, .starting), (.finalize, .draining):
            actions.append(.event(.flushed(.first)))
        case (.finish, .connecting), (.finish, .starting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        case (.update(let options), .connecting), (.update(let options), .starting): settings.hold(options)
        // The protocol has no keep-alive message.
        case (.keepAlive, _), (.update, .draining), (.finish, .draining): break
        }
    }

    private func send(_ message: DeepgramFluxClientMessage, _ actions: inout [ClientAction]) { actions.append(.send(text: message.text)) }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .starting, .open, .draining: break
        }
        switch DeepgramFluxServerMessage(parsing: text) {
        case .connected(let requestID):
            guard case .starting = state else { return }
            state = .open
            actions.append(.event(.opened))
            if let session = EngineSession(vendorID: requestID) { actions.append(.event(.notice(.session(session)))) }
            settings.opened(now: now, &actions)
        case .turn(let turn):
            if case .starting = state { return }
            broken.forgiveOne()
            received(turn, &actions)
        case .error(let code, let description):
            let said = "\(code): \(description)".prefix(bytes: 300)
            fail(code.hasPrefix("DATA") ? .undecodable("Deepgram: \(said)") : .unavailable("Deepgram ended the stream. \(said)"), &actions)
        case .configureSuccess: settings.answered(nil, now: now, &actions)
        case .configureFailure(let code, let description):
            settings.answered("\(code) \(description)".prefix(bytes: 300), now: now, &actions)
        case .warning, .unrecognized: break
        case .malformed(let problem):
            if let error = broken.add(problem, &actions) { fail(error, &actions) }
        }
    }

    private mutating func received(_ turn: DeepgramFluxTurn, _ actions: inout [ClientAction]) {
        // A turn that is over brings nothing new. The limit keeps turn numbers far from an overflow.
        guard turn.index >= index, turn.index < 1 << 40 else { return }
        if turn.index > index, !words.isEmpty { endTurn(&actions) }
        index = turn.index
        words = self.words(turn.words, in: turn.languages)
        if !hasStarted, let first = words.first {
            hasStarted = true
            actions.append(.event(.speechStarted(.first, at: first.range.start)))
        }
        guard turn.event != .end else {
            if let last = words.indices.last { words[last].turnConfidence = MeasuredConfidence.of(turn.confidence) }
            return endTurn(&actions)
        }
        if !words.isEmpty { actions.append(.event(.interim(finals.open(words)))) }
    }

    private mutating func endTurn(_ actions: inout [ClientAction]) {
        index += 1
        hasStarted = false
        if !words.isEmpty {
            actions.append(.event(.final(finals.close(words), reason: owed.settle() > 0 ? .flush : .endOfTurn)))
            words = []
        }
        owed.answer(&actions)
    }

    /// Returns the words that lie within the sent audio and after all finals, in order.
    ///
    /// - Parameter languages: the turn's languages. Words say none themselves; all have the language of a turn that has only one.
    private func words(_ words: [DeepgramWord], in languages: [String]) -> [Word] {
        let language = languages.count == 1 ? languages.first : nil
        return finals.place(words) { word in
            guard let start = sent.position(seconds: word.start), let end = sent.position(seconds: word.end) else { return nil }
            return (start, end)
        } _: { word, range in
            var placed = Word(
                word.shown, range, confidence: Float(min(max(word.confidence, 0), 1)), language: (word.language ?? language).map(LanguageTag.init))
            if let blank = word.blankBefore { placed.blankBefore = blank }
            return placed
        }
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        guard case .draining = state, code == 1000 || code == 1005 else {
            state = .closed
            return actions.append(.event(.closed(DeepgramEngineErrors.closed(code: code, reason: reason, complaint: nil))))
        }
        if !words.isEmpty { endTurn(&actions) }
        if let rest = finals.rest(sent) { actions.append(.event(.final(rest, reason: .endOfAudio))) }
        owed.answer(&actions)
        state = .closed
        actions.append(.event(.closed(nil)))
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) { state.fail(error, &actions) }

    // MARK: Time

    package var deadline: Instant? {
        [state.deadline(owed), state == .open ? settings.deadline : nil].compactMap(\.self).min()
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        let error = state.timePassed(
            now, &owed, start: "Deepgram did not begin the stream.", end: "Deepgram did not end the stream after CloseStream.", &actions)
        if let error { return fail(error, &actions) }
        if state == .open, let limit = settings.deadline, now >= limit {
            settings.answered("Deepgram did not answer Configure.", now: now, &actions)
        }
    }
}
