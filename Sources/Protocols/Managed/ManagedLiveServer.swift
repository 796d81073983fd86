import Framing
package import Speech

/// The server side of the managed proxy, `WS /ws/transcribe`, after `auth` was accepted.
///
/// Nothing is sent before `ready`, because the client takes any other first message for the end. To stop, the client closes the socket and reads
/// nothing more. Text is therefore made final during the session, after a short silence or 15 s of speech.
///
/// Source: Harken's own definition, made to match the desktop client.
package struct ManagedLiveServer: LiveServerMachine {
    /// Maximum time from `auth` until an engine accepts audio; the client waits 15 s.
    package static let readyLimit: Duration = .seconds(12)
    /// Maximum time without anything from the client.
    package static let idleLimit: Duration = .seconds(60)
    /// Maximum length of speech without a final. The final is requested one second earlier, because the answer takes time.
    package static let longestSpeech: Duration = .seconds(15)
    /// Maximum audio that may wait for recognition, from a client that sends faster than real time.
    package static let backlogLimit: Duration = .seconds(60)
    /// Maximum size of a binary message, in bytes.
    package static let messageLimit = 1 << 20

    private static let forcedAfter = longestSpeech - .seconds(1)
    /// Maximum number of unanswered finalizes. Further finalizes of the client are ignored, and named.
    private static let maxFinalizes = 16

    package let request: LiveRequest
    private let configuration: ManagedConfiguration
    private let sessionID: String
    private let sessionLimit: Duration

    private var rate: SampleRate
    private var model = ""
    private var term: SessionTimeouts?
    private var isReady = false
    private var isClosed = false
    /// Reason for which the session was told to finish.
    private var end: ManagedServerMessage.EndReason?
    private var isRevoked = false
    /// Duration that the remaining credit pays for; nil when credit is not counted.
    private var credit: Duration?
    /// True if a credit threshold was passed and the client has not been told yet.
    private var owesCredit = false
    private var owesPong = false
    /// Names of what the client asked for and does not get, of which it was not told: `ready` has them, and a message behind it those of later engines.
    private var ignored: [String]
    private var unread = ReportedNames()

    private var receivedBytes = 0
    /// End of the audio that interims or commits cover.
    private var answeredThrough = SampleIndex.zero
    private var committedThrough = SampleIndex.zero
    /// Start of the speech that no commit covers, and the time at which a final is requested; nil while there is no such speech.
    private var speech: (start: SampleIndex, due: Instant)?
    /// Unanswered finalizes, in order: true for the client's own.
    private var finalizes: [Bool] = []

    init(_ configuration: ManagedConfiguration, _ context: HandshakeContext) {
        self.configuration = configuration
        sessionID = context.requestID
        sessionLimit = context.sessionLimit
        rate = configuration.rate
        ignored = configuration.unknown
        let engine = configuration.model.map(EngineName.init).flatMap { context.engines.contains($0) ? $0 : nil }
        var request = LiveRequest(
            format: configuration.format, language: configuration.language, model: engine == nil ? configuration.model : nil,
            interims: configuration.interims, endpointing: configuration.askedEndpointing, keyterms: configuration.keyterms,
            engines: engine.map { [$0] } ?? [])
        let options = configuration.engineOptions
        if !options.isEmpty { request.vendorOptions = VendorOptions(ManagedConfiguration.table.vendor, options) }
        self.request = request
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard term == nil else { return }
        rate = start.rate
        model = start.model
        credit = start.credit
        term = SessionTimeouts(sessionLimit, silence: Self.idleLimit, from: now)
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        guard let began = term?.began, !isClosed, end == nil else { return .ignored }
        term?.heard(now)
        if message.byteCount == 0 {
            end = .clientEnd
            return .command(.finish)
        }
        guard message.byteCount <= Self.messageLimit else {
            return rejected(ManagedError(.badAudio, "A binary message has more than \(Self.messageLimit) bytes. Send shorter ones."))
        }
        guard configuration.encoding != .linear16 || message.byteCount.isMultiple(of: 2) else {
            return rejected(ManagedError(.badAudio, "A binary message has an odd number of bytes, and 16-bit samples have two each."))
        }
        receivedBytes += message.byteCount
        let received = SampleCount(receivedBytes / configuration.frameBytes).duration(at: configuration.rate)
        if received - (now - began) > Self.backlogLimit,
            received - (answeredThrough - .zero).duration(at: rate) > Self.backlogLimit
        {
            return rejected(
                ManagedError(.rateExceeded, "More than \(Self.backlogLimit.components.seconds) seconds of audio wait. Send audio in real time."))
        }
        return .audio()
    }

    private mutating func rejected(_ error: ManagedError) -> BinaryMeaning {
        isClosed = true
        return .rejectedInBand(InBandError(messages: [error.wire.text], code: error.code.closeCode, reason: error.reason))
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        guard term != nil, !isClosed, end == nil else { return }
        var unread: [String] = []
        let message = ManagedClientMessage(parsing: text, unread: &unread)
        name(unread, &output)
        switch message {
        case .auth: report(ManagedError(.badMessage, "A second auth message came; send auth once.", isFatal: !isReady), &output)
        case .end: finish(.clientEnd, &output)
        case .finalize: finalize(isClients: true, &output)
        case .keepAlive:
            term?.heard(now)
            output.command(.keepAlive)
        case .ping:
            owesPong = true
            settleDebts(&output)
        case .invalid(let problem): report(ManagedError(.badMessage, problem, isFatal: !isReady), &output)
        }
    }

    /// Names what a message has without effect, once in a session.
    private mutating func name(_ names: [String], _ output: inout ServerOutput) {
        for name in names { if let name = unread.add(name) { ignored.append(name) } }
        settleDebts(&output)
    }

    private mutating func finish(_ reason: ManagedServerMessage.EndReason, _ output: inout ServerOutput) {
        end = reason
        speech = nil
        output.command(.finish)
    }

    private mutating func finalize(isClients: Bool, _ output: inout ServerOutput) {
        guard finalizes.count < Self.maxFinalizes else {
            if isClients { name(["finalize"], &output) }
            return
        }
        finalizes.append(isClients)
        output.command(.finalize)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        guard !isClosed else { return }
        switch event {
        case .ready:
            isReady = true
            output.send {
                ManagedServerMessage.ready(
                    sessionID: sessionID, model: model, secondsRemaining: credit?.secondsDown, ignored: IgnoredOptions.told(ignored)
                ).write(to: &$0)
            }
            ignored = []
            settleDebts(&output)
        case .speechStarted(_, let position): speaks(since: max(position, committedThrough), now)
        case .interim(let hypothesis): interim(hypothesis, now, &output)
        case .commit(let commit): self.commit(commit, &output)
        case .turnEnded: break
        case .flushed: if !finalizes.isEmpty { finalizes.removeFirst() }
        case .gap(_, let range, _): reached(range.end)
        case .ended(let end): ended(end, &output)
        }
    }

    /// Sends the messages that were held back until `ready`.
    private mutating func settleDebts(_ output: inout ServerOutput) {
        guard isReady else { return }
        if owesCredit, let credit {
            output.send { ManagedServerMessage.creditsLow(secondsRemaining: credit.secondsDown).write(to: &$0) }
        }
        if owesPong { output.send { ManagedServerMessage.pong.write(to: &$0) } }
        if !ignored.isEmpty { output.send { ManagedServerMessage.ignored(names: IgnoredOptions.told(ignored)).write(to: &$0) } }
        ignored = []
        owesCredit = false
        owesPong = false
    }

    private mutating func interim(_ hypothesis: Hypothesis, _ now: Instant, _ output: inout ServerOutput) {
        answeredThrough = max(answeredThrough, hypothesis.range.end)
        guard let first = hypothesis.words.first else { return }
        speaks(since: max(first.range.start, committedThrough), now)
        if let speech, hypothesis.range.end - speech.start >= SampleCount(Self.forcedAfter, at: rate) { force(&output) }
        if configuration.interims { transcript(hypothesis.words, isFinal: false, speechFinal: false, &output) }
    }

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        reached(commit.range.end)
        let isForced = commit.reason == .flush && !finalizes.isEmpty && !finalizes.removeFirst()
        if !commit.words.isEmpty { transcript(commit.words, isFinal: true, speechFinal: commit.endsTurn && !isForced, &output) }
    }

    private mutating func reached(_ position: SampleIndex) {
        committedThrough = max(committedThrough, position)
        answeredThrough = max(answeredThrough, position)
        speech = nil
    }

    private mutating func speaks(since start: SampleIndex, _ now: Instant) {
        guard speech == nil, end == nil else { return }
        let heard = SampleIndex(receivedBytes / configuration.frameBytes).converted(from: configuration.rate, to: rate) - start
        speech = (start, now + max(.zero, Self.forcedAfter - heard.duration(at: rate)))
    }

    /// Requests a final because speech has gone on for too long. Only one such request is open at a time.
    private mutating func force(_ output: inout ServerOutput) {
        guard end == nil, !finalizes.contains(false) else { return }
        finalize(isClients: false, &output)
    }

    private func transcript(_ words: [Word], isFinal: Bool, speechFinal: Bool, _ output: inout ServerOutput) {
        let texts = words.map { configuration.punctuates ? $0.text : $0.bare }
        var text = ""
        for (word, shown) in zip(words, texts) { WordSpacing.append(shown, blank: word.blankBefore, to: &text) }
        guard let first = words.first, let last = words.last, text.contains(where: { !$0.isWhitespace }) else { return }
        var message = ManagedServerMessage.Transcript(
            text: text, isFinal: isFinal,
            times: min(first.range.start, last.range.end).seconds(at: rate)...last.range.end.seconds(at: rate),
            speechFinal: speechFinal)
        if configuration.words {
            message.words = zip(words, texts).map { word, text in
                ManagedServerMessage.Word(
                    text: text, start: word.range.start.seconds(at: rate), end: word.range.end.seconds(at: rate), confidence: Double(word.confidence))
            }
        }
        output.send { ManagedServerMessage.transcript(message).write(to: &$0) }
    }

    private mutating func ended(_ session: SessionEnd, _ output: inout ServerOutput) {
        if isRevoked { return report(ManagedError(.authFailed, "The token is no longer valid. Sign in again."), &output) }
        if end != .creditsExhausted, let error = session.error { return report(ManagedError(error, isReady: isReady), &output) }
        isClosed = true
        let reason = end ?? .clientEnd
        output.send { ManagedServerMessage.sessionEnd(secondsUsed: session.received.seconds(at: rate), reason: reason.rawValue).write(to: &$0) }
        switch reason {
        case .clientEnd, .maxDuration, .idle: output.close(1000)
        case .creditsExhausted: output.close(ManagedError.Code.noCredits.closeCode, "No credits are left.")
        case .serverShutdown: output.close(1001, "The server is going down. Connect again.")
        }
    }

    private mutating func report(_ error: ManagedError, _ output: inout ServerOutput) {
        output.send { error.wire.write(to: &$0) }
        guard error.isFatal else { return }
        isClosed = true
        output.close(error.code.closeCode, error.reason)
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        guard !isClosed else { return }
        switch notice {
        case .low(let remaining):
            credit = remaining
            owesCredit = true
            settleDebts(&output)
        case .exhausted: end = .creditsExhausted
        case .revoked: isRevoked = true
        }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard !isClosed, let term else { return nil }
        guard isReady else { return term.began + Self.readyLimit }
        guard end == nil else { return nil }
        var earliest = term.deadline
        if let speech, !finalizes.contains(false) { earliest = min(earliest, speech.due) }
        return earliest
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, deadline <= now, let term else { return }
        guard isReady else { return report(ManagedError(.notReady, "No engine was ready in time. Try again later."), &output) }
        switch term.end(now) {
        case .expired: finish(.maxDuration, &output)
        case .idle: finish(.idle, &output)
        case nil: if let speech, speech.due <= now { force(&output) }
        }
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        guard !isClosed, end == nil else { return }
        ignored += names
        settleDebts(&output)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard !isClosed, end == nil else { return }
        finish(.serverShutdown, &output)
    }
}
