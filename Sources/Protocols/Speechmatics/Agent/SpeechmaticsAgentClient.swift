package import Framing
package import Speech

/// The client side of Speechmatics' Agent STT: a vendor's stream as an engine.
///
/// Each segment becomes a final, and the end of a turn is told behind it. Segments have no times of words: these are estimated in proportion to the
/// letters. Finals reach to the segment's end, so silence is covered by the next final, or by an empty one at the end. Broken messages are skipped; too
/// many broken messages end the stream.
///
/// In the mode `vad` the vendor ends turns and heeds no `ForceEndOfUtterance`, so a `finalize` waits for the end of the turn and is answered in the
/// vendor's place after `finalizeLimit`. In the mode `external`, which is asked for where silence ends no turn, `finalize` is `ForceEndOfUtterance`.
///
/// Source: speechmatics/docs, `spec/agent-stt.yaml` and the page "Turn detection", September 2026; speechmatics-agent-stt 0.3.0.
package struct SpeechmaticsAgentClient: LiveClientMachine {
    package static let startLimit = SpeechmaticsConnection.startLimit
    package static let finalizeLimit = SpeechmaticsConnection.finalizeLimit
    /// Wait for the answer to a `finalize` where nobody seems to have spoken: the vendor may end no turn then.
    package static let quietFinalizeLimit: Duration = .milliseconds(700)
    package static let drainLimit = SpeechmaticsConnection.drainLimit
    /// The service's only model.
    package static let model = "linden-1"
    /// Sample rates that the service takes, in samples a second.
    static let rates: Set<Int> = [8_000, 16_000]

    package let connection: ConnectionRequest
    private var options: StreamOptions
    private let configuration: SpeechmaticsConfiguration
    private let turns: SpeechmaticsAgentSettings.Turns
    private var state: LiveClientState = .connecting
    private var sent: SentAudio
    private var messages = 0
    private var finals = TurnFinals()
    /// True if somebody has spoken and the vendor has not ended the turn.
    private var turnIsOpen = false
    /// True if the beginning of the speech was reported.
    private var hasStarted = false
    /// Start of the latest preview that no segment has followed; nil: there is none.
    private var preview: SampleIndex?
    private var owed = OwedFlushes()
    private var broken = BrokenMessages(of: "Speechmatics")

    package init(_ options: StreamOptions, credential: Credential) {
        self.options = options
        sent = SentAudio(rate: options.rate)
        // As of the real-time API: a silence of 60 s or more means that silence does not end turns. The service's own detection knows no silence, so it
        // is not asked where silence alone may end a turn.
        let silence = options.turn.minimumSilence ?? options.endpointing
        turns = options.turn.soleSilence == nil && silence < TurnPart.never ? .vad : .external
        var configuration = SpeechmaticsConfiguration(options, model: Self.model)
        configuration.model = Self.model
        configuration.changes.delay = nil
        configuration.endOfUtterance = nil
        configuration.agent = SpeechmaticsAgentSettings(turns: turns)
        self.configuration = configuration
        connection = ConnectionRequest(
            target: "/v2/agent", headers: ["Authorization": "Bearer " + credential.secret], model: Self.model)
    }

    /// True if an engine's streams are this service's, because the client or the operator named its model.
    static func isModel(of engine: TurnPart.Engine) -> Bool {
        let named = engine.namedModel.map { $0.lowercased() }.flatMap { SpeechmaticsLiveClient.names.contains($0) ? $0 : nil }
        return (named ?? engine.usualModel) == model
    }

    /// True if the service can hear a stream: it takes one channel, at few rates.
    static func takes(_ options: StreamOptions) -> Bool { options.channels == 1 && rates.contains(options.rate.hertz) }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.startLimit)
        send(.startRecognition(configuration), &actions)
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
        case (.finalize, .open):
            guard finals.through < sent.end else { return actions.append(.event(.flushed(.first))) }
            owed.add(until: now + (turnIsOpen || hasStarted ? Self.finalizeLimit : Self.quietFinalizeLimit))
            if turns == .external { send(.forceEndOfUtterance(at: sent.end.seconds(at: sent.rate)), &actions) }
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            send(.endOfStream(lastSequenceNumber: messages), &actions)
        // The service takes no change; what it sends is passed on or not.
        case (.update(let options), .open): self.options.interims = options.interims
        case (.finalize, .connecting), (.finalize, .starting), (.finalize, .draining): actions.append(.event(.flushed(.first)))
        case (.finish, .connecting), (.finish, .starting):
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        // The vendor has no keep-alive message; WebSocket pings serve instead.
        case (.keepAlive, _), (.update, _), (.finish, .draining): break
        }
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
        case .recognitionStarted(let id, _, _, _):
            guard case .starting = state else { return }
            state = .open
            actions.append(.event(.opened))
            if let session = EngineSession(vendorID: id) { actions.append(.event(.notice(.session(session)))) }
        case .partialSegment(let segment):
            guard isOpen else { return }
            let words = words(of: segment, &actions)
            preview = words.first?.range.start
            if !words.isEmpty, options.interims { actions.append(.event(.interim(finals.open(words)))) }
        case .segment(let segment):
            guard isOpen else { return }
            let words = words(of: segment, &actions)
            preview = nil
            if !words.isEmpty { actions.append(.event(.final(finals.close(words), reason: .length))) }
        case .boundary(let boundary, let at):
            guard isOpen, let position = sent.position(seconds: at) else { return }
            passed(boundary, position, &actions)
        case .endOfTranscript:
            guard case .draining = state else {
                return fail(.protocolViolation("Speechmatics ended the transcript before the end of the audio."), &actions)
            }
            complete(&actions)
        case .error(let type, let reason):
            fail(SpeechmaticsError.engineError(type: type, reason: reason, language: options.language), &actions)
        case .audioAdded, .speakers, .info, .warning, .unrecognized, .partial, .transcript, .endOfUtterance: break
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

    private mutating func passed(_ boundary: SpeechmaticsBoundary, _ position: SampleIndex, _ actions: inout [ClientAction]) {
        switch boundary {
        case .speechStarted: startSpeech(at: position, &actions)
        case .turnStarted: turnIsOpen = true
        case .speechEnded: break
        case .turnEnded:
            // The end of an earlier turn, which the vendor has ended, answers no `finalize`: more was said behind it.
            let isEarlier = turns == .vad && preview.map { $0 >= position } ?? false
            if !isEarlier, owed.settle() > 0 {
                // Words became final with the turn, which the client has ended; otherwise nothing was left to say.
                actions.append(.event(turnIsOpen ? .final(finals.close([]), reason: .flush) : .flushed(.first)))
                owed.answer(&actions)
            } else if turnIsOpen {
                actions.append(.event(.turnEnded(.first, at: finals.through)))
            }
            (hasStarted, turnIsOpen) = (isEarlier, isEarlier)
        }
    }

    private mutating func startSpeech(at position: SampleIndex, _ actions: inout [ClientAction]) {
        hasStarted = true
        actions.append(.event(.speechStarted(.first, at: max(position, finals.through))))
    }

    /// Returns the words of a segment that lie within the sent audio and after all finals, in order.
    private mutating func words(of segment: SpeechmaticsSegment, _ actions: inout [ClientAction]) -> [Word] {
        guard let start = sent.position(seconds: segment.start), let end = sent.position(seconds: segment.end) else { return [] }
        let number = segment.speaker.flatMap { $0.first == "S" ? Int($0.dropFirst()) : nil }
        let speaker = number.flatMap { (1...1_000).contains($0) ? SpeakerLabel($0 - 1) : nil }
        let said = WrittenWord.timed(segment.transcript, in: SampleRange(start, max(start, end)), speaker: speaker)
        let words = finals.place(said) {
            ($0.range.start, $0.range.end)
        } _: { word, range in
            var word = word
            word.range = range
            return word
        }
        if let first = words.first {
            turnIsOpen = true
            if !hasStarted { startSpeech(at: first.range.start, &actions) }
        }
        return words
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        fail(SpeechmaticsError.engineError(closeCode: code, reason: reason), &actions)
    }

    /// Completes the stream after the vendor's last message: audio that no final covered is silence.
    private mutating func complete(_ actions: inout [ClientAction]) {
        if let rest = finals.rest(sent) { actions.append(.event(.final(rest, reason: .endOfAudio))) }
        owed.answer(&actions)
        state = .closed
        actions.append(.event(.closed(nil)))
        actions.append(.close(code: 1000))
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) { state.fail(error, &actions) }

    // MARK: Time

    package var deadline: Instant? { state.deadline(owed) }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        if let error = SpeechmaticsConnection.timePassed(now, state, &owed, &actions) { fail(error, &actions) }
    }
}
