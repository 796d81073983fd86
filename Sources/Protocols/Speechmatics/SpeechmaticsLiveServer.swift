import Framing
package import Speech

/// The server side of Speechmatics' live protocol, `WS /v2`, after the configuration has come.
///
/// Commits become `AddTranscript`. When a commit would come later than the client's `max_delay` allows, words that will not change any more are sent
/// before it: those that engines promise in their interims. The local engine is told the delay, and promises none below the vendor's default. Words
/// after the commits become `AddPartialTranscript`. Each of several channels has its own finals, partials and ends of utterances; the audio of the
/// channels comes separately and is interleaved here. If the client asked for ends of utterances, each pause of that length ends one.
/// `ForceEndOfUtterance` ends one at its `timestamp`: words behind that position belong to the next. Lost audio is covered by a transcript without
/// items, because the protocol has no message for it.
///
/// Source: Speechmatics "Real-time API" reference.
package struct SpeechmaticsLiveServer: LiveServerMachine {
    private enum State: Equatable {
        case connecting  // → starting
        case starting(until: Instant)  // → open: no engine takes audio yet
        case open  // → ending
        case ending(SpeechmaticsError?)  // → closed: waits for the session's end; with what is to be said then
        case closed
    }

    /// Time after which RecognitionStarted is sent even if no engine accepts audio yet; the client waits 5 s.
    package static let startLimit: Duration = .seconds(3)
    /// Maximum number of unanswered `ForceEndOfUtterance`; more are refused with a warning.
    package static let maxForces = 100

    package let request: LiveRequest
    private let sessionID: String
    private let configuration: SpeechmaticsConfiguration
    private var options: SpeechmaticsChange
    private var items: SpeechmaticsItems
    /// Speakers of the words that were sent as final.
    private var heard: Set<SpeakerLabel> = []
    /// True if the client wants to know the speakers at the end.
    private var owesSpeakers = false
    private var saidNoIdentifiers = false
    /// True if the client asks for speakers and nothing can tell them.
    private var lacksSpeakers = false
    private var state: State = .connecting
    /// Notices about the stream from before the start of recognition.
    private var earlyNotices: [RecordingNotice] = []
    private var limits: SpeechmaticsSessionLimits?
    private var cameLate = false
    /// The state of each channel.
    private var lanes: [SpeechmaticsLane]
    /// Interleaves the channels of a session with several; nil: audio comes in binary messages.
    private var interleaver: SpeechmaticsInterleaver?
    /// Error for which the client's key ended the session.
    private var accountError: SpeechmaticsError?

    package init(_ configuration: SpeechmaticsConfiguration, sessionID: String, engines: [EngineName] = []) {
        self.sessionID = sessionID
        self.configuration = configuration
        options = configuration.changes
        request = configuration.request(engines: engines)
        lanes = configuration.channels.isEmpty ? [SpeechmaticsLane(label: nil)] : configuration.channels.map { SpeechmaticsLane(label: $0) }
        interleaver = configuration.channels.isEmpty ? nil : SpeechmaticsInterleaver(configuration.format)
        items = SpeechmaticsItems(
            rate: .speech, language: configuration.language.primary, showsSpeakers: configuration.diarizes,
            permittedMarks: configuration.permittedMarks, replacements: configuration.replacements)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .starting(until: now + Self.startLimit)
        items.rate = start.rate
        lacksSpeakers = items.showsSpeakers && !start.tellsSpeakers
        if lacksSpeakers { items.showsSpeakers = false }
        for index in lanes.indices { lanes[index].early = SpeechmaticsEarlyWords(rate: start.rate) }
        limits = SpeechmaticsSessionLimits(since: now)
    }

    private mutating func begin(_ output: inout ServerOutput) {
        guard case .starting = state else { return }
        state = .open
        let language = configuration.language, name = language.englishName
        send(
            .recognitionStarted(
                id: sessionID, language: name.prefix(1).uppercased() + name.dropFirst(), delimiter: language.wordDelimiter,
                isFromRight: language.isFromRight), &output)
        let quality = items.rate < .speech ? "telephony" : "broadcast"
        send(.info(type: "recognition_quality", reason: "Running recognition using a \(quality) model quality.", quality: quality), &output)
        if configuration.asksForTranslation {
            send(.warning(type: "unsupported_translation_pair", reason: "Translation is not available here."), &output)
        }
        for name in configuration.unsupportedOptions { warn("unsupported_option", IgnoredOptions.warning(name), &output) }
        for notice in earlyNotices { warn(notice.name, RecordingNotices.live(notice), &output) }
        earlyNotices = []
        if lacksSpeakers { warn("speaker_id", RequestError.untoldSpeakers("diarization"), &output) }
        answerBinary(&output)
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        switch state {
        case .connecting, .closed: return .ignored
        case .ending(nil):
            if !cameLate { send(.warning(type: "add_audio_after_eos", reason: "Audio that comes after EndOfStream is ignored."), &output) }
            cameLate = true
            return .ignored
        case .ending: return .ignored
        case .starting, .open:
            guard interleaver == nil else {
                let error = SpeechmaticsError(.protocolError, "Channels come as AddChannelAudio, not in binary messages.")
                state = .closed
                return .rejectedInBand(
                    InBandError(
                        messages: [SpeechmaticsServerMessage.error(type: error.kind.rawValue, reason: error.reason).text],
                        code: error.closeCode, reason: error.kind.rawValue))
            }
            lanes[0].received += 1
            limits?.heard(now)
            if state == .open { answerBinary(&output) }
            return message.byteCount > 0 ? .audio() : .ignored
        }
    }

    private mutating func received(_ audio: [UInt8], channel label: String, _ now: Instant, _ output: inout ServerOutput) {
        guard let lane = lane(label), interleaver?.isOver(lane) == false else {
            return finish(saying: SpeechmaticsError(.protocolError, "No channel \"\(label.prefix(bytes: 64))\" is open in this session."), &output)
        }
        lanes[lane].received += 1
        limits?.heard(now)
        guard let ready = interleaver?.add(audio, to: lane) else {
            let limit = SpeechmaticsInterleaver.maxAhead.wholeSecondsUp
            return finish(saying: SpeechmaticsError(.bufferError, "A channel is more than \(limit) s ahead of another."), &output)
        }
        if !ready.isEmpty { output.audio(ready) }
        if state == .open { answerBinary(&output) }
    }

    private mutating func ended(channel label: String, _ output: inout ServerOutput) {
        guard let lane = lane(label), let rest = interleaver?.end(lane) else {
            return finish(saying: SpeechmaticsError(.protocolError, "There is no channel \"\(label.prefix(bytes: 64))\" in this session."), &output)
        }
        if !rest.isEmpty { output.audio(rest) }
        guard interleaver?.isOver == true else { return }
        begin(&output)
        finish(saying: nil, &output)
    }

    /// Answers a client that asked for speakers. Speakers have no identifiers, which the client may want.
    private mutating func saySpeakers(_ output: inout ServerOutput) {
        owesSpeakers = false
        if !saidNoIdentifiers {
            let reason =
                items.showsSpeakers
                ? "Speakers have labels and no identifiers here: they cannot be named in another session."
                : "This session tells no speakers; diarization speaker asks for them."
            warn("speaker_id", reason, &output)
        }
        saidNoIdentifiers = true
        send(.speakers(heard.sorted { $0.number < $1.number }.map(SpeechmaticsItems.label)), &output)
    }

    private func lane(_ label: String) -> Int? { lanes.firstIndex { $0.label == label } }

    private mutating func answerBinary(_ output: inout ServerOutput) {
        for index in lanes.indices {
            while lanes[index].acknowledged < lanes[index].received {
                lanes[index].acknowledged += 1
                send(.audioAdded(sequenceNumber: lanes[index].acknowledged, channel: lanes[index].label), &output)
            }
        }
    }

    package mutating func clientIsHeld(now: Instant) { limits?.heard(now) }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .ending, .closed: return
        case .starting, .open: break
        }
        switch SpeechmaticsClientMessage(parsing: text) {
        case .startRecognition: finish(saying: SpeechmaticsError(.protocolError, "StartRecognition came already."), &output)
        case .endOfStream:
            begin(&output)
            finish(saying: nil, &output)
        case .channelAudio(let channel, let audio): received(audio, channel: channel, now, &output)
        case .endOfChannel(let channel): ended(channel: channel, &output)
        case .setRecognitionConfig(let change, let language, let fixed):
            options.apply(change)
            if let delay = change.delay {
                var stream = StreamChange()
                stream.longestDelay = delay
                output.command(.update(stream))
            }
            if !language.isEmpty, !configuration.isInForce(language: language) { warnOfFixed("language", &output) }
            for option in fixed where !configuration.fixed.contains(option) { warnOfFixed(option.name, &output) }
        case .forceEndOfUtterance(let at, let channel): force(at, channel: channel, &output)
        case .getSpeakers(atEnd: true): owesSpeakers = true
        case .getSpeakers(atEnd: false): saySpeakers(&output)
        case .invalid(let error): finish(saying: error, &output)
        }
    }

    /// Ends the utterance for the client, or says why not. Sessions finalize all channels together, so the words of other channels become final too.
    ///
    /// - Parameters:
    ///   - at: the position that the client named, in seconds; nil: it named none.
    ///   - label: the only channel whose utterance ends; nil: the client named none.
    private mutating func force(_ at: Double?, channel label: String?, _ output: inout ServerOutput) {
        let named = label.flatMap { lane($0) }
        if let label, named == nil {
            guard interleaver == nil else {
                return finish(
                    saying: SpeechmaticsError(.protocolError, "There is no channel \"\(label.prefix(bytes: 64))\" in this session."), &output)
            }
            warn("unsupported_option", "channel is ignored: this session has no channels. Its utterance ends.", &output)
        }
        guard lanes.allSatisfy({ $0.forces.count < Self.maxForces }) else {
            return warn("unsupported_option", "ForceEndOfUtterance is rejected: \(Self.maxForces) of them are unanswered.", &output)
        }
        let cut = at.map { SampleIndex(seconds: min($0, 1_000_000_000), at: items.rate) }
        for index in lanes.indices { lanes[index].forces.append(named == nil || named == index ? .here(cut) : .elsewhere) }
        output.command(.finalize)
    }

    private mutating func finish(saying error: SpeechmaticsError?, _ output: inout ServerOutput) {
        state = .ending(error)
        output.command(.finish)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .starting: begin(&output)
        case .open, .ending: break
        }
        switch event {
        case .ready, .speechStarted: break
        case .interim(let hypothesis): interim(hypothesis, &output)
        case .commit(let commit): self.commit(commit, &output)
        case .turnEnded(let channel, let position):
            let lane = lane(channel)
            if configuration.endOfUtterance != nil { endUtterance(lane, at: max(position, lanes[lane].finalThrough), &output) }
        case .flushed(let channel): answerForce(lane(channel), &output)
        case .gap(let channel, let range, _):
            transcript(lane(channel), [], range, &output)
            partial(lane(channel), [], through: range.end, &output)
        case .ended(let end): ended(end, &output)
        }
    }

    private func lane(_ channel: ChannelIndex) -> Int { min(max(channel.number, 0), lanes.count - 1) }

    private mutating func interim(_ hypothesis: Hypothesis, _ output: inout ServerOutput) {
        let lane = lane(hypothesis.channel)
        let delay = SampleCount(options.delay ?? configuration.delay, at: items.rate)
        let due = lanes[lane].early.take(from: hypothesis, dueBefore: hypothesis.range.end - delay + SampleCount(Self.interimPeriod, at: items.rate))
        if !due.isEmpty {
            let range = SampleRange(lanes[lane].finalThrough, lanes[lane].early.through)
            transcript(lane, due, range, &output)
        }
        partial(lane, lanes[lane].early.rest(of: hypothesis.words), through: hypothesis.range.end, &output)
    }

    /// Sends the words behind the last final, if the client wants partials. A partial without words takes back those of the partial before. It also
    /// follows each final: clients look at their words again only when a partial comes.
    private mutating func partial(_ lane: Int, _ words: [Word], through end: SampleIndex, _ output: inout ServerOutput) {
        guard options.partials ?? false, !words.isEmpty || lanes[lane].partialIsDue else { return }
        lanes[lane].partialIsDue = !words.isEmpty
        let start = lanes[lane].finalThrough
        let range = SampleRange(start, max(start, end, words.last?.range.end ?? start))
        send(.partial(written(lane, words, range)), &output)
    }

    /// Maximum time between two interims of an engine: words become final this much before they must.
    private static let interimPeriod: Duration = .milliseconds(600)

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        let lane = lane(commit.channel)
        var words = lanes[lane].early.rest(of: commit.words)
        if !commit.words.isEmpty { lanes[lane].utteranceIsOpen = true }
        let isCut = commit.reason == .flush ? cut(lane, &words, &output) : false
        transcript(lane, words, commit.range, &output)
        partial(lane, [], through: commit.range.end, &output)
        lanes[lane].early.committed(commit.words, through: commit.range.end)
        switch commit.reason {
        case .flush: if !isCut { answerForce(lane, &output) }
        case .endOfTurn, .pause:
            if configuration.endOfUtterance != nil { endUtterance(lane, at: lanes[lane].finalThrough, &output) }
        case .length, .endOfAudio: break
        }
    }

    /// Ends the utterance at the position that the client has named, if words lie behind that position: the words before it are sent, and removed.
    ///
    /// - Returns: true if the utterance was ended; the words that are left belong to the next.
    private mutating func cut(_ lane: Int, _ words: inout [Word], _ output: inout ServerOutput) -> Bool {
        guard let cut = lanes[lane].cut, let next = words.firstIndex(where: { $0.isBehind(cut) }) else { return false }
        let start = lanes[lane].finalThrough, end = max(start, cut)
        if next > 0 || end > start {
            transcript(lane, Array(words[..<next]), SampleRange(start, end), &output)
            partial(lane, [], through: end, &output)
        }
        answerForce(lane, &output)
        words.removeFirst(next)
        lanes[lane].utteranceIsOpen = true
        return true
    }

    /// Sends final words, or a final without words, up to the end of `range`.
    private mutating func transcript(_ lane: Int, _ words: [Word], _ range: SampleRange, _ output: inout ServerOutput) {
        lanes[lane].partialIsDue = true
        let start = lanes[lane].finalThrough
        let words = inOrder(words, lane)
        if items.showsSpeakers { heard.formUnion(words.compactMap(\.speaker)) }
        send(.transcript(written(lane, words, words.isEmpty ? SampleRange(start, range.end) : nil)), &output)
        lanes[lane].finalThrough = max(start, range.end, words.last?.range.end ?? .zero)
    }

    /// Keeps words in order: an engine may move words that were sent before their commit, and later words stay after them.
    private mutating func inOrder(_ words: [Word], _ lane: Int) -> [Word] {
        words.map { word in
            var word = word
            let start = max(word.range.start, lanes[lane].lastStart)
            word.range = SampleRange(start, max(start, word.range.end))
            lanes[lane].lastStart = start
            return word
        }
    }

    /// - Parameter range: the range in the metadata; nil: from the first word's start to the last word's end.
    private func written(_ lane: Int, _ words: [Word], _ range: SampleRange?) -> SpeechmaticsTranscript {
        let range = range ?? SampleRange(words.first?.range.start ?? .zero, words.last?.range.end ?? .zero)
        return SpeechmaticsTranscript(
            start: range.start.seconds(at: items.rate), end: range.end.seconds(at: items.rate), channel: lanes[lane].label,
            results: items.items(of: words))
    }

    private mutating func endUtterance(_ lane: Int, at position: SampleIndex, _ output: inout ServerOutput) {
        guard lanes[lane].utteranceIsOpen else { return }
        lanes[lane].utteranceIsOpen = false
        send(.endOfUtterance(at: position.seconds(at: items.rate), channel: lanes[lane].label), &output)
    }

    /// Answers the oldest `ForceEndOfUtterance` in a channel. A channel that the client did not mean says nothing.
    private mutating func answerForce(_ lane: Int, _ output: inout ServerOutput) {
        let force: SpeechmaticsLane.Force = lanes[lane].forces.isEmpty ? .here(nil) : lanes[lane].forces.removeFirst()
        guard case .here(let cut) = force else { return }
        lanes[lane].utteranceIsOpen = false
        let end = lanes[lane].finalThrough
        send(.endOfUtterance(at: min(cut ?? end, end).seconds(at: items.rate), channel: lanes[lane].label), &output)
    }

    private mutating func ended(_ end: SessionEnd, _ output: inout ServerOutput) {
        answerBinary(&output)
        for lane in lanes.indices {
            while !lanes[lane].forces.isEmpty { answerForce(lane, &output) }
            if configuration.endOfUtterance != nil { endUtterance(lane, at: max(lanes[lane].finalThrough, .zero + end.received), &output) }
        }
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

    private func warn(_ type: String, _ reason: String, _ output: inout ServerOutput) { send(.warning(type: type, reason: reason), &output) }

    private func warnOfFixed(_ name: String, _ output: inout ServerOutput) {
        warn("unsupported_option", "\(name) cannot change while the session runs: it stays as StartRecognition has set it.", &output)
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        for name in IgnoredOptions.told(names) { warn("unsupported_option", IgnoredOptions.warning(name), &output) }
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
