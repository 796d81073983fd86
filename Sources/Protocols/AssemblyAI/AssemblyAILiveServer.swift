import Framing
package import Speech
import TextNormalization

/// The server side of AssemblyAI's live protocol, `WS /v3/ws`.
///
/// A turn consists of all commits until a commit or the session says that the turn is over. Partials repeat the turn's words. The model that the
/// client asked for decides the form of the words: bare and word by word, or in whole formatted segments. The end-of-turn confidence is the engine's
/// own where it has one, otherwise 1 at an end that the engine found; it is 0 before. The speech probability of a heartbeat is 1 when something was
/// spoken since the last heartbeat, otherwise 0.
///
/// Source: AssemblyAI "Universal-Streaming" reference.
package struct AssemblyAILiveServer: LiveServerMachine {
    package static let sessionLimit: Duration = .seconds(3 * 3_600)
    /// Maximum number of words in a turn. The server ends a longer turn, because each message of a turn repeats all its words.
    package static let maxWords = 1_000
    /// Time between two heartbeats.
    package static let heartbeatPeriod: Duration = .seconds(5)
    /// Minimum length of a pause that is reported as silence.
    package static let shortestSilence: Duration = .seconds(1)
    /// Maximum number, and maximum size in bytes of all together, of the settings that the vendor does not document and a session keeps.
    private static let maxUnknown = 32, maxUnknownBytes = 65_536

    package let request: LiveRequest
    private let options: AssemblyAILiveOptions
    private let sessionID: String
    private let created: UnixTime
    private let limit: Duration
    private var configuration: AssemblyAIConfiguration
    /// Names of the settings that the client has changed since the opening.
    private var changed: Set<String> = []
    /// Sizes, in bytes, of the settings that the vendor does not document and that the client has changed.
    private var unknown: [String: Int] = [:]
    private var state: LiveServerState<LiveServerEnd> = .connecting
    /// Reason for which the key ended the session: no credit left, or revoked. nil: the key did not end the session.
    private var accountEnd: AccountNotice?
    private var wording: AssemblyAIWording
    private var term: SessionTimeouts?
    private var turn = AssemblyAIOpenTurn()
    private var order = 0
    /// True if speech of this turn was reported.
    private var hasStarted = false
    /// Length of a received frame below the minimum, in milliseconds; only the last frame before a command may be so short. nil: no such frame came.
    private var shortFrame: Int?
    private var receivedBytes = 0
    /// End of the last word or of the last reported silence, whichever is later.
    private var silentSince: SampleIndex = .zero
    private var heardThrough: SampleIndex = .zero
    private var lastHeartbeat: Instant?
    private var spokeSinceHeartbeat = false

    init(_ options: AssemblyAILiveOptions, _ context: HandshakeContext) {
        self.options = options
        request = options.request
        configuration = options.configuration
        sessionID = context.requestID
        created = context.now
        limit = min(context.credentialLimit ?? Self.sessionLimit, Self.sessionLimit)
        wording = AssemblyAIWording(
            rate: .speech, isFormatted: options.model.family == .universal3, labelsSpeakers: options.labelsSpeakers)
        wording.language = Self.language(configuration, request) ?? .english
        wording.rules = WordRules(hidesProfanity: options.hidesProfanity, profanityLanguages: [.english], profanity: context.profanity)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .open
        wording.rate = start.rate
        term = SessionTimeouts(limit, silence: options.inactivityLimit, from: now)
        lastHeartbeat = now
        let expiresAt = created.milliseconds / 1_000 + limit.wholeMilliseconds / 1_000
        send(.begin(id: sessionID, expiresAt: Int(expiresAt), model: options.model.name, mode: options.mode), &output)
        guard wording.labelsSpeakers, !start.tellsSpeakers else { return }
        wording.labelsSpeakers = false
        send(.warning(code: 3006, message: RequestError.untoldSpeakers("speaker_labels")), &output)
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        guard state == .open else { return .ignored }
        term?.heard(now)
        guard message.byteCount > 0 else { return .ignored }
        guard case .raw(let encoding, let rate, _) = options.format, let size = encoding.bytesPerSample else { return .audio() }
        let milliseconds = Double(message.byteCount / size) * 1_000 / Double(rate.hertz)
        // One sample of tolerance: at some rates 50 ms is not a whole number of samples.
        if let violation = shortFrame ?? (milliseconds > 1_000.1 ? Int(milliseconds.rounded()) : nil) {
            state = .closed
            return .rejectedInBand(
                AssemblyAIErrorResponse.inBand(3007, "Input Duration Violation: \(violation) ms. Expected between 50 and 1000 ms"))
        }
        if milliseconds < 49.9 { shortFrame = Int(milliseconds.rounded()) }
        receivedBytes += message.byteCount
        return .audio()
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        term?.heard(now)
        switch AssemblyAIClientMessage(parsing: text) {
        case .updateConfiguration(let change, let members, let fixed):
            let before = configuration, given = kept(members, &output)
            for option in fixed where !options.isInForce(option) { warnOfFixed(option.name, &output) }
            configuration.apply(change)
            wording.language = Self.language(configuration, request) ?? .english
            changed.formUnion(given.map(\.name))
            if let hides = change.hidesProfanity { wording.rules.hidesProfanity = hides }
            if let change = before.change(to: configuration, given, options.shared) { output.command(.update(change)) }
            if before.sendsHeartbeats != true { lastHeartbeat = now }
        case .forceEndpoint:
            shortFrame = nil
            output.command(.finalize)
        case .keepAlive:
            output.command(.keepAlive)
        case .terminate:
            state = .ending(.asked)
            output.command(.finish)
        case .invalid(let problem):
            fail(3006, problem, &output)
        }
    }

    /// Returns the settings that the session keeps, each once, and names the others to the client. The session sends undocumented settings to each
    /// new stream of the vendor, so their number and size are limited.
    private mutating func kept(_ given: [VendorOptions.Option], _ output: inout ServerOutput) -> [VendorOptions.Option] {
        var kept: [VendorOptions.Option] = [], rest: [String] = []
        for option in given {
            if AssemblyAIOptions.table.entry(option.name, .live) == nil {
                let size = option.name.utf8.count + option.value.json.utf8.count
                let others = unknown.filter { $0.key != option.name }
                guard others.count < Self.maxUnknown, others.values.reduce(size, +) <= Self.maxUnknownBytes else {
                    rest.append(option.name)
                    continue
                }
                unknown[option.name] = size
            }
            kept.removeAll { $0.name == option.name }
            kept.append(option)
        }
        if let names = IgnoredOptions.value(rest) {
            let limit = "a session keeps at most \(Self.maxUnknown) settings, of \(Self.maxUnknownBytes) bytes, that AssemblyAI does not document."
            send(.warning(code: 3006, message: "\(names): ignored, because \(limit)"), &output)
        }
        return kept
    }

    private func warnOfFixed(_ name: String, _ output: inout ServerOutput) {
        send(.warning(code: 3006, message: "\(name) cannot change while the session runs: it stays as the opening has set it."), &output)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .open, .ending: break
        }
        switch event {
        // The protocol has no message for lost audio.
        case .ready, .gap: break
        case .speechStarted(_, let position):
            // A turn may contain pauses; only its first words are its start.
            if !turn.isOpen { start(position, &output) }
        case .interim(let hypothesis):
            heardThrough = max(heardThrough, hypothesis.range.end)
            guard let first = hypothesis.words.first else { return }
            spokeSinceHeartbeat = true
            if !hasStarted { start(first.range.start, &output) }
            partial(hypothesis.words, stable: hypothesis.stableWords, &output)
        case .commit(let commit):
            self.commit(commit, &output)
        case .turnEnded:
            endTurn(confidence: 1, &output)
        case .flushed:
            endTurn(confidence: 0, &output)
        case .ended(let end):
            ended(end, now, &output)
        }
    }

    private mutating func start(_ position: SampleIndex, _ output: inout ServerOutput) {
        hasStarted = true
        send(.speechStarted(milliseconds: wording.milliseconds(position)), &output)
    }

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        heardThrough = max(heardThrough, commit.range.end)
        tellSilence(until: commit.words.first?.range.start ?? commit.range.end, &output)
        if !commit.words.isEmpty {
            spokeSinceHeartbeat = true
            silentSince = max(silentSince, commit.words.last?.range.end ?? .zero)
            append(commit.words, &output)
        }
        if commit.endsTurn || turn.words.count >= Self.maxWords {
            endTurn(confidence: commit.reason == .endOfTurn ? commit.words.last?.turnConfidence.map { Double($0) } ?? 1 : 0, &output)
        } else if !commit.words.isEmpty {
            let utterance = commit.reason == .pause && options.model.family == .universalStreaming ? turn.endUtterance() : ""
            partial([], stable: 0, utterance: utterance, &output)
        }
    }

    /// Adds words to the turn. Where the client wants speakers, a turn has one: it ends where another one begins to speak.
    private mutating func append(_ words: [Word], _ output: inout ServerOutput) {
        var rest = words[...]
        while let first = rest.first {
            var next = rest.endIndex
            if wording.labelsSpeakers {
                var speaker = turn.words.last { $0.speaker != nil }?.speaker
                next =
                    rest.firstIndex { word in
                        defer { speaker = speaker ?? word.speaker }
                        return speaker.map { word.speaker != nil && word.speaker != $0 } ?? false
                    } ?? rest.endIndex
            }
            if next == rest.startIndex {
                endTurn(confidence: 1, &output)
                continue
            }
            if !hasStarted { start(first.range.start, &output) }
            turn.append(Array(rest[..<next]), wording)
            rest = rest[next...]
        }
    }

    /// Reports the silence between the last word and `position`; that nothing was spoken there is final.
    private mutating func tellSilence(until position: SampleIndex, _ output: inout ServerOutput) {
        guard position - silentSince >= SampleCount(Self.shortestSilence, at: wording.rate) else { return }
        if configuration.tellsSilence == true {
            send(.silence(start: wording.milliseconds(silentSince), end: wording.milliseconds(position)), &output)
        }
        silentSince = position
    }

    private mutating func beat(_ now: Instant, _ output: inout ServerOutput) {
        guard let began = term?.began else { return }
        let received: Int
        if case .raw(let encoding, let rate, _) = options.format, let size = encoding.bytesPerSample {
            received = receivedBytes / size * 1_000 / max(1, rate.hertz)
        } else {
            // The length of this audio is known only from the engine's results.
            received = wording.milliseconds(heardThrough)
        }
        let total = Int((now - began).wholeMilliseconds)
        send(
            .heartbeat(
                received: received, total: total, factor: total > 0 ? Double(received) / Double(total) : 0,
                maxSpeech: spokeSinceHeartbeat ? 1 : 0), &output)
        spokeSinceHeartbeat = false
        lastHeartbeat = now
    }

    /// - Parameters:
    ///   - words: the words after the committed words.
    ///   - stable: the number of `words` that will not change.
    private func partial(_ words: [Word], stable: Int, utterance: String = "", _ output: inout ServerOutput) {
        var message = AssemblyAITurn(order: order, transcript: turn.transcript, words: turn.shown, utterance: utterance)
        for (index, word) in words.enumerated() {
            let new = wording.word(word, isFinal: index < stable)
            // Newer models show all words that they heard; older models show only words that will not change.
            if new.isFinal || wording.isFormatted { WordSpacing.append(new.text, blank: new.blankBefore, to: &message.transcript) }
            message.words.append(new)
        }
        if wording.isFormatted { for index in message.words.indices { message.words[index].isFinal = false } }
        if wording.labelsSpeakers { message.speaker = message.words.speaker }
        send(.turn(message), &output)
    }

    private mutating func endTurn(confidence: Double, _ output: inout ServerOutput) {
        guard turn.isOpen else { return }
        var message = AssemblyAITurn(
            order: order, isFormatted: wording.isFormatted, endOfTurn: true, transcript: turn.transcript, endOfTurnConfidence: confidence,
            words: turn.shown, utterance: turn.endUtterance(), speaker: wording.labelsSpeakers ? turn.shown.speaker : nil)
        if options.reportsLanguage, let (language, share) = language(of: turn.words) {
            message.languageCode = language.primary
            message.languageConfidence = share
        }
        send(.turn(message), &output)
        if !wording.isFormatted, configuration.formatsTurns == true {
            var formatted = wording
            formatted.isFormatted = true
            message.isFormatted = true
            message.utterance = ""
            message.words = turn.words.map { formatted.word($0, isFinal: true) }
            message.transcript = message.words.text
            send(.turn(message), &output)
        }
        turn = AssemblyAIOpenTurn()
        hasStarted = false
        order += 1
    }

    /// Returns the one language that the client asked for; nil: several, or none.
    private static func language(_ configuration: AssemblyAIConfiguration, _ request: LiveRequest) -> LanguageTag? {
        guard let asked = configuration.language ?? request.language, !asked.isMulti else { return nil }
        return asked
    }

    /// Returns the language of most words, and the engine's mean confidence in it; without one, its share of the words. When no word names a
    /// language: the language that the client asked for, with share 1.
    private func language(of words: [Word]) -> (LanguageTag, Double)? {
        var counts: [LanguageTag: Int] = [:]
        for case let language? in words.lazy.map(\.language) { counts[language, default: 0] += 1 }
        guard let most = counts.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }) else {
            return Self.language(configuration, request).map { ($0, 1) }
        }
        let measured = words.filter { $0.language == most.key }.compactMap(\.languageConfidence)
        guard measured.isEmpty else { return (most.key, Double(measured.reduce(0, +)) / Double(measured.count)) }
        return (most.key, Double(most.value) / Double(words.count))
    }

    private mutating func ended(_ end: SessionEnd, _ now: Instant, _ output: inout ServerOutput) {
        endTurn(confidence: 0, &output)
        switch accountEnd {
        case .exhausted?:
            let words = if case .quotaExhausted(let words)? = end.error { ". " + words } else { "" }
            return fail(1008, "Unauthorized Connection: Insufficient account balance" + words, &output)
        case .revoked?: return fail(1008, "Unauthorized Connection: The API key was revoked or has expired", &output)
        case .low?, nil: break
        }
        if let error = end.error { return fail(AssemblyAIErrorResponse.code(of: error), AssemblyAIErrorResponse.text(of: error), &output) }
        let why: LiveServerEnd = if case .ending(let why) = state { why } else { .asked }
        switch why {
        case .asked:
            state = .closed
            let session = term.map { ($0.began.duration(to: now) / .seconds(1)).rounded() } ?? 0
            send(.termination(audioSeconds: Int(end.received.seconds(at: wording.rate).rounded()), sessionSeconds: Int(session)), &output)
            output.close(1000)
        case .idle: fail(3006, "Session Terminated: no message for the time of inactivity_timeout", &output)
        case .expired: fail(3008, "Session Expired: Maximum session duration exceeded", &output)
        case .draining: fail(3005, "Session Cancelled: The server is going down. Connect again.", &output)
        }
    }

    /// Names settings of `UpdateConfiguration` that have no effect. Those of the opening are named in the upgrade's header: clients fail at warnings
    /// that they did not ask for. Therefore they are not told either what is missing in their stream, or that final words come late.
    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        let told = names.filter { changed.contains(IgnoredOptions.option(of: $0, keyterms: "keyterms_prompt", language: "language_codes")) }
        for name in told { send(.warning(code: 3006, message: IgnoredOptions.warning(name)), &output) }
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted, .revoked: accountEnd = notice
        }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard state == .open, let term else { return nil }
        return min(term.deadline, heartbeat ?? term.deadline)
    }

    private var heartbeat: Instant? { configuration.sendsHeartbeats == true ? lastHeartbeat.map { $0 + Self.heartbeatPeriod } : nil }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard state == .open, let term else { return }
        if let heartbeat, now >= heartbeat { beat(now, &output) }
        switch term.end(now) {
        case .expired: finish(.expired, &output)
        case .idle: finish(.idle, &output)
        case nil: break
        }
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        if state == .open { finish(.draining, &output) }
    }

    private mutating func finish(_ why: LiveServerEnd, _ output: inout ServerOutput) {
        state = .ending(why)
        output.command(.finish)
    }

    // MARK: Small things

    private mutating func fail(_ code: UInt16, _ text: String, _ output: inout ServerOutput) {
        state = .closed
        let error = AssemblyAIErrorResponse.inBand(code, text)
        for message in error.messages { output.send { $0.value(raw: message) } }
        output.close(error.code, error.reason)
    }

    private func send(_ message: AssemblyAIServerMessage, _ output: inout ServerOutput) {
        output.send { message.write(to: &$0) }
    }
}
