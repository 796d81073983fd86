package import Framing
package import Speech

/// The client side of the managed proxy, `WS /ws/transcribe`: for a gateway that holds the vendors' keys.
///
/// Each final of the proxy begins where the last final ended, so finals cover the audio without gaps. When the proxy ends the session normally, audio
/// after the last final is silence. Some proxies send `text` and `is_final` alone. Their transcripts cover the audio that was sent so far, and each of
/// their finals ends a turn.
package struct ManagedLiveClient: LiveClientMachine {
    /// Maximum wait for `ready`.
    package static let readyLimit: Duration = .seconds(15)
    package static let drainLimit: Duration = .seconds(5)
    /// Maximum wait for the proxy's close, which tells why a session was ended that the proxy has ended without a reason.
    package static let closeLimit: Duration = .seconds(1)
    package static let keepAlivePeriod: Duration = .seconds(20)

    package let connection = ConnectionRequest(target: "/ws/transcribe", headers: HTTPHeaders())
    private let configuration: ManagedConfiguration
    private let token: Credential
    private var state = LiveClientState.connecting
    private var sent: SentAudio
    private var finalizedThrough: SampleIndex = .zero
    private var lastSent: Instant?
    private var owed = OwedFlushes()
    private var broken = BrokenMessages(of: "The managed server")
    /// The error that the proxy sent last, if no transcript has come since: the reason when the proxy closes.
    private var complaint: EngineError?
    /// The error by which the proxy has told that there is no more credit. The proxy ends the session next.
    private var exhaustion: EngineError?
    /// Time until which the proxy's close is waited for; nil: the proxy has not ended the session.
    private var closesBy: Instant?

    package init(_ options: StreamOptions, credential: Credential) {
        var configuration = ManagedConfiguration()
        configuration.model = options.model
        configuration.language = options.language
        configuration.rate = options.rate
        configuration.channels = options.channels
        configuration.interims = options.interims
        // A value that nobody asked for would be a wish at the proxy.
        configuration.askedEndpointing = (options.turn.soleSilence ?? options.askedEndpointing).map { min(max($0, .milliseconds(10)), .seconds(5)) }
        configuration.keyterms = options.keyterms
        configuration.words = true
        self.configuration = configuration
        token = credential
        sent = SentAudio(rate: options.rate)
    }

    /// The managed proxy as a vendor. It is not in the catalogue, because only the user knows the server's address and owner.
    package static let vendor = Vendor(
        name: EngineName("managed"),
        capabilities: Capabilities(streaming: true, prerecorded: false, languages: .any, models: ["nova-2"]), streamingAddress: "",
        heeds: { part, _, _ in part == .endpointing }, unnamedLanguage: { _ in .found }, connect: { ManagedLiveClient($0, credential: $1) })

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.readyLimit)
        send(.auth(token: token, .success(configuration)), now, &actions)
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        switch status {
        case nil: fail(.unavailable("The managed server cannot be reached."), &actions)
        case 401, 403: fail(.unauthorized("The managed server refused the connection."), &actions)
        case .some(let status): fail(.unavailable("The managed server refused the connection with status \(status)."), &actions)
        }
    }

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {
        sent.add(count)
        lastSent = now
    }

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _):
            state = .closed
            actions += [.event(.closed(.cancelled)), .close(code: 1000)]
        case (.finalize, .open) where finalizedThrough < sent.end:
            owed.add(until: nil)
            send(.finalize, now, &actions)
        case (.finalize, _): actions.append(.event(.flushed(.first)))
        case (.keepAlive, .open): send(.keepAlive, now, &actions)
        case (.finish, .open):
            state = .draining(until: now + Self.drainLimit)
            send(.end, now, &actions)
        case (.finish, .connecting), (.finish, .starting):
            state = .closed
            actions += [.event(.closed(nil)), .close(code: 1000)]
        // A running session cannot be changed.
        case (.update, _), (.keepAlive, _), (.finish, .draining): break
        }
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed, state != .connecting else { return }
        let message = ManagedServerMessage(parsing: text)
        // Behind its end of the session, a proxy tells at most why.
        if closesBy != nil { if case .error = message {} else { return } }
        switch message {
        case .ready:
            guard case .starting = state else { return }
            state = .open
            actions.append(.event(.opened))
        case .transcript(let transcript): received(transcript, &actions)
        case .creditsLow(let seconds): actions.append(.event(.notice(.creditsLow(.seconds(max(0, seconds))))))
        case .sessionEnd(let used, let reason): ended(used, reason.prefix(bytes: 60), now, &actions)
        case .error(let code, let message, let isFatal):
            complained(EngineComplaint(code: code.prefix(bytes: 60), message: message.prefix(bytes: 300)), isFatal, &actions)
        case .ignored, .pong, .unrecognized: break
        case .malformed:
            if let error = broken.add("not JSON with a type and the members of that type", &actions) { fail(error, &actions) }
        }
    }

    private mutating func received(_ transcript: ManagedServerMessage.Transcript, _ actions: inout [ClientAction]) {
        complaint = nil
        let end = transcript.times.flatMap { sent.position(seconds: $0.upperBound) } ?? sent.end
        let through = max(finalizedThrough, end)
        let hypothesis = Hypothesis(range: SampleRange(finalizedThrough, through), words: words(transcript, through))
        guard transcript.isFinal else { return actions.append(.event(.interim(hypothesis))) }
        let isNew = through > finalizedThrough || !hypothesis.words.isEmpty
        finalizedThrough = through
        if owed.settle() > 0 {
            actions.append(.event(.final(hypothesis, reason: .flush)))
        } else if isNew {
            let isLast = if case .draining = state { end >= sent.end } else { false }
            actions.append(.event(.final(hypothesis, reason: isLast ? .endOfAudio : transcript.speechFinal ?? true ? .endOfTurn : .pause)))
        }
    }

    /// Returns the transcript's words. Words without times get proportional ones.
    private func words(_ transcript: ManagedServerMessage.Transcript, _ through: SampleIndex) -> [Word] {
        func place(_ start: Double, _ end: Double) -> SampleRange? {
            guard let start = sent.position(seconds: start), let end = sent.position(seconds: end) else { return nil }
            return SampleRange(max(start, finalizedThrough), min(max(end, finalizedThrough), through))
        }
        if let words = transcript.words {
            var placed = words.compactMap { word in
                place(word.start, word.end).map { Word(word.text, $0, confidence: Float(min(max(word.confidence, 0), 1))) }
            }
            placed.keepBlanks(of: transcript.text)
            return placed
        }
        let range = transcript.times.flatMap { place($0.lowerBound, $0.upperBound) } ?? SampleRange(finalizedThrough, through)
        return WrittenWord.timed(transcript.text, in: range)
    }

    /// Ends the session as the proxy has. The session is not begun again: the proxy would end it again, or the user has stopped it.
    private mutating func ended(_ used: Double, _ reason: String, _ now: Instant, _ actions: inout [ClientAction]) {
        let used = Duration.seconds(used.isFinite ? min(max(0, used), 1_000_000_000) : 0)
        actions.append(.event(.notice(.sessionEnded(EngineSessionEnd(used: used, reason: reason)))))
        if let exhaustion { return fail(exhaustion, &actions) }
        if Self.meansExhaustion(reason) { return fail(Self.usedUp, &actions) }
        guard ManagedServerMessage.EndReason(rawValue: reason) == nil else { return endInOrder(&actions) }
        closesBy = now + Self.closeLimit
    }

    private mutating func endInOrder(_ actions: inout [ClientAction]) {
        if case .draining = state { complete(&actions) } else { fail(.cancelled, &actions) }
    }

    private mutating func complained(_ complaint: EngineComplaint, _ isFatal: Bool, _ actions: inout [ClientAction]) {
        let error = Self.error(complaint)
        if case .starting = state {
            // Other servers have codes of their own, or none. What they do not begin is not asked for again.
            return fail(Self.codes.contains(complaint.code) ? error : .unauthorized("The managed server: \(complaint)"), &actions)
        }
        if isFatal { return fail(error, &actions) }
        if case .quotaExhausted = error {
            if closesBy != nil { return fail(error, &actions) }
            exhaustion = error
            return
        }
        self.complaint = error
        actions.append(.event(.notice(.complaint(complaint))))
    }

    private static let codes = Set(ManagedError.Code.allCases.map(\.rawValue) + [ManagedServerMessage.EndReason.creditsExhausted.rawValue])

    private static let usedUp = EngineError.quotaExhausted("The managed server's credit is used up.")

    /// Returns true for a word of the proxy, code or reason, that means that there is no more credit.
    private static func meansExhaustion(_ word: String) -> Bool {
        word == ManagedServerMessage.EndReason.creditsExhausted.rawValue || word == ManagedError.Code.noCredits.rawValue
    }

    private static func error(_ complaint: EngineComplaint) -> EngineError {
        let said = "The managed server: \(complaint)"
        switch complaint.code {
        case "auth_failed", "auth_timeout": return .unauthorized(said)
        case let code where meansExhaustion(code): return .quotaExhausted(said)
        case "too_many_sessions", "rate_exceeded": return .rateLimited(retryAfter: nil)
        case "bad_message", "bad_config": return .badRequest(said)
        case "bad_audio": return .undecodable(said)
        case "not_ready": return .timedOut(said)
        default: return .unavailable(said)
        }
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        if let refusal = exhaustion ?? refusal(code, reason) { return fail(refusal, &actions) }
        if closesBy != nil { return endInOrder(&actions) }
        if case .draining = state, code == 1000, complaint == nil { return complete(&actions) }
        fail(complaint ?? .unavailable(code.map { "The managed server closed the connection with \($0)." } ?? "The connection broke."), &actions)
    }

    /// Returns the error of a close that no new connection mends; nil for any other close.
    private func refusal(_ code: UInt16?, _ reason: String) -> EngineError? {
        if Self.meansExhaustion(reason) { return Self.usedUp }
        switch (code, complaint) {
        case (4_401, .unauthorized(let said)), (4_403, .unauthorized(let said)): return .unauthorized(said)
        case (4_401, _), (4_403, _): return .unauthorized("The managed server refused the token.")
        case (4_402, _): return Self.usedUp
        case _: return nil
        }
    }

    private mutating func complete(_ actions: inout [ClientAction]) {
        if finalizedThrough < sent.end {
            actions.append(.event(.final(Hypothesis(range: SampleRange(finalizedThrough, sent.end), words: []), reason: .endOfAudio)))
        }
        owed.answer(&actions)
        state = .closed
        actions += [.event(.closed(nil)), .close(code: 1000)]
    }

    private mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) { state.fail(error, &actions) }

    private mutating func send(_ message: ManagedClientMessage, _ now: Instant, _ actions: inout [ClientAction]) {
        lastSent = now
        var json = JSONWriter()
        message.write(to: &json)
        actions.append(.send(text: json.bytes))
    }

    package var deadline: Instant? {
        switch state {
        case .connecting, .closed: nil
        case .starting(let until), .draining(let until): closesBy.map { min($0, until) } ?? until
        case .open: closesBy ?? lastSent.map { $0 + Self.keepAlivePeriod }
        }
    }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        if state != .closed, let closesBy, now >= closesBy { return endInOrder(&actions) }
        switch state {
        case .connecting, .closed: break
        case .starting(let until):
            if now >= until { fail(.timedOut("The managed server did not get ready."), &actions) }
        case .draining(let until):
            if now >= until { fail(.timedOut("The managed server did not end the session."), &actions) }
        case .open:
            if let lastSent, now >= lastSent + Self.keepAlivePeriod { send(.keepAlive, now, &actions) }
        }
    }
}
