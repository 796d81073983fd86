import Framing
package import Speech

/// The server side of Deepgram's live protocol, `WS /v1/listen`.
///
/// Commits become final `Results`, which cover each channel without gaps. Text between the last commit and the audio's end becomes interim `Results`.
/// An end of a turn that becomes known only after its last commit gets an empty final with `speech_final`. A gap becomes an empty final, because
/// the protocol has no message for lost audio. Sessions finalize all channels together: with a `Finalize` for one channel, the words of the others
/// become final too, and only that one answers.
///
/// Source: Deepgram "Live Audio" reference and "Using Lower-Level Websockets"; close codes from its "Errors" reference.
package struct DeepgramLiveServer: LiveServerMachine {
    /// Maximum time without anything from the client.
    package static let idleLimit: Duration = .seconds(10)
    package static let sessionLimit: Duration = .seconds(12 * 3_600)
    /// Time after which an empty interim result is sent when audio came without words.
    package static let interimPeriod: Duration = .seconds(1)

    package let request: LiveRequest
    private var options: DeepgramLiveOptions
    private let requestID: String
    private let created: UnixTime
    private var keyterms: [String]
    private var state: LiveServerState<LiveServerEnd> = .connecting
    /// Reason for which the key ended the session: no credit left, or revoked. nil: the key did not end the session.
    private var accountEnd: AccountNotice?
    private var rate: SampleRate = .speech
    /// True if the client asks for speakers and nothing can tell them.
    private var lacksSpeakers = false
    /// Parameters that an engine of the session ignores.
    private var ignored: [String] = []
    /// Notices about the client's stream. The protocol has one message for them, the last.
    private var notices: [RecordingNotice] = []
    /// True if final words came late. The last message tells it.
    private var isLate = false
    private var model: DeepgramModelInfo
    /// The value of `metadata` in all results; it is encoded only once.
    private var metadata: [UInt8] = []
    private var term: SessionTimeouts?
    private var receivedBytes = 0
    private var channels: [DeepgramChannel] = []
    /// Number of Finalize messages received; each channel answers each message that is for it.
    private var finalizes = 0
    /// The channel of each Finalize message that is for one channel only, by the number of the message, until all channels have passed it.
    private var finalizedChannels: [Int: Int] = [:]

    init(_ options: DeepgramLiveOptions, requestID: String, created: UnixTime) {
        self.options = options
        request = options.request
        self.requestID = requestID
        self.created = created
        keyterms = options.parameters.keyterms
        model = DeepgramModelInfo(name: options.parameters.model, architecture: options.parameters.model)
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) {
        guard state == .connecting else { return }
        state = .open
        rate = start.rate
        lacksSpeakers = request.diarize && !start.tellsSpeakers
        model = DeepgramModelInfo(name: start.model, architecture: options.parameters.model)
        term = SessionTimeouts(Self.sessionLimit, silence: Self.idleLimit, from: now)
        let count = options.parameters.multichannel ? options.parameters.channels : 1
        channels = (0..<count).map { DeepgramChannel(number: $0, now: now) }
        metadata = Self.metadata(requestID, model)
    }

    private static func metadata(_ requestID: String, _ model: DeepgramModelInfo) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("request_id", requestID)
        json.key("model_info")
        model.write(to: &json)
        json.member("model_uuid", model.uuid)
        json.endObject()
        return json.bytes
    }

    // MARK: From the client

    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        guard state == .open else { return .ignored }
        term?.heard(now)
        if message.byteCount == 0 {
            // An empty message, with which clients ended streams before CloseStream existed.
            state = .ending(.asked)
            return .command(.finish)
        }
        receivedBytes += message.byteCount
        return .audio()
    }

    package mutating func clientIsHeld(now: Instant) {
        term?.heard(now)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        term?.heard(now)
        switch DeepgramClientMessage(parsing: text) {
        case .keepAlive:
            output.command(.keepAlive)
        case .finalize(let channel):
            if let channel, channels.indices.contains(channel), finalizedChannels.count < Self.maxFinalizedChannels {
                finalizedChannels[finalizes] = channel
            }
            finalizes += 1
            output.command(.finalize)
        case .closeStream:
            finish(.asked, &output)
        case .configure(let terms, let numerals): configure(terms, numerals, &output)
        case .refused(let error):
            send(.configureFailure(requestID: requestID, code: error.code, description: error.description), &output)
        case .invalid(let problem):
            let message = text.withUnsafeBytes { String(decoding: $0.prefix(1_000), as: UTF8.self) }
            send(.error(variant: "SchemaError", description: problem, message: message), &output)
        }
    }

    private mutating func configure(_ terms: [String]?, _ numerals: Bool?, _ output: inout ServerOutput) {
        if let terms, let problem = DeepgramParameters.problem(withKeyterms: terms) {
            return send(.configureFailure(requestID: requestID, code: "CONFIGURE_KEYTERM_LIMIT_EXCEEDED", description: problem), &output)
        }
        var change = StreamChange()
        var given: [VendorOptions.Option] = [], replaced: Set<String> = [], warnings: [String] = []
        if let terms, terms != keyterms {
            keyterms = terms
            change.keyterms = terms
            replaced = ["keyterm", "keywords"]
        }
        if let terms, let warning = warning(ofCutIn: terms) { warnings.append(warning) }
        if let numerals {
            options.parameters.formatting.write(numerals: numerals)
            given = [.init("numerals", .text("\(numerals)"))]
            let onlyVendors = "unless Deepgram's own engine serves the stream."
            if !numerals, options.parameters.formatting.isSmart {
                warnings.append("features.numerals=false has no effect beside smart_format=true \(onlyVendors)")
            } else if !DeepgramFormatting.writesNumerals(in: options.parameters.language) {
                warnings.append("features.numerals has no effect on this language \(onlyVendors)")
            }
        }
        if !given.isEmpty || !replaced.isEmpty { change.vendor = VendorChange(given, replacing: replaced) }
        if !change.isEmpty { output.command(.update(change)) }
        send(.configureSuccess(requestID: requestID, keyterms: terms, warnings: warnings), &output)
    }

    /// Returns the warning about key terms for which Deepgram has no room; nil when there are none. Which engine serves is not known here.
    private func warning(ofCutIn terms: [String]) -> String? {
        guard DeepgramKeyterms.areTaken(by: options.parameters.model) else { return nil }
        let cut = DeepgramKeyterms.divided(terms).cut
        guard !cut.isEmpty else { return nil }
        let limit = "Where Deepgram's own engine serves the stream, it takes at most \(DeepgramKeyterms.maxTokens) tokens of keyterms"
        return "\(limit), and these are left out: \(IgnoredOptions.told(cut).joined(separator: ", "))"
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        switch state {
        case .connecting, .closed: return
        case .open, .ending: break
        }
        switch event {
        case .ready: break
        case .speechStarted(let channel, let position):
            let index = prepare(channel, now)
            channels[index].speechStarted()
            guard options.speechEvents else { return }
            send(.speechStarted(channel: index, channels: channels.count, timestamp: position.seconds(at: rate)), &output)
        case .interim(let hypothesis):
            interim(hypothesis, now, &output)
        case .commit(let commit):
            self.commit(commit, now, &output)
        case .turnEnded(let channel, _):
            final(prepare(channel, now), through: nil, words: [], speechFinal: true, fromFinalize: false, now, &output)
        case .flushed(let channel):
            let index = prepare(channel, now)
            guard answered(index) else { return }
            final(index, through: nil, words: [], speechFinal: true, fromFinalize: true, now, &output)
        case .gap(let channel, let range, _):
            final(prepare(channel, now), through: range.end, words: [], speechFinal: false, fromFinalize: false, now, &output)
        case .ended(let end):
            ended(end, now, &output)
        }
    }

    private mutating func interim(_ hypothesis: Hypothesis, _ now: Instant, _ output: inout ServerOutput) {
        let index = prepare(hypothesis.channel, now)
        heard(hypothesis.words, through: hypothesis.range.end, channel: index, &output)
        channels[index].interimHasWords = !hypothesis.words.isEmpty
        guard options.interims else { return }
        let start = channels[index].committedThrough
        let end = max(hypothesis.range.end, start)
        channels[index].reported(through: end, at: now)
        results(index, start, end, hypothesis.words, isFinal: false, speechFinal: false, fromFinalize: false, &output)
    }

    private mutating func commit(_ commit: Commit, _ now: Instant, _ output: inout ServerOutput) {
        let index = prepare(commit.channel, now)
        heard(commit.words, through: commit.range.end, channel: index, &output)
        let isFlush = commit.reason == .flush, isAnswer = isFlush ? answered(index) : false
        final(
            index, through: commit.range.end, words: commit.words, speechFinal: isFlush ? isAnswer : commit.endsTurn, fromFinalize: isAnswer, now,
            &output)
        guard let gap = options.utteranceEnd, let last = commit.words.last else { return }
        channels[index].utterance.said(
            through: last.range.end, due: now + wait(for: SampleCount(gap, at: rate), after: last.range.end, now))
        heard([], through: commit.range.end, channel: index, &output)
    }

    /// - Parameter end: the window's end; nil for a message that only concerns earlier audio.
    private mutating func final(
        _ index: Int, through end: SampleIndex?, words: [Word], speechFinal: Bool, fromFinalize: Bool, _ now: Instant, _ output: inout ServerOutput
    ) {
        let start = channels[index].committedThrough
        let end = max(start, end ?? start)
        channels[index].committedThrough = end
        channels[index].interimHasWords = false
        channels[index].reported(through: end, at: now)
        results(index, start, end, words, isFinal: true, speechFinal: speechFinal, fromFinalize: fromFinalize, &output)
    }

    private mutating func results(
        _ index: Int, _ start: SampleIndex, _ end: SampleIndex, _ words: [Word], isFinal: Bool, speechFinal: Bool, fromFinalize: Bool,
        _ output: inout ServerOutput
    ) {
        let formatting = options.parameters.formatting
        let written = formatting.written(formatting.chosen(words, in: options.parameters.language), rate: rate)
        let results = DeepgramResults(
            channel: index, channels: channels.count, start: start.seconds(at: rate), duration: (end - start).seconds(at: rate), isFinal: isFinal,
            speechFinal: speechFinal, fromFinalize: fromFinalize,
            alternative: DeepgramAlternative(words: written, languages: written.languages))
        output.send { json in results.write(to: &json, metadata: metadata) }
    }

    private mutating func ended(_ end: SessionEnd, _ now: Instant, _ output: inout ServerOutput) {
        // Every Finalize is answered, also when the session ended before its answer.
        for index in channels.indices {
            while channels[index].answeredFinalizes < finalizes {
                guard answered(index) else { continue }
                final(index, through: nil, words: [], speechFinal: true, fromFinalize: true, now, &output)
            }
        }
        let why: LiveServerEnd = if case .ending(let why) = state { why } else { .asked }
        state = .closed
        if case .undecodable(let reason) = end.error {
            send(.error(variant: "DATA-0000", description: "The audio cannot be decoded. \(reason)", message: reason), &output)
            return output.close(1008, "DATA-0000")
        }
        if let error = end.error {
            let (description, isClient) = Self.describe(error)
            send(.error(variant: isClient ? "RequestError" : "EngineError", description: description, message: description), &output)
        }
        let summary = DeepgramMetadata(
            requestID: requestID, created: created.rfc3339, duration: end.received.seconds(at: rate), channels: options.parameters.channels,
            model: end.received > .zero ? model : nil, extra: options.parameters.extra,
            warnings: (lacksSpeakers ? [.init(parameter: "diarize", message: RequestError.untoldSpeakers("diarize"))] : [])
                + ignored.map(DeepgramMetadata.Warning.init(ignored:))
                + notices.map(DeepgramMetadata.Warning.init(live:)) + (isLate ? [DeepgramMetadata.Warning.lateFinals] : []))
        send(.metadata(summary), &output)
        switch accountEnd {
        case .exhausted?: return output.close(1008, "ASR_PAYMENT_REQUIRED: the project has no credits left.")
        case .revoked?: return output.close(1008, "INVALID_AUTH: the key was revoked or has expired.")
        case .low?, nil: break
        }
        if let error = end.error {
            return Self.describe(error).isClient ? output.close(1008, "The request cannot be served") : output.close(1011, "NET-0000")
        }
        switch why {
        case .asked: output.close(1000)
        case .idle:
            output.close(
                1011, "NET-0001: Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001")
        case .expired: output.close(1011, "NET-0003: The stream reached its time limit. Open a new one to go on.")
        case .draining: output.close(1001, "The server is going down. Connect again.")
        }
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        // Settings of `Configure` are told again, for their new values.
        for name in names where !ignored.contains(name) { ignored.append(name) }
    }

    package mutating func named(_ model: EngineModel, now: Instant, output: inout ServerOutput) {
        self.model = DeepgramModelInfo(model, architecture: options.parameters.model)
        metadata = Self.metadata(requestID, self.model)
    }

    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) { notices.append(notice) }

    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) { isLate = true }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted, .revoked: accountEnd = notice
        }
    }

    private static func describe(_ error: EngineError) -> (description: String, isClient: Bool) {
        switch error {
        case .unsupportedLanguage(let language): ("No engine that this stream may use has the language \"\(language)\".", true)
        case .badRequest(let reason), .undecodable(let reason): (reason, true)
        case .unauthorized(let reason), .quotaExhausted(let reason), .unavailable(let reason), .timedOut(let reason), .protocolViolation(let reason):
            (reason, false)
        case .rateLimited: ("The engine accepts no more streams for now.", false)
        case .cancelled: ("The stream was cancelled.", false)
        }
    }

    // MARK: Time

    package var deadline: Instant? {
        guard state == .open, var earliest = term?.deadline else { return nil }
        for channel in channels {
            if options.interims && received != nil { earliest = min(earliest, channel.lastResult + Self.interimPeriod) }
            if let due = channel.utterance.due { earliest = min(earliest, due) }
        }
        return earliest
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard state == .open else { return }
        for index in channels.indices {
            if let due = channels[index].utterance.due, due <= now { endUtterance(index, &output) }
            if now >= channels[index].lastResult + Self.interimPeriod { emptyInterim(index, now, &output) }
        }
        switch term?.end(now) {
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

    /// Sends an interim result without words when audio came, nothing was heard in it, and no other message was sent for a while.
    private mutating func emptyInterim(_ index: Int, _ now: Instant, _ output: inout ServerOutput) {
        let start = channels[index].committedThrough
        guard options.interims, !channels[index].interimHasWords, let received, received > channels[index].reportedThrough else {
            channels[index].lastResult = now
            return
        }
        channels[index].reported(through: received, at: now)
        results(index, start, max(start, received), [], isFinal: false, speechFinal: false, fromFinalize: false, &output)
    }

    // MARK: Utterances

    /// Processes words, or their absence, up to `end`: these may show that an utterance is over or goes on.
    private mutating func heard(_ words: [Word], through end: SampleIndex, channel index: Int, _ output: inout ServerOutput) {
        guard let gap = options.utteranceEnd, let last = channels[index].utterance.lastWordEnd else { return }
        let silence = (words.first?.range.start ?? end) - last
        if silence >= SampleCount(gap, at: rate) {
            endUtterance(index, &output)
        } else if !words.isEmpty {
            channels[index].utterance.goesOn()
        }
    }

    private mutating func endUtterance(_ index: Int, _ output: inout ServerOutput) {
        guard let last = channels[index].utterance.end() else { return }
        send(.utteranceEnd(channel: index, channels: channels.count, lastWordEnd: last.seconds(at: rate)), &output)
    }

    /// Returns the time to wait for audio that shows that `gap` has passed. The audio of a client that sends in real time is as far as the clock, so
    /// the received part of the gap counts. A client that sends faster says nothing about silence by having sent more.
    private func wait(for gap: SampleCount, after end: SampleIndex, _ now: Instant) -> Duration {
        guard let received, let began = term?.began, received > end else { return gap.duration(at: rate) }
        let sent = (received - .zero).duration(at: rate)
        guard sent <= now - began + .seconds(1) else { return gap.duration(at: rate) }
        return max(.zero, (gap - (received - end)).duration(at: rate))
    }

    // MARK: Small things

    /// End of the audio received so far; nil when the encoding does not tell the duration from the number of bytes.
    private var received: SampleIndex? {
        guard case .raw(let encoding, let sent, let channels) = options.parameters.format, let size = encoding.bytesPerSample else { return nil }
        return SampleIndex(receivedBytes / (size * max(1, channels))).converted(from: sent, to: rate)
    }

    /// Returns the index of an event's channel, and adds the channel when it is new. A container may have more channels than the client said.
    private mutating func prepare(_ channel: ChannelIndex, _ now: Instant) -> Int {
        let index = min(max(0, channel.number), Self.maxChannels - 1)
        while channels.count <= index { channels.append(DeepgramChannel(number: channels.count, now: now)) }
        return index
    }

    private static let maxChannels = 64

    /// Maximum number of unanswered Finalize messages for one channel; more are for all channels.
    private static let maxFinalizedChannels = 1_000

    /// Counts a channel's answer to its oldest unanswered Finalize.
    ///
    /// - Returns: false if the message was for another channel, so that nothing is to be said.
    private mutating func answered(_ index: Int) -> Bool {
        let number = channels[index].answeredFinalizes
        channels[index].answeredFinalizes += 1
        let isMeant = finalizedChannels[number].map { $0 == index } ?? true
        if channels.allSatisfy({ $0.answeredFinalizes > number }) { finalizedChannels[number] = nil }
        return isMeant
    }

    private func send(_ message: DeepgramServerMessage, _ output: inout ServerOutput) {
        output.send { message.write(to: &$0) }
    }
}
