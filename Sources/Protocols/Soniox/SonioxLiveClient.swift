package import Framing
package import Speech

/// The client side of Soniox's live protocol: a vendor's stream as an engine.
///
/// Final tokens are joined to words and sentences. Finals cover the audio without gaps or overlaps, whatever the vendor sends, and never reach beyond
/// the sent audio. Broken messages are skipped; too many broken messages end the stream.
///
/// Source: Soniox "Real-time API" reference.
package struct SonioxLiveClient: LiveClientMachine {
    private enum State: Equatable {
        case connecting  // → open, closed
        case open  // → draining, closed
        case draining(until: Instant)  // → closed
        case closed
    }

    /// Time without a message to the vendor after which a keepalive is sent; the vendor closes a stream after 20 s.
    package static let keepAlivePeriod: Duration = .seconds(10)
    /// Limit for the answer to a finalize, which a healthy vendor always sends.
    package static let finalizeLimit: Duration = .seconds(3)
    /// Maximum silence of the vendor after the end of the audio; each message of the vendor restarts this time.
    package static let drainLimit: Duration = .seconds(20)
    /// Length of silence that is made final on its own.
    package static let silence: Duration = .seconds(3)
    /// The model for a client that names none of the vendor's.
    ///
    /// Source: Soniox "Models", changelog of 2026-06-16: it replaces `stt-rt-v4`, which is an alias of it since.
    package static let model = "stt-rt-v5"

    package let connection: ConnectionRequest
    private let options: StreamOptions
    private var state: State = .connecting
    private var settled: SettledWords
    /// True if words became final and no message said that their turn is over.
    private var turnIsOpen = false
    private var sent: SentAudio
    private var lastSent: Instant?
    private var owed = OwedFlushes()
    /// Number of finalizes that were sent and not answered.
    private var asked = 0
    /// End of the audio at the last finalize that was sent.
    private var finalizedThrough: SampleIndex?
    private var broken = BrokenMessages(of: "Soniox")
    private var earlier = EarlierFinals<SonioxToken>()

    package init(_ options: StreamOptions, credential: Credential) {
        self.options = options
        sent = SentAudio(rate: options.rate)
        settled = SettledWords(rate: options.rate)
        connection = ConnectionRequest(
            target: "/transcribe-websocket", headers: ["Authorization": "Bearer " + credential.secret],
            model: SonioxConfiguration.model(for: options))
    }

    package static let vendor = Vendor(
        name: EngineName("soniox"),
        capabilities: Capabilities(
            streaming: true, prerecorded: false, languages: .any, models: [model], speakers: true, pace: 1, sessionCap: .seconds(300 * 60)),
        streamingAddress: "wss://stt-rt.soniox.com", audio: AudioMessages(),
        heeds: { part, _, silence in
            // The vendor's model finds the ends of turns, unless it is not asked to.
            if part.isPlainSilence { return silence.map { $0 >= TurnPart.never } ?? false }
            return part == .maximumSilence && silence.map { $0 <= SonioxConfiguration.longestEndpointDelay } ?? true
        },
        unnamedLanguage: { _ in .found },
        connect: { SonioxLiveClient($0, credential: $1) })

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .open
        lastSent = now
        // The vendor does not answer the configuration, so audio may follow at once.
        actions.append(.send(text: SonioxConfiguration.text(for: options)))
        actions.append(.event(.opened))
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        guard let status else { return fail(.unavailable("Soniox could not be reached."), &actions) }
        let error = SonioxError(status, "the connection was refused with \(status)")
        fail(status == 429 ? .rateLimited(retryAfter: headers.retryAfter) : error.engineError(language: options.language), &actions)
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {
        sent.add(count)
        lastSent = now
    }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            // No results are wanted any more, but this message tells the vendor that the stream is over. A stream without audio ends by closing the
            // socket.
            if state == .open, sent.end > .zero { send(.endOfAudio, now, &actions) }
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open): finalize(now, &actions)
        case (.keepAlive, .open): send(.keepAlive, now, &actions)
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            guard sent.end > .zero else {
                // The vendor would report an error for a stream without audio.
                complete(&actions)
                return
            }
            send(.endOfAudio, now, &actions)
        case (.finalize, .connecting), (.finalize, .draining): actions.append(.event(.flushed(.first)))
        case (.finish, .connecting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        // An open stream cannot be changed.
        case (.update, _), (.keepAlive, .connecting), (.keepAlive, .draining), (.finish, .draining): break
        }
    }

    private mutating func finalize(_ now: Instant, _ actions: inout [ClientAction]) {
        guard settled.through < sent.end else {
            actions.append(.event(.flushed(.first)))
            return
        }
        // The vendor wants few finalizes. If no audio came since the last one, its answer answers this finalize too.
        guard asked == 0 || finalizedThrough != sent.end else { return owed.add(until: owed.deadline) }
        owed.add(until: now + Self.finalizeLimit)
        asked += 1
        finalizedThrough = sent.end
        send(.finalize(), now, &actions)
    }

    private mutating func send(_ message: SonioxClientMessage, _ now: Instant, _ actions: inout [ClientAction]) {
        lastSent = now
        actions.append(.send(text: message.text))
    }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .open: break
        case .draining: state = .draining(until: now + Self.drainLimit)
        }
        let message = SonioxMessage(parsing: text)
        if case .malformed = message {} else { broken.forgiveOne() }
        switch message {
        case .update(let update): received(update, &actions)
        case .error(let error): fail(error.engineError(language: options.language), &actions)
        case .malformed(let problem):
            if let error = broken.add(problem, &actions) { fail(error, &actions) }
        }
    }

    private mutating func received(_ update: SonioxUpdate, _ actions: inout [ClientAction]) {
        let through = position(update.finalThrough)
        let finals = update.tokens.filter { $0.isFinal && !$0.isTranslation }
        let isRepeated = finals.contains { $0.start != nil } && earlier.contain(finals)
        for token in finals where !isRepeated {
            switch token.text {
            case "<end>": endTurn(through, &actions)
            case "<fin>": answerFinalize(through, &actions)
            default:
                add(token, to: &settled)
                turnIsOpen = true
                if let final = settled.takeDue() { actions.append(.event(.final(final, reason: .length))) }
            }
        }
        guard !update.isFinished else { return complete(&actions) }

        var tentative = settled
        for token in update.tokens where !token.isFinal && !token.isTranslation { add(token, to: &tentative) }
        let isQuiet = tentative.words.isEmpty
        if isQuiet, through - settled.through >= SampleCount(Self.silence, at: options.rate), let final = settled.takeAll(through: through) {
            actions.append(.event(.final(final, reason: .length)))
        }
        guard options.interims else { return }
        actions.append(.event(.interim(settled.interim(tentative, through: position(update.totalThrough)))))
    }

    /// Adds a token as a new word, or to the last word.
    private func add(_ token: SonioxToken, to words: inout SettledWords) {
        let body = token.text.drop { $0 == " " }
        guard !body.isEmpty else { return }
        let confidence = Float(min(max(token.confidence, 0), 1))
        let end = token.end.map(position)
        let isMark = body.allSatisfy { !$0.isLetter && !$0.isNumber && !$0.isSymbol }
        let hasBlank = token.text.first == " ", before = words.words.last?.text
        if !hasBlank, let before, isMark || !SonioxToken.standsAlone(body, behind: before) {
            return words.extend(by: String(body), through: end, confidence: confidence)
        }
        // A mark after words that are final already has no word to which it could be added.
        guard !(isMark && !hasBlank) else { return }
        let start = token.start.map(position) ?? words.words.last?.range.end ?? words.through
        var word = Word(
            String(body), SampleRange(start, end ?? start), confidence: confidence,
            speaker: token.speaker.flatMap { Int($0) }.flatMap { (1...1_000).contains($0) ? SpeakerLabel($0 - 1) : nil },
            language: token.language.map(LanguageTag.init))
        if let before, WordSpacing.needsBlank(before, body) != hasBlank { word.blankBefore = hasBlank }
        words.append(word)
    }

    private mutating func endTurn(_ through: SampleIndex, _ actions: inout [ClientAction]) {
        if let final = settled.takeAll(through: through) {
            actions.append(.event(.final(final, reason: turnIsOpen ? .endOfTurn : .length)))
        } else if turnIsOpen {
            actions.append(.event(.turnEnded(.first, at: settled.through)))
        }
        turnIsOpen = false
    }

    private mutating func answerFinalize(_ through: SampleIndex, _ actions: inout [ClientAction]) {
        guard !owed.isEmpty else { return endTurn(through, &actions) }
        asked = max(0, asked - 1)
        var answers = owed.settle(asked == 0 ? owed.count : 1)
        if let final = settled.takeAll(through: through) {
            actions.append(.event(.final(final, reason: .flush)))
            answers -= 1
        }
        turnIsOpen = false
        for _ in 0..<answers { actions.append(.event(.flushed(.first))) }
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .closed: return
        case .connecting, .open, .draining:
            // Only `finished` proves that the vendor sent everything.
            let said = code.map { "with \($0)" } ?? "by breaking"
            fail(.unavailable("Soniox closed the stream \(said) before it was finished."), &actions)
        }
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
        let wasConnected = state != .connecting
        // Words that the vendor made final stay final.
        if !settled.words.isEmpty, let final = settled.takeAll(through: settled.through) { actions.append(.event(.final(final, reason: .length))) }
        state = .closed
        actions.append(.event(.closed(error)))
        if wasConnected { actions.append(.close(code: 1000)) }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard let lastSent else { return nil }
        switch state {
        case .connecting, .closed: return nil
        case .draining(let until): return until
        case .open: return min(lastSent + Self.keepAlivePeriod, owed.deadline ?? lastSent + Self.keepAlivePeriod)
        }
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .draining(let until):
            guard now >= until else { return }
            fail(.timedOut("Soniox did not finish the stream after its end of audio."), &actions)
        case .open:
            if let limit = owed.deadline, now >= limit {
                asked = 0
                owed.answer(&actions)
            }
            if let lastSent, now >= lastSent + Self.keepAlivePeriod { send(.keepAlive, now, &actions) }
        }
    }

    /// Returns the position of a vendor's time; a negative time means the stream's start.
    private func position(_ milliseconds: Int) -> SampleIndex { sent.position(milliseconds: max(milliseconds, 0)) ?? .zero }
}
