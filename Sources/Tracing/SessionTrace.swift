package import Speech

/// Makes a live session's spans from the session's events: one for the session, one for each utterance, and one for each stream to an engine.
///
/// A value without I/O. An utterance's span begins when its speech came in and ends when its last words became final.
package struct SessionTrace: Sendable {
    package struct Facts: Sendable {
        /// The session's identifier in the log; nil when the session has none.
        package var session: String?
        /// The client's dialect; nil when a program uses the engine without a dialect.
        package var dialect: String?
        package var workload: Workload?
        /// The client's name for the model; nil when it named none.
        package var model: String?
        package var channels: Int
        package var rate: SampleRate

        package init(
            session: String? = nil, dialect: String? = nil, workload: Workload? = nil, model: String? = nil, channels: Int = 1, rate: SampleRate
        ) {
            self.session = session
            self.dialect = dialect
            self.workload = workload
            self.model = model
            self.channels = channels
            self.rate = rate
        }
    }

    private let facts: Facts
    private var root: TraceRoot
    private var arrivals = ArrivalTimes()
    /// The open utterance of each channel; nil while nobody speaks there.
    private var open: [UtteranceTrace?]
    private var utterances = 0
    private var gaps = SampleCount.zero

    package init(_ facts: Facts, root: TraceRoot) {
        self.facts = facts
        self.root = root
        open = Array(repeating: nil, count: facts.channels)
    }

    package mutating func received(through end: SampleIndex, now: Instant) { arrivals.add(end, now) }

    /// - Parameter model: the model of the engine that made the commit, if the event is a commit.
    /// - Returns: the spans that are complete now; when the session has ended, the last one is the session's own span.
    package mutating func heard(_ event: SessionEvent, model: String?, now: Instant) -> [Span] {
        switch event {
        case .ready, .flushed: return []
        case .speechStarted(let channel, let at):
            begin(channel, at)
            return []
        case .interim(let hypothesis):
            guard let word = hypothesis.words.first else { return [] }
            begin(hypothesis.channel, word.range.start)
            open[hypothesis.channel.number]?.interim(now: now)
            return []
        case .commit(let commit): return committed(commit, model: model, now: now)
        case .turnEnded(let channel, _): return end(channel)
        case .gap(_, let range, _):
            gaps += range.count
            return []
        case .ended(let end):
            var spans: [Span] = []
            for number in open.indices { spans += self.end(ChannelIndex(number)) }
            return spans + [session(end, now: now)]
        }
    }

    /// Returns the span of an ended stream to an engine, or of an ended repair.
    package mutating func ran(_ run: RecognitionAttempt) -> Span {
        var span = root.span(of: run, requested: facts.model)
        if let session = facts.session { span.attributes.append(.init(.conversation, .string(session))) }
        return span
    }

    private mutating func begin(_ channel: ChannelIndex, _ at: SampleIndex) {
        if open[channel.number] == nil { open[channel.number] = UtteranceTrace(start: at) }
    }

    private mutating func committed(_ commit: Commit, model: String?, now: Instant) -> [Span] {
        let channel = commit.channel
        var spans: [Span] = []
        if let word = commit.words.first {
            if let engine = open[channel.number]?.answer?.engine, engine != commit.engine { spans += end(channel) }
            begin(channel, word.range.start)
            open[channel.number]?.commit(commit.words, of: commit, model: model, now: now)
        }
        if commit.endsTurn { spans += end(channel) }
        arrivals.forget(before: open.lazy.compactMap { $0?.start }.min() ?? commit.range.end)
        return spans
    }

    private mutating func end(_ channel: ChannelIndex) -> [Span] {
        guard let utterance = open[channel.number] else { return [] }
        open[channel.number] = nil
        // No words came: nobody spoke after all.
        guard let answer = utterance.answer else { return [] }
        utterances += 1
        return [span(of: utterance, answer, channel)]
    }

    private mutating func span(of utterance: UtteranceTrace, _ answer: UtteranceTrace.Answer, _ channel: ChannelIndex) -> Span {
        let came = arrivals.time(of: utterance.start + SampleCount(1)) ?? utterance.firstWords ?? answer.at
        let left = arrivals.time(of: answer.speechEnd) ?? answer.at
        var span = root.child(
            SpeechToText.spanName(model: answer.model), answer.engine == .local ? .inside : .client, from: came, to: answer.at)
        span.events = [Span.Event("speech_end", at: root.time(of: left))]
        span.attributes = SpeechToText.attributes(requested: facts.model ?? answer.model, answered: answer.model)
        span.attributes += [
            .init(.provider, .string(answer.engine.rawValue)), .init(.isStream, true),
            .init(.speechStart, .double(utterance.start.seconds(at: facts.rate))),
            .init(.speechEnd, .double(answer.speechEnd.seconds(at: facts.rate))),
            .init(.timeToFinal, .double(max(.zero, left.duration(to: answer.at)).inSeconds)), .init(.words, .int(answer.words)),
            .init(.interims, .int(utterance.interims)), .init(.reason, .string(answer.reason.word)),
        ]
        if let first = utterance.firstWords {
            span.attributes.append(.init(.timeToFirstChunk, .double(max(.zero, came.duration(to: first)).inSeconds)))
        }
        if facts.channels > 1 { span.attributes.append(.init(.channel, .int(channel.number))) }
        if let session = facts.session { span.attributes.append(.init(.conversation, .string(session))) }
        return span
    }

    private func session(_ end: SessionEnd, now: Instant) -> Span {
        var span = root.span(facts.dialect.map { "session \($0)" } ?? "session", to: now)
        span.attributes = [
            .init(.channels, .int(facts.channels)), .init(.sampleRate, .int(facts.rate.hertz)),
            .init(.audio, .double(end.received.seconds(at: facts.rate))), .init(.utterances, .int(utterances)),
            .init(.gaps, .double(gaps.seconds(at: facts.rate))),
        ]
        if let dialect = facts.dialect { span.attributes.append(.init(.dialect, .string(dialect))) }
        if let workload = facts.workload { span.attributes.append(.init(.workload, .string(workload.rawValue))) }
        if let model = facts.model { span.attributes.append(.init(.requestModel, .string(model))) }
        if let session = facts.session { span.attributes.append(.init(.conversation, .string(session))) }
        span.failure = end.error?.errorType
        return span
    }
}

extension FinalReason {
    fileprivate var word: String {
        switch self {
        case .endOfTurn: "end_of_turn"
        case .pause: "pause"
        case .length: "length"
        case .flush: "flush"
        case .endOfAudio: "end_of_audio"
        }
    }
}
