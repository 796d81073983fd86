import Framing
package import Speech
import TextNormalization

/// The server side of Deepgram's turn-based live protocol, `WS /v2/listen`.
///
/// A turn consists of all commits until a commit or the session says that the turn is over, and of the interim words after them. A pause within a
/// turn is reported as an eager end, if the client asked for eager ends. `CloseStream` does not end a turn: the words heard so far come as updates.
/// The end-of-turn confidence is the engine's own where it has one, otherwise 1 at an end that the engine found. Before the end no engine's is kept:
/// it is the client's threshold in an eager end, and 0 in an update.
///
/// Source: Deepgram "Flux" reference.
package struct DeepgramFluxServer: LiveServerMachine {
    /// Time between two updates of a turn while nothing new is said.
    package static let updatePeriod: Duration = .milliseconds(250)
    /// Maximum time without audio or messages from the client. The protocol has no keep-alive message.
    package static let idleLimit: Duration = .seconds(60)
    package static let sessionLimit: Duration = .seconds(12 * 3_600)
    /// Maximum number of words in a turn. The server ends a longer turn, because each message of a turn repeats all its words.
    package static let maxWords = 1_000
    private static let maxHints = 100

    package let request: LiveRequest
    private var options: DeepgramFluxOptions
    private var formatting = DeepgramFormatting(punctuates: true, languages: true)
    /// Names of the settings that the client has changed since the opening.
    private var changed: Set<String> = []
    private let requestID: String
    private let limit: Duration
    private var thresholds: DeepgramFluxThresholds
    private var keyterms: [String]
    private var state: LiveServerState<LiveServerEnd> = .connecting
    /// Reason for which the key ended the session: no credit left, or revoked. nil: the key did not end the session.
    private var accountEnd: AccountNotice?
    private var rate: SampleRate = .speech
    private var term: SessionTimeouts?
    private var lastSaid: Instant?
    private var receivedBytes = 0
    private var sequence = 0
    private var index = 0
    /// Committed words of the turn; `guess` has the words after them, which may change.
    private var words: [DeepgramWord] = []
    /// Hides profane words, where the client asked for it.
    private let filter: WordRules
    /// Language of words that tell none, where profane ones are looked for.
    private let filteredLanguage: LanguageTag
    private var guess: [DeepgramWord] = []
    /// The engine's confidence that the turn is over behind the last committed word; nil: it has none.
    private var turnConfidence: Float?
    private var turnStart: SampleIndex = .zero
    /// Furthest position that any event reached.
    private var through: SampleIndex = .zero
    /// Furthest position that any message reached.
    private var reported: SampleIndex = .zero
    private var lastWordEnd: SampleIndex = .zero
    private var hasStarted = false
    private var isEager = false
    /// True if the client has asked for the end of this turn.
    private var isForced = false

    init(_ options: DeepgramFluxOptions, _ context: HandshakeContext) {
        self.options = options
        let language = options.language.isMulti ? .english : options.language
        filter = WordRules(hidesProfanity: options.hidesProfanity, profanityLanguages: [language], profanity: context.profanity)
        filteredLanguage = language
        if let numerals = options.numerals { formatting.write(numerals: numerals) }
        var wanted = formatting
        (wanted.rules.hidesProfanity, wanted.rules.profanity) = (options.hidesProfanity, context.profanity)
        for name in wanted.parametersWithoutRules(in: options.language, filtered: language) { self.options.vendorOptions.markUnread(name) }
        request = self.options.request
        requestID = context.requestID
        thresholds = options.thresholds
        keyterms = options.keyterms
        limit = min(context.credentialLimit ?? Self.sessionLimit, Self.sessionLimit)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .open
        rate = start.rate
        term = SessionTimeouts(limit, silence: Self.idleLimit, from: now)
        lastSaid = now
        send(.connected(requestID: requestID), &output)
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        guard state == .open else { return .ignored }
        term?.heard(now)
        receivedBytes += message.byteCount
        return message.byteCount > 0 ? .audio() : .ignored
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        term?.heard(now)
        switch DeepgramFluxClientMessage(parsing: text) {
        case .closeStream: finish(.asked, &output)
        case .forceEndTurn:
            isForced = true
            output.command(.finalize)
        case .configure(let change): configure(change, &output)
        case .refused(let error): send(.configureFailure(code: error.code, description: error.description), &output)
        case .invalid(let problem): fail(1008, "UNPARSABLE_CLIENT_MESSAGE", problem, &output)
        }
    }

    private mutating func configure(_ change: DeepgramFluxChange, _ output: inout ServerOutput) {
        var new = thresholds
        new.apply(change.thresholds)
        let language: LanguageTag?
        do throws(DeepgramConfigureError) {
            language = try check(change, new)
        } catch {
            return send(.configureFailure(code: error.code, description: error.description), &output)
        }
        var changes = StreamChange(
            turn: new.turn == thresholds.turn ? nil : new.turn, keyterms: change.keyterms == keyterms ? nil : change.keyterms)
        if let hints = change.hints, let language, hints != options.hints {
            let former = options.shared
            options.hints = hints
            // An engine's stream chooses among the languages that it began with, also where it was and is of several.
            if language != options.language || options.shared != former { changes.language = language }
            if options.shared != former { changes.shared = options.shared }
            options.language = language
        }
        if let numerals = change.numerals {
            options.numerals = numerals
            formatting.write(numerals: numerals)
        }
        let vendor = change.vendor
        if !vendor.names.isEmpty { changes.vendor = vendor }
        changed.formUnion(vendor.names)
        thresholds = new
        keyterms = change.keyterms ?? keyterms
        if !changes.isEmpty { output.command(.update(changes)) }
        send(
            .configureSuccess(thresholds, keyterms: keyterms, hints: options.isMultilingual ? options.hints : nil, numerals: options.numerals),
            &output)
        if change.numerals != nil, !DeepgramFormatting.writesNumerals(in: options.language) {
            warn("numerals has no effect on this language unless Deepgram's own engine serves the stream.", &output)
        }
    }

    /// Refuses a change that cannot be carried out.
    ///
    /// - Returns: the session's language for the hints of the change; nil when it has none.
    private func check(_ change: DeepgramFluxChange, _ new: DeepgramFluxThresholds) throws(DeepgramConfigureError) -> LanguageTag? {
        if let problem = new.problem { throw DeepgramConfigureError(problem, code: "CONFIGURE_INVALID_THRESHOLDS") }
        if let terms = change.keyterms, terms.count > DeepgramFluxOptions.maxKeyterms {
            throw DeepgramConfigureError(
                "At most \(DeepgramFluxOptions.maxKeyterms) keyterms are accepted.", code: "CONFIGURE_KEYTERM_LIMIT_EXCEEDED")
        }
        guard let hints = change.hints else { return nil }
        guard options.isMultilingual else {
            throw DeepgramConfigureError("language_hints needs the model \(DeepgramFluxOptions.multilingual).")
        }
        guard hints.count <= Self.maxHints else { throw DeepgramConfigureError("At most \(Self.maxHints) language_hints are accepted.") }
        do throws(LanguageFault) {
            return try DeepgramFluxOptions.language(of: hints, as: "language_hints")
        } catch {
            throw DeepgramConfigureError(error.message)
        }
    }

    private mutating func warn(_ description: String, _ output: inout ServerOutput) {
        send(.warning(code: "UNSUPPORTED_OPTION", description: description), &output)
    }

    /// Names settings of `Configure` that have no effect. Those of the opening are named in the upgrade's header.
    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        let told = names.filter { changed.contains(IgnoredOptions.option(of: $0, keyterms: "keyterm", language: "language_hint")) }
        for name in IgnoredOptions.told(told) {
            warn(IgnoredOptions.warning(name), &output)
        }
    }

    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: break
        case .open, .ending: send(.warning(code: "INCOMPLETE_AUDIO", description: RecordingNotices.live(notice)), &output)
        }
    }

    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: break
        case .open, .ending: send(.warning(code: "LATE_RESULTS", description: LateFinals.text), &output)
        }
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .open, .ending: break
        }
        switch event {
        // The protocol has no message for lost audio, and a turn starts with its first words.
        case .ready, .gap, .speechStarted: break
        case .interim(let hypothesis):
            through = max(through, hypothesis.range.end)
            guess = written(hypothesis.words)
            if !guess.isEmpty { heard(now, &output) }
        case .commit(let commit): self.commit(commit, now, &output)
        case .turnEnded(_, let at):
            through = max(through, at)
            endTurn(.model, now, &output)
        case .flushed:
            endTurn(.manual, now, &output)
            isForced = false
        case .ended(let end): ended(end, &output)
        }
    }

    private mutating func commit(_ commit: Commit, _ now: Instant, _ output: inout ServerOutput) {
        through = max(through, commit.range.end)
        guess = []
        if let last = commit.words.last {
            words += written(commit.words)
            turnConfidence = last.turnConfidence
            lastWordEnd = last.range.end
            heard(now, &output)
        }
        let isClosing = if case .ending(.asked) = state { true } else { false }
        if commit.endsTurn && !isClosing || words.count >= Self.maxWords {
            endTurn(commit.reason == .flush ? .manual : .model, now, &output)
        } else if commit.reason == .pause, !words.isEmpty, !isEager, thresholds.eager != nil {
            isEager = true
            say(.eagerEnd, now, confidence: thresholds.eager ?? 0, &output)
        }
    }

    /// Reports a turn that has words, which may be new or changed.
    private mutating func heard(_ now: Instant, _ output: inout ServerOutput) {
        if !hasStarted {
            hasStarted = true
            return say(.start, now, &output)
        }
        if isEager {
            isEager = false
            say(.resumed, now, &output)
        }
        say(.update, now, &output)
    }

    private mutating func endTurn(_ trigger: DeepgramFluxTurn.Trigger, _ now: Instant, _ output: inout ServerOutput) {
        guard !words.isEmpty else { return }
        // Uncommitted words belong to the next turn.
        let rest = guess
        guess = []
        var trigger = trigger
        let silence = (through - lastWordEnd).duration(at: rate)
        if trigger == .model, let timeout = thresholds.turn.maximumSilence, silence >= timeout || thresholds.endOfTurn == 1 { trigger = .timeout }
        if isForced { trigger = .manual }
        say(.end, now, confidence: turnConfidence.map { Double($0) } ?? (trigger == .model ? 1 : 0), trigger: trigger, &output)
        turnConfidence = nil
        words = []
        guess = rest
        index += 1
        // The next window begins where this one ends. Updates may have reached further than the turn's end.
        turnStart = reported
        hasStarted = false
        isEager = false
        isForced = false
    }

    private mutating func say(
        _ event: DeepgramFluxTurn.Event, _ now: Instant, confidence: Double = 0, trigger: DeepgramFluxTurn.Trigger? = nil,
        _ output: inout ServerOutput
    ) {
        lastSaid = now
        // The end says what the eager end has said, unless the turn was resumed between them.
        var all = event == .end || event == .eagerEnd ? words : words + guess
        let languages = takeLanguages(of: &all)
        reported = max(reported, through)
        let start = turnStart.seconds(at: rate)
        let turn = DeepgramFluxTurn(
            event: event, index: index, windowStart: start, windowEnd: max(start, reported.seconds(at: rate)), words: all, confidence: confidence,
            trigger: trigger, languages: languages, hinted: options.hints)
        send(.turn(turn), &output)
    }

    private func written(_ words: [Word]) -> [DeepgramWord] {
        let chosen = options.numerals == nil ? words : formatting.chosen(words, in: options.language)
        return formatting.written(filter.applied(to: chosen, in: filteredLanguage), rate: rate).map { word in
            DeepgramWord(
                word: word.shown, start: word.start, end: word.end, confidence: word.confidence,
                language: options.isMultilingual ? word.language : nil, blankBefore: word.blankBefore)
        }
    }

    /// Takes the languages out of words, which have no such member in this protocol.
    ///
    /// - Returns: the languages, the one of most words first; empty unless the client asked for the multilingual model.
    private func takeLanguages(of words: inout [DeepgramWord]) -> [String] {
        guard options.isMultilingual else { return [] }
        var counts: [String: Int] = [:]
        for index in words.indices {
            if let language = words[index].language { counts[LanguageTag(language).primary, default: 0] += 1 }
            words[index].language = nil
        }
        // Words say no language where the client has named it.
        if counts.isEmpty, !words.isEmpty, !options.language.isMulti { return [options.language.primary] }
        return counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.map(\.key)
    }

    private mutating func ended(_ end: SessionEnd, _ output: inout ServerOutput) {
        let why: LiveServerEnd = if case .ending(let why) = state { why } else { .asked }
        switch accountEnd {
        case .exhausted?: return fail(1008, "ASR_PAYMENT_REQUIRED", "The project has no credits left.", &output)
        case .revoked?: return fail(1008, "INVALID_AUTH", "The key was revoked or has expired.", &output)
        case .low?, nil: break
        }
        switch end.error {
        case .undecodable(let reason)?: return fail(1008, "DATA-0000", "The audio cannot be decoded. \(reason)", &output)
        case .badRequest(let reason)?: return fail(1008, "BAD_REQUEST", reason, &output)
        case .unsupportedLanguage(let language)?:
            return fail(1008, "BAD_REQUEST", "No engine that this stream may use has the language \"\(language)\".", &output)
        case .unauthorized?, .quotaExhausted?, .rateLimited?, .unavailable?, .timedOut?, .protocolViolation?, .cancelled?:
            return fail(1011, "INTERNAL_SERVER_ERROR", "The engine failed. Connect again.", &output)
        case nil: break
        }
        switch why {
        case .asked:
            state = .closed
            output.close(1000)
        case .idle: fail(1011, "NET-0001", "No audio and no message came for \(Self.idleLimit.wholeSecondsUp) s.", &output)
        case .expired: fail(1011, "NET-0003", "The stream reached its time limit. Open a new one to go on.", &output)
        case .draining: fail(1001, "SERVER_SHUTDOWN", "The server is going down. Connect again.", &output)
        }
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted, .revoked: accountEnd = notice
        }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard state == .open, let ends = term?.deadline, let lastSaid else { return nil }
        // Updates stop between an eager end and the message that confirms or resumes the turn.
        return isEager || received == nil ? ends : min(ends, lastSaid + Self.updatePeriod)
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard state == .open, let term, let lastSaid else { return }
        switch term.end(now) {
        case .expired: return finish(.expired, &output)
        case .idle: return finish(.idle, &output)
        case nil: break
        }
        guard let received, !isEager, now >= lastSaid + Self.updatePeriod else { return }
        guard received > reported else {
            self.lastSaid = now
            return
        }
        reported = received
        say(.update, now, &output)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        if state == .open { finish(.draining, &output) }
    }

    private mutating func finish(_ why: LiveServerEnd, _ output: inout ServerOutput) {
        state = .ending(why)
        output.command(.finish)
    }

    /// End of the audio received so far; nil when the encoding does not tell the duration from the number of bytes.
    private var received: SampleIndex? {
        guard case .raw(let encoding, let sent, _) = options.format, let size = encoding.bytesPerSample else { return nil }
        return SampleIndex(receivedBytes / size).converted(from: sent, to: rate)
    }

    // MARK: Small things

    private mutating func fail(_ code: UInt16, _ name: String, _ text: String, _ output: inout ServerOutput) {
        send(.error(code: name, description: text), &output)
        state = .closed
        output.close(code, "\(name): \(text)")
    }

    private mutating func send(_ message: DeepgramFluxServerMessage, _ output: inout ServerOutput) {
        output.send { message.write(to: &$0, requestID: requestID, sequence: sequence) }
        sequence += 1
    }
}
