import Framing
package import Speech

/// The server side of Speechmatics' Agent STT, `WS /v2/agent`, after the configuration has come.
///
/// A turn begins with the first word that is heard. Its committed words become segments, one speaker each. In the mode `vad` the session's own end of the
/// turn ends it; the beginnings and ends of speech are told too. In the mode `external` only `ForceEndOfUtterance` ends it, at the position that the client
/// names: words behind that position begin the next turn. Lost audio is told by a `Warning`, because the protocol has no other message for it.
///
/// Source: speechmatics/docs, `spec/agent-stt.yaml` and the pages "Turn detection" and "Segmentation", September 2026; a session of the vendor's that was
/// recorded on 2026-09-16 (jeslynysmx/speechmatics-agent-stt-jambonz-test). No source says what follows `ForceEndOfUtterance` when no turn is open
/// (nothing does here), or how a turn ends that is open at the end of the audio in the mode `external` (here as by the client).
package struct SpeechmaticsAgentServer: LiveServerMachine {
    private enum State: Equatable {
        case connecting  // → starting
        case starting(until: Instant)  // → open: no engine takes audio yet
        case open  // → ending
        case ending(SpeechmaticsError?)  // → closed: waits for the session's end; with what is to be said then
        case closed
    }

    /// Maximum number of unanswered `ForceEndOfUtterance`; more are refused with a warning.
    package static let maxCuts = 100

    package let request: LiveRequest
    private let sessionID: String
    private let configuration: SpeechmaticsConfiguration
    private let agent: SpeechmaticsAgentSettings
    private var partials: Bool
    private var showsSpeakers: Bool
    private var rate: SampleRate = .speech
    private var state: State = .connecting
    private var limits: SpeechmaticsSessionLimits?
    /// Number of audio messages; `acknowledged` is the number of those that were answered.
    private var received = 0
    private var acknowledged = 0
    private var open: SpeechmaticsOpenSegment
    /// Words after the committed ones, which may change.
    private var guess: [Word] = []
    private var turnIsOpen = false
    /// True if a segment of the open turn was sent.
    private var hasSegment = false
    /// Furthest position that a message about a turn has named.
    private var told: SampleIndex = .zero
    private var speechIsOpen = false
    /// Furthest position that a message about speech has named.
    private var spoken: SampleIndex = .zero
    /// Positions of the `ForceEndOfUtterance` that are not answered; nil: all audio that came before.
    private var cuts: [SampleIndex?] = []
    private var lastCut: Double?
    /// Speakers of the words that were sent.
    private var heard: Set<SpeakerLabel> = []
    private var owesSpeakers: Bool
    private var saidNoIdentifiers = false
    private var lacksSpeakers = false
    private var saidForceIsIgnored = false
    private var cameLate = false
    /// Notices about the stream before the start of recognition.
    private var earlyNotices: [RecordingNotice] = []
    /// Error for which the client's key ended the session.
    private var accountError: SpeechmaticsError?

    package init(_ configuration: SpeechmaticsConfiguration, sessionID: String, engines: [EngineName] = []) {
        self.sessionID = sessionID
        self.configuration = configuration
        agent = configuration.agent ?? SpeechmaticsAgentSettings()
        request = configuration.request(engines: engines)
        partials = configuration.partials
        showsSpeakers = configuration.diarizes
        owesSpeakers = agent.tellsSpeakers
        open = SpeechmaticsOpenSegment(separatesSpeakers: configuration.diarizes, separatesSentences: agent.emitsSentences)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .starting(until: now + SpeechmaticsLiveServer.startLimit)
        rate = start.rate
        lacksSpeakers = showsSpeakers && !start.tellsSpeakers
        if lacksSpeakers { showsSpeakers = false }
        limits = SpeechmaticsSessionLimits(since: now)
    }

    private mutating func begin(_ output: inout ServerOutput) {
        guard case .starting = state else { return }
        state = .open
        for path in agent.ignored { warn("", "\(path) is not a setting of Agent STT and is ignored.", &output) }
        let language = configuration.language, name = language.englishName
        send(
            .recognitionStarted(
                id: sessionID, language: name.prefix(1).uppercased() + name.dropFirst(), delimiter: language.wordDelimiter,
                isFromRight: language.isFromRight), &output)
        // The service's document has no other quality.
        send(.info(type: "recognition_quality", reason: "Running recognition using a broadcast model quality.", quality: "broadcast"), &output)
        for notice in earlyNotices { warn(notice.name, RecordingNotices.live(notice), &output) }
        earlyNotices = []
        if lacksSpeakers { warn("speaker_id", RequestError.untoldSpeakers("diarization"), &output) }
        if agent.knowsVoices {
            warn("speaker_id", "speakers of speaker_diarization_config have no effect: speakers have labels and no identifiers here.", &output)
        }
        acknowledge(&output)
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        switch state {
        case .connecting, .closed: return .ignored
        case .ending(nil):
            if !cameLate { warn("add_audio_after_eos", "Audio that comes after EndOfStream is ignored.", &output) }
            cameLate = true
            return .ignored
        case .ending: return .ignored
        case .starting, .open:
            received += 1
            limits?.heard(now)
            if state == .open { acknowledge(&output) }
            return message.byteCount > 0 ? .audio() : .ignored
        }
    }

    private mutating func acknowledge(_ output: inout ServerOutput) {
        while acknowledged < received {
            acknowledged += 1
            send(.audioAdded(sequenceNumber: acknowledged), &output)
        }
    }

    package mutating func clientIsHeld(now: Instant) { limits?.heard(now) }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .ending, .closed: return
        case .starting, .open: break
        }
        switch SpeechmaticsClientMessage(parsing: text, for: .agent) {
        case .startRecognition: finish(saying: SpeechmaticsError(.protocolError, "StartRecognition came already."), &output)
        case .endOfStream:
            begin(&output)
            finish(saying: nil, &output)
        case .setRecognitionConfig(let change, let language, let fixed):
            partials = change.partials ?? partials
            if !language.isEmpty, !configuration.isInForce(language: language) { warnOfFixed("language", &output) }
            for option in fixed where !configuration.fixed.contains(option) { warnOfFixed(option.name, &output) }
        case .forceEndOfUtterance(let at, let channel): force(at, channel: channel, &output)
        case .getSpeakers(atEnd: true): owesSpeakers = true
        case .getSpeakers(atEnd: false): saySpeakers(&output)
        case .channelAudio, .endOfChannel: break
        case .invalid(let error): finish(saying: error, &output)
        }
    }

    /// Ends the turn for the client, or says why not.
    ///
    /// - Parameters:
    ///   - at: the position that the client named, in seconds; nil: it named none.
    ///   - channel: the channel that the client named, although the session has none; nil: it named none.
    private mutating func force(_ at: Double?, channel: String?, _ output: inout ServerOutput) {
        guard agent.turns == .external else {
            if !saidForceIsIgnored {
                warn("", "ForceEndOfUtterance is ignored: with turn_detection_mode vad the service ends turns.", &output)
            }
            saidForceIsIgnored = true
            return
        }
        if let at, let lastCut, at <= lastCut {
            return warn("", "ForceEndOfUtterance is rejected: its timestamp must be later than the one before.", &output)
        }
        guard cuts.count < Self.maxCuts else {
            return warn("", "ForceEndOfUtterance is rejected: \(Self.maxCuts) of them are unanswered.", &output)
        }
        if channel != nil { warn("", "channel is ignored: this session has no channels. Its turn ends.", &output) }
        lastCut = at ?? lastCut
        cuts.append(at.map { SampleIndex(seconds: min($0, 1_000_000_000), at: rate) })
        output.command(.finalize)
    }

    private mutating func finish(saying error: SpeechmaticsError?, _ output: inout ServerOutput) {
        state = .ending(error)
        output.command(.finish)
    }

    /// Answers a client that asked for speakers. Speakers have no identifiers, which the client may want.
    private mutating func saySpeakers(_ output: inout ServerOutput) {
        owesSpeakers = false
        if !saidNoIdentifiers {
            warn(
                "speaker_id",
                showsSpeakers
                    ? "Speakers have labels and no identifiers here: they cannot be named in another session."
                    : "This session tells no speakers; diarization speaker asks for them.", &output)
        }
        saidNoIdentifiers = true
        send(.speakers(heard.sorted { $0.number < $1.number }.map(SpeechmaticsItems.label)), &output)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .starting: begin(&output)
        case .open, .ending: break
        }
        switch event {
        case .ready: break
        case .speechStarted(_, let at): beginSpeech(at: at, &output)
        case .interim(let hypothesis):
            guess = hypothesis.words
            heard(guess, &output)
            preview(&output)
        case .commit(let commit): self.commit(commit, &output)
        case .turnEnded(_, let at):
            guard agent.turns == .vad else { return }
            endSpeech(at: open.words.last?.range.end ?? at, &output)
            endTurn(&output)
        case .flushed: answerForce(&output)
        case .gap(_, let range, _):
            let place = "\(range.start.seconds(at: rate).short) to \(range.end.seconds(at: rate).short)"
            warn("", "No engine could recognize the audio from \(place) s.", &output)
        case .ended(let end): ended(end, &output)
        }
    }

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        guess = []
        heard(commit.words, &output)
        for words in open.append(commit.words, rate: rate) { segment(words, &output) }
        let isOver = commit.endsTurn || commit.reason == .pause
        if isOver { endSpeech(at: commit.words.last?.range.end ?? commit.range.end, &output) }
        switch agent.turns {
        // A guess that was withdrawn has begun a turn in which nothing is said.
        case .vad: if commit.endsTurn || isOver && open.words.isEmpty && !hasSegment { endTurn(&output) }
        case .external: if commit.reason == .flush { answerForce(&output) }
        }
        if !open.words.isEmpty { preview(&output) }
    }

    /// Begins a turn, and speech, with new words.
    private mutating func heard(_ words: [Word], _ output: inout ServerOutput) {
        guard let first = words.first, let last = words.last else { return }
        if last.range.end > spoken { beginSpeech(at: first.range.start, &output) }
        beginTurn(at: first.range.start, &output)
    }

    private mutating func beginTurn(at position: SampleIndex, _ output: inout ServerOutput) {
        guard !turnIsOpen else { return }
        turnIsOpen = true
        hasSegment = false
        told = max(told, position)
        send(.boundary(.turnStarted, at: told.seconds(at: rate)), &output)
    }

    private mutating func beginSpeech(at position: SampleIndex, _ output: inout ServerOutput) {
        guard agent.turns == .vad, !speechIsOpen else { return }
        speechIsOpen = true
        spoken = max(spoken, position)
        send(.boundary(.speechStarted, at: spoken.seconds(at: rate)), &output)
    }

    private mutating func endSpeech(at position: SampleIndex, _ output: inout ServerOutput) {
        guard speechIsOpen else { return }
        speechIsOpen = false
        spoken = max(spoken, position)
        send(.boundary(.speechEnded, at: spoken.seconds(at: rate)), &output)
    }

    /// Ends the turn that the client has ended.
    private mutating func answerForce(_ output: inout ServerOutput) {
        guard !cuts.isEmpty else { return }
        let cut = cuts.removeFirst()
        // A turn that lies wholly behind the position began after the client's command.
        if let cut, !hasSegment, let first = (open.words + guess).first, first.isBehind(cut) { return }
        endTurn(at: cut, &output)
        let rest = open.words + guess
        if let first = rest.first { beginTurn(at: first.range.start, &output) }
    }

    /// - Parameter cut: words that lie behind this position begin the next turn; nil: all words belong to this turn.
    private mutating func endTurn(at cut: SampleIndex? = nil, _ output: inout ServerOutput) {
        guard turnIsOpen else { return }
        segment(open.close(at: cut), &output)
        turnIsOpen = false
        send(.boundary(.turnEnded, at: told.seconds(at: rate)), &output)
    }

    private mutating func segment(_ words: [Word], _ output: inout ServerOutput) {
        guard let last = words.last, let segment = written(words) else { return }
        told = max(told, last.range.end)
        hasSegment = true
        if showsSpeakers, let speaker = words.lazy.compactMap(\.speaker).first { heard.insert(speaker) }
        send(.segment(segment), &output)
    }

    /// Shows the segment that is being built, if the client wants to see it.
    private mutating func preview(_ output: inout ServerOutput) {
        guard partials, let segment = written(open.preview(guess)) else { return }
        send(.partialSegment(segment), &output)
    }

    /// Returns the segment of these words; nil when they have no text.
    private func written(_ words: [Word]) -> SpeechmaticsSegment? {
        guard let first = words.first, let last = words.last else { return nil }
        let text = (configuration.replacements.isEmpty ? words : WordReplacement.apply(configuration.replacements, to: words)).text
        guard !text.isEmpty else { return nil }
        let speaker = showsSpeakers ? words.lazy.compactMap(\.speaker).first.map(SpeechmaticsItems.label) : nil
        let start = first.range.start.seconds(at: rate)
        return SpeechmaticsSegment(text, start: start, end: max(start, last.range.end.seconds(at: rate)), speaker: speaker)
    }

    private mutating func ended(_ end: SessionEnd, _ output: inout ServerOutput) {
        acknowledge(&output)
        endSpeech(at: .zero + end.received, &output)
        while !cuts.isEmpty { answerForce(&output) }
        endTurn(&output)
        let asked: SpeechmaticsError? = if case .ending(let error) = state { error } else { nil }
        state = .closed
        if let error = accountError ?? end.error.map({ SpeechmaticsError($0) }) ?? asked {
            send(.error(type: error.kind.rawValue, reason: error.reason), &output)
            return output.close(error.closeCode, error.kind.rawValue)
        }
        if owesSpeakers { saySpeakers(&output) }
        send(.endOfTranscript, &output)
        output.close(1000)
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted: accountError = SpeechmaticsError(.outOfCredit)
        case .revoked: accountError = SpeechmaticsError(.unauthenticated)
        }
    }

    // MARK: Time

    package var deadline: Instant? {
        switch state {
        case .connecting, .ending, .closed: nil
        case .starting(let until): until
        case .open: limits?.due
        }
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .ending, .closed: break
        case .starting(let until): if now >= until { begin(&output) }
        case .open:
            for step in limits?.steps(now) ?? [] {
                switch step {
                case .warning(let type, let reason): warn(type, reason, &output)
                case .over(let error): finish(saying: error, &output)
                }
            }
        }
    }

    // MARK: What is told

    /// - Parameter type: empty where the service's document has no type for the warning.
    private func warn(_ type: String, _ reason: String, _ output: inout ServerOutput) { send(.warning(type: type, reason: reason), &output) }

    private func warnOfFixed(_ name: String, _ output: inout ServerOutput) {
        warn("", "\(name) cannot change while the session runs: it stays as StartRecognition has set it.", &output)
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        for name in IgnoredOptions.told(names) { warn("", IgnoredOptions.warning(name), &output) }
    }

    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: break
        // The client is told nothing before the start of recognition.
        case .starting: earlyNotices.append(notice)
        case .open, .ending: warn(notice.name, RecordingNotices.live(notice), &output)
        }
    }

    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) {
        switch state {
        // Recognition that has not started is not behind.
        case .connecting, .starting, .closed: break
        case .open, .ending: warn(LateFinals.name, LateFinals.text, &output)
        }
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        switch state {
        case .starting, .open: finish(saying: .goingDown, &output)
        case .connecting, .ending, .closed: break
        }
    }

    private func send(_ message: SpeechmaticsServerMessage, _ output: inout ServerOutput) {
        output.send { message.write(to: &$0) }
    }
}

extension Double {
    /// The number with at most two decimals.
    fileprivate var short: String { "\((self * 100).rounded() / 100)" }
}
