import Framing
package import Speech

/// The server side of OpenAI's realtime protocol for transcription, `WS /v1/realtime`, from the first audio on.
///
/// With server-side turn detection, the engine's pauses (or, with `semantic_vad` and silences that are longer than engines' pauses, its ends of turns)
/// divide the audio into items. Without turn detection, the client's commits do: each commit finalizes the session, and the answer completes the
/// commit's item. A commit with turn detection completes the speech so far in the same way.
///
/// Source: OpenAI API reference, "Realtime" and "Realtime transcription".
package struct RealtimeServer: LiveServerMachine {
    /// The purpose of a finalize; finalizes are answered in order.
    private enum Awaited {
        case item(RealtimeItem, end: SampleIndex)
        /// The audio was cleared: its words are dropped.
        case cleared
    }

    /// Reason for which a session was told to finish.
    private enum End { case expired, outOfCredit, keyIsOver, draining }

    /// Minimum audio for a commit, in milliseconds.
    private static let minCommit = 100
    private static let maxAwaited = 1_000

    package let request: LiveRequest
    private let models: Set<String>
    private let expiry: Instant
    private var configuration: RealtimeConfiguration
    private var voice: RealtimeVoice
    private var rate: SampleRate
    private var isClosed = false
    private var end: End?

    private var receivedBytes = 0
    /// Start of the buffer: the end of the last item or clear.
    private var boundary = SampleIndex.zero
    /// The item that is being spoken and is not committed to the conversation. Without turn detection the client does not know of this item.
    private var open: RealtimeItem?
    private var awaited: [Awaited] = []
    private var lastItem: String?
    /// Names of the client's settings that the present engine ignores.
    private var ignored: Set<String> = []
    /// The engine that serves the session; nil: not known yet.
    private var engine: TurnPart.Engine?

    init(
        _ configuration: RealtimeConfiguration, _ voice: RealtimeVoice, expiry: Instant, engines: [EngineName], models: Set<String>
    ) {
        self.configuration = configuration
        self.voice = voice
        self.expiry = expiry
        self.models = models
        rate = configuration.format.rate
        var request = configuration.request
        request.engines = engines
        self.request = request
    }

    package mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput) { rate = start.rate }

    // MARK: From the client

    /// Rejects a binary message: the protocol has none.
    package mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning {
        if !isClosed { voice.error(.binary, &output) }
        return .ignored
    }

    package mutating func clientIsHeld(now: Instant) {}

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) {
        guard !isClosed, end == nil else { return }
        let event = RealtimeClientEvent(parsing: text)
        switch event.kind {
        case .append(let audio):
            receivedBytes += audio.count
            if !audio.isEmpty { output.audio(audio) }
        case .commit: commit(event.id, &output)
        case .clear: clear(&output)
        case .update(let shape): update(text, shape, event.id, &output)
        case .invalid(let error): voice.error(error, clientEvent: event.id, &output)
        }
    }

    /// Position of the next sample that the client sends.
    private var received: SampleIndex { SampleIndex(receivedBytes / configuration.format.bytesPerSample) }

    private mutating func commit(_ id: String?, _ output: inout ServerOutput) {
        let length = milliseconds(received) - milliseconds(boundary)
        guard length >= Self.minCommit else { return voice.error(.nothingToCommit(milliseconds: length), clientEvent: id, &output) }
        guard awaited.count < Self.maxAwaited else {
            return voice.error(
                RealtimeError("Too many commits wait for their transcripts.", .rateLimit, code: "rate_limit_exceeded"), clientEvent: id, &output)
        }
        var item = open ?? RealtimeItem(id: voice.newItemID(), start: boundary)
        stopSpeech(in: &item, at: received, &output)
        open = nil
        boundary = received
        announce(item, &output)
        sendRest(of: &item, &output)
        awaited.append(.item(item, end: boundary))
        output.command(.finalize)
    }

    private mutating func clear(_ output: inout ServerOutput) {
        voice.say("input_audio_buffer.cleared", &output)
        guard received > boundary, awaited.count < Self.maxAwaited else { return }
        open = nil
        boundary = received
        awaited.append(.cleared)
        output.command(.finalize)
    }

    private mutating func update(_ text: RawSpan, _ shape: RealtimeConfiguration.Shape, _ id: String?, _ output: inout ServerOutput) {
        let format = configuration.format
        let old = configuration.take(
            text, shape, id, models, without: ignored, by: engine,
            allowing: { changed in
                changed.format == format
                    ? nil
                    : .invalid("session.audio.input.format", "The format cannot change after audio came. Open a new session for another format.")
            }, &voice, &output)
        guard let old else { return }
        // The client was told that speech began, and no end of speech follows any more.
        if var item = open, old.endingDetection != nil, configuration.endingDetection == nil {
            stopSpeech(in: &item, at: max(received, item.start), &output)
            open = item
        }
        guard let change = configuration.change(from: old) else { return }
        // The engine's ignored options are told anew for the new values.
        ignored.subtract(change.vendor?.names ?? [])
        output.command(.update(change))
    }

    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {
        show(without: ignored.union(names), by: engine, &output)
    }

    package mutating func served(by engine: TurnPart.Engine, ignoring names: [String], now: Instant, output: inout ServerOutput) {
        show(without: Set(names), by: engine, &output)
    }

    /// Tells which settings are in force, if others are than before: the session's settings are sent again, without those that are ignored.
    private mutating func show(without names: Set<String>, by server: TurnPart.Engine?, _ output: inout ServerOutput) {
        guard !isClosed, end == nil else { return }
        let before = configuration.without(ignored, by: engine)
        (ignored, engine) = (names, server)
        let inForce = configuration.without(ignored, by: engine)
        guard inForce != before else { return }
        voice.updated(inForce, by: voice.shape == .beta && configuration.type == .transcription ? .beta : .general, &output)
    }

    // MARK: From the session

    package mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput) {
        guard !isClosed else { return }
        switch event {
        case .ready: break
        case .speechStarted(_, let position):
            if configuration.endingDetection != nil, position >= boundary || awaited.isEmpty { begin(at: position, &output) }
        case .interim(let hypothesis): interim(hypothesis, &output)
        case .commit(let commit): self.commit(commit, &output)
        case .turnEnded(_, let position):
            if configuration.endingDetection?.outlastsPauses == true, awaited.isEmpty { endTurn(at: position, &output) }
        case .flushed: answered(&output)
        case .gap: break
        case .ended(let session): ended(session, &output)
        }
    }

    /// Begins an item when speech seems to begin; with turn detection the client is told.
    private mutating func begin(at position: SampleIndex, _ output: inout ServerOutput) {
        guard open == nil else { return }
        let start = max(boundary, position - SampleCount(configuration.endingDetection?.prefix ?? .zero, at: rate))
        var item = RealtimeItem(id: voice.newItemID(), start: start)
        if configuration.endingDetection != nil {
            item.isSpeech = true
            voice.speechStarted(item.id, at: milliseconds(start), &output)
        }
        open = item
    }

    /// Tells the client once that an item's speech ended, if the client knows that it began: turn detection may have been switched meanwhile.
    private mutating func stopSpeech(in item: inout RealtimeItem, at position: SampleIndex, _ output: inout ServerOutput) {
        guard item.isSpeech else { return }
        item.isSpeech = false
        voice.speechStopped(item.id, at: milliseconds(position), &output)
    }

    private mutating func interim(_ hypothesis: Hypothesis, _ output: inout ServerOutput) {
        // While a commit or a clear is unanswered, an interim may still belong to the audio before it.
        guard awaited.isEmpty, let first = hypothesis.words.first else { return }
        begin(at: first.range.start, &output)
        let stable = hypothesis.words.prefix(min(max(0, hypothesis.stableWords), hypothesis.words.count))
        guard mayStream, let delta = open?.delta(stable: stable), let id = open?.id else { return }
        send(delta, of: id, &output)
    }

    /// True if deltas are sent before the item is committed.
    private var mayStream: Bool { configuration.streamsDeltas && (configuration.endingDetection != nil || configuration.isLive) }

    private mutating func commit(_ commit: Commit, _ output: inout ServerOutput) {
        guard awaited.isEmpty else {
            if case .item(var item, let end)? = awaited.first {
                item.commit(commit.words)
                sendRest(of: &item, &output)
                awaited[0] = .item(item, end: end)
            }
            if commit.reason == .flush { answered(&output) }
            return
        }
        if let first = commit.words.first { begin(at: first.range.start, &output) }
        open?.commit(commit.words)
        if mayStream, var item = open {
            sendRest(of: &item, &output)
            open = item
        }
        if endsItem(commit) { endTurn(at: commit.range.end, &output) }
    }

    private func endsItem(_ commit: Commit) -> Bool {
        guard let detection = configuration.endingDetection else { return false }
        if commit.endsTurn { return true }
        switch detection {
        case .server(_, _, let silence) where detection.outlastsPauses:
            // An engine may tell no end of a turn behind its pause, and cover the silence alone.
            guard commit.words.isEmpty, let open else { return false }
            return commit.range.end - open.end >= SampleCount(silence, at: rate)
        case .server: return commit.reason == .pause
        case .semantic: return false
        }
    }

    private mutating func endTurn(at position: SampleIndex, _ output: inout ServerOutput) {
        guard var item = open else { return }
        open = nil
        let end = max(position, item.start)
        boundary = max(boundary, end)
        stopSpeech(in: &item, at: end, &output)
        announce(item, &output)
        sendRest(of: &item, &output)
        complete(item, end: end, &output)
    }

    private mutating func announce(_ item: RealtimeItem, _ output: inout ServerOutput) {
        voice.committed(item.id, after: lastItem, &output)
        lastItem = item.id
    }

    private mutating func sendRest(of item: inout RealtimeItem, _ output: inout ServerOutput) {
        guard configuration.streamsDeltas, let delta = item.rest() else { return }
        send(delta, of: item.id, &output)
    }

    private mutating func send(_ delta: RealtimeItem.Delta, of item: String, _ output: inout ServerOutput) {
        voice.delta(delta.text, of: item, words: configuration.includesLogprobs ? delta.words : nil, &output)
    }

    private mutating func complete(_ item: RealtimeItem, end: SampleIndex, _ output: inout ServerOutput) {
        var item = item
        // Models that send the whole text at once get it here as one delta.
        if let delta = item.rest() { send(delta, of: item.id, &output) }
        voice.completed(
            item.id, text: item.text, milliseconds: milliseconds(end) - milliseconds(item.start),
            words: configuration.includesLogprobs ? item.words[...] : nil, &output)
    }

    /// Answers the oldest finalize without an answer.
    private mutating func answered(_ output: inout ServerOutput) {
        guard !awaited.isEmpty else { return }
        if case .item(let item, let end) = awaited.removeFirst() { complete(item, end: end, &output) }
    }

    private mutating func ended(_ session: SessionEnd, _ output: inout ServerOutput) {
        let error: RealtimeError? =
            switch end {
            case .outOfCredit: .outOfCredit
            case .keyIsOver: .keyIsOver
            case .expired: session.error.map { RealtimeError($0) } ?? .expired
            case .draining, nil: session.error.map { RealtimeError($0) }
            }
        // Items are complete when all their audio was recognized, even if credit or time ended the session.
        let isWhole = session.error == nil || end == .outOfCredit
        if isWhole {
            while !awaited.isEmpty { answered(&output) }
            if configuration.endingDetection != nil { endTurn(at: .zero + session.received, &output) }
        } else if let error {
            for case .item(let item, _) in awaited { voice.failed(item.id, error, &output) }
            if let open, configuration.endingDetection != nil { voice.failed(open.id, error, &output) }
        }
        isClosed = true
        if let error { voice.error(error, &output) }
        switch end {
        case .expired: output.close(1001, "session_expired")
        case .draining: output.close(1001, "The server is going down. Connect again.")
        case .outOfCredit, .keyIsOver: output.close(1008, error?.code ?? "")
        case nil:
            guard let error else { return output.close(1000) }
            output.close(error.kind == .invalidRequest ? 1008 : 1011, "The session cannot go on.")
        }
    }

    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {
        switch notice {
        case .low: break
        case .exhausted: end = .outOfCredit
        case .revoked: end = .keyIsOver
        }
    }

    private func milliseconds(_ position: SampleIndex) -> Int {
        // Integer arithmetic: the length of a sample at 24 kHz has no exact decimal value.
        Int(position.samples * 1_000 / Int64(rate.hertz))
    }

    // MARK: Time

    package var deadline: Instant? { isClosed || end != nil ? nil : expiry }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, deadline <= now else { return }
        end = .expired
        output.command(.finish)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard !isClosed, end == nil else { return }
        end = .draining
        output.command(.finish)
    }
}
