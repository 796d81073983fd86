package import Framing
package import Speech

/// The client side of AssemblyAI's live protocol: a vendor's stream as an engine.
///
/// A turn becomes exactly one final when the turn is over; the final is formatted if a formatted end was asked for. Finals reach to the turn's last
/// word, so silence is covered by the next final, or by an empty one at the end. Broken, repeated and unknown messages are skipped; too many broken
/// messages end the stream.
///
/// Source: AssemblyAI "Universal-Streaming" reference.
package struct AssemblyAILiveClient: LiveClientMachine {
    /// A turn that the vendor has not ended yet.
    private struct OpenTurn: Sendable {
        var order: Int
        /// Deadline for the formatted end of the turn, after an unformatted end came; nil while no formatted end is awaited.
        var awaitsFormatting: Instant?
        var words: [Word] = []
    }

    package static let startLimit: Duration = .seconds(10)
    /// Limit for the vendor's answer to Terminate.
    package static let drainLimit: Duration = .seconds(5)
    /// Limit for the answer to ForceEndpoint. The vendor answers only when there is an open turn, and knows of the turn before this client does.
    package static let finalizeLimit: Duration = .milliseconds(1_500)
    package static let quietFinalizeLimit: Duration = .milliseconds(700)
    package static let formattingLimit: Duration = .seconds(2)

    package let connection: ConnectionRequest
    private let options: StreamOptions
    private let model: AssemblyAIModel
    private var configuration: AssemblyAIConfiguration
    /// The options in the client's own words that the vendor has.
    private var given: [VendorOptions.Option]
    private var state: LiveClientState = .connecting
    private var sent: SentAudio
    private var finals = TurnFinals()
    private var turn: OpenTurn?
    /// Number of the next turn that may come; turns with lower numbers are over.
    private var nextOrder = 0
    /// True if the start of this turn's speech was reported.
    private var hasStarted = false
    private var owed = OwedFlushes()
    private var broken = BrokenMessages(of: "AssemblyAI")

    package init(_ options: StreamOptions, credential: Credential) {
        self.options = options
        sent = SentAudio(rate: options.rate)
        model = Self.model(for: options)
        configuration = Self.configuration(options, model)
        given = AssemblyAIOptions.table.sent(options.vendorOptions, .live)
        let query = Self.query(options, model)
        connection = ConnectionRequest(
            target: "/v3/ws?" + query.encoded, headers: ["Authorization": credential.secret], model: query.first("speech_model"))
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.startLimit)
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .closed
        actions.append(.event(.closed(AssemblyAIEngineErrors.rejected(status: status, headers: headers, body: body))))
    }

    // MARK: To the vendor

    package mutating func sentAudio(_ count: SampleCount, now: Instant) { sent.add(count) }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            // The vendor bills a socket that closes without Terminate until the session's limit.
            if state.takesMessages { send(.terminate, &actions) }
            state = .closed
            actions.append(.event(.closed(.cancelled)))
            actions.append(.close(code: 1000))
        case (.finalize, .open):
            finalize(now, &actions)
        case (.keepAlive, .open):
            send(.keepAlive, &actions)
        case (.update(let options), .open):
            update(options, &actions)
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            send(.terminate, &actions)
        case (.finalize, .connecting), (.finalize, .starting), (.finalize, .draining):
            actions.append(.event(.flushed(.first)))
        case (.finish, .connecting), (.finish, .starting):
            if state != .connecting { send(.terminate, &actions) }
            state = .closed
            actions.append(.event(.closed(nil)))
            actions.append(.close(code: 1000))
        case (.keepAlive, .connecting), (.keepAlive, .starting), (.keepAlive, .draining), (.update, .connecting), (.update, .starting),
            (.update, .draining), (.finish, .draining):
            break
        }
    }

    private mutating func finalize(_ now: Instant, _ actions: inout [ClientAction]) {
        guard finals.through < sent.end || turn != nil else {
            actions.append(.event(.flushed(.first)))
            return
        }
        owed.add(until: now + (turn != nil || hasStarted ? Self.finalizeLimit : Self.quietFinalizeLimit))
        send(.forceEndpoint, &actions)
    }

    private mutating func update(_ options: StreamOptions, _ actions: inout [ClientAction]) {
        let new = Self.configuration(options, model), newGiven = AssemblyAIOptions.table.sent(options.vendorOptions, .live)
        // The client's own words come before the session's, as at the opening.
        func decides(_ names: String...) -> Bool { !newGiven.contains { names.contains($0.name) } }
        var change = AssemblyAIConfiguration()
        if new.confidence != configuration.confidence, decides("end_of_turn_confidence_threshold") { change.confidence = new.confidence }
        if new.minimumSilence != configuration.minimumSilence, decides("min_turn_silence", "min_end_of_turn_silence_when_confident") {
            change.minimumSilence = new.minimumSilence
        }
        if new.maximumSilence != configuration.maximumSilence, decides("max_turn_silence") { change.maximumSilence = new.maximumSilence }
        if new.formatsTurns != configuration.formatsTurns { change.formatsTurns = new.formatsTurns }
        if new.voiceThreshold != configuration.voiceThreshold, decides("vad_threshold") { change.voiceThreshold = new.voiceThreshold }
        if new.keyterms != configuration.keyterms, decides("keyterms_prompt") { change.keyterms = new.keyterms ?? [] }
        let changed = newGiven.filter { !given.contains($0) && $0.name != "speech_model" }
        configuration = new
        given = newGiven
        if change != AssemblyAIConfiguration() || !changed.isEmpty { send(.updateConfiguration(change, given: changed), &actions) }
    }

    private func send(_ message: AssemblyAIClientMessage, _ actions: inout [ClientAction]) { actions.append(.send(text: message.text)) }

    // MARK: From the vendor

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        switch state {
        case .connecting, .closed: return
        case .starting, .open, .draining: break
        }
        switch AssemblyAIServerMessage(parsing: text) {
        case .begin(let id, let expiresAt, _, _):
            guard case .starting = state else { return }
            state = .open
            actions.append(.event(.opened))
            if let session = EngineSession(vendorID: id, expires: expiresAt) { actions.append(.event(.notice(.session(session)))) }
        case .speechStarted(let milliseconds):
            guard state != .closed, !isStarting, let position = sent.position(milliseconds: milliseconds) else { return }
            started(at: position, &actions)
        case .turn(let message):
            guard !isStarting else { return }
            broken.forgiveOne()
            // Audio that was sent faster than speech is spoken may take the vendor longer.
            if case .draining = state { state = .draining(until: now + Self.drainLimit) }
            received(message, now, &actions)
        case .termination:
            terminated(&actions)
        case .error(let code, let message):
            endOpenTurn(&actions)
            fail(AssemblyAIEngineErrors.ended(code: code, saying: message), &actions)
        // Messages that this client did not ask for.
        case .heartbeat, .silence, .warning, .unrecognized: break
        case .malformed(let problem):
            if let error = broken.add(problem, &actions) { fail(error, &actions) }
        }
    }

    private var isStarting: Bool { if case .starting = state { true } else { false } }

    private mutating func started(at position: SampleIndex, _ actions: inout [ClientAction]) {
        guard !hasStarted else { return }
        hasStarted = true
        actions.append(.event(.speechStarted(.first, at: max(position, finals.through))))
    }

    private mutating func received(_ message: AssemblyAITurn, _ now: Instant, _ actions: inout [ClientAction]) {
        // A turn that is over brings nothing new. The limit keeps turn numbers far from an overflow.
        guard message.order >= nextOrder, message.order < 1 << 40 else { return }
        if let open = turn, open.order != message.order {
            // The vendor sends nothing more for the open turn. A turn with a lower number is over already.
            guard message.order > open.order else { return }
            close(open, &actions)
        }
        var words = self.words(message)
        if message.endOfTurn, let last = words.indices.last { words[last].turnConfidence = MeasuredConfidence.of(message.endOfTurnConfidence) }
        if let first = words.first { started(at: first.range.start, &actions) }
        var open = turn ?? OpenTurn(order: message.order)
        if open.awaitsFormatting != nil, !message.isFormatted { return }
        open.words = words
        guard message.endOfTurn else {
            // A finalize seemed to have nothing to end, but the turn has words after all.
            if turn == nil, !owed.isEmpty, !words.isEmpty { owed.deadline = now + Self.finalizeLimit }
            turn = open
            let stable = message.words.prefix { $0.isFinal }.count - (message.words.count - words.count)
            return actions.append(.event(.interim(finals.open(words, stable: max(0, stable)))))
        }
        if !message.isFormatted, configuration.formatsTurns == true, !words.isEmpty {
            open.awaitsFormatting = now + Self.formattingLimit
            turn = open
            return
        }
        close(open, &actions)
    }

    /// Ends the turn: its words become final.
    private mutating func close(_ open: OpenTurn, _ actions: inout [ClientAction]) {
        turn = nil
        hasStarted = false
        nextOrder = open.order + 1
        if !open.words.isEmpty {
            actions.append(.event(.final(finals.close(open.words), reason: owed.settle() > 0 ? .flush : .endOfTurn)))
        }
        owed.answer(&actions)
    }

    /// Makes a turn final whose end came without its formatted version. A turn that still goes on is left open.
    private mutating func endOpenTurn(_ actions: inout [ClientAction]) {
        if let open = turn, open.awaitsFormatting != nil { close(open, &actions) }
    }

    /// Returns the words that lie within the sent audio and after all finals, in order.
    private func words(_ message: AssemblyAITurn) -> [Word] {
        finals.place(message.words) { word in
            guard let start = sent.position(milliseconds: word.start), let end = sent.position(milliseconds: word.end) else { return nil }
            return (start, end)
        } _: { word, range in
            var placed = Word(
                word.text, range, confidence: Float(min(max(word.confidence, 0), 1)), speaker: word.speaker.flatMap(SpeakerLabel.init(assemblyAI:)),
                language: message.languageCode.map(LanguageTag.init))
            placed.languageConfidence = MeasuredConfidence.of(message.languageConfidence)
            if let blank = word.blankBefore { placed.blankBefore = blank }
            return placed
        }
    }

    private mutating func terminated(_ actions: inout [ClientAction]) {
        guard case .draining = state else {
            return fail(.unavailable("AssemblyAI ended the stream before the end of the audio."), &actions)
        }
        complete(&actions)
        actions.append(.close(code: 1000))
    }

    /// Completes the stream after the vendor's last message: audio that no final covered is silence.
    private mutating func complete(_ actions: inout [ClientAction]) {
        if let open = turn { close(open, &actions) }
        if let rest = finals.rest(sent) { actions.append(.event(.final(rest, reason: .endOfAudio))) }
        owed.answer(&actions)
        state = .closed
        actions.append(.event(.closed(nil)))
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        endOpenTurn(&actions)
        // Only Termination proves that the vendor sent everything.
        let error =
            code == 1000
            ? .unavailable("AssemblyAI closed the stream before Termination.")
            : AssemblyAIEngineErrors.ended(code: code.map { Int($0) }, saying: reason)
        state = .closed
        actions.append(.event(.closed(error)))
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) { state.fail(error, &actions) }

    // MARK: Time

    package var deadline: Instant? {
        switch state {
        case .connecting, .closed: return nil
        case .starting(let until): return until
        case .open: return [turn?.awaitsFormatting, owed.deadline].compactMap(\.self).min()
        case .draining(let until): return [turn?.awaitsFormatting, until].compactMap(\.self).min()
        }
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        // A command that waits for an answer gets none after the end.
        guard state != .closed else { return }
        if case .starting(let until) = state, now >= until { return fail(.timedOut("AssemblyAI did not begin the session."), &actions) }
        if let limit = turn?.awaitsFormatting, now >= limit { endOpenTurn(&actions) }
        if let limit = owed.deadline, now >= limit { owed.answer(&actions) }
        if case .draining(let until) = state, now >= until {
            endOpenTurn(&actions)
            fail(.timedOut("AssemblyAI did not end the stream after Terminate."), &actions)
        }
    }
}
