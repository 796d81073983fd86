import Speech

extension UtteranceMachine {
    // MARK: Requests

    /// Makes the next request, unless one runs. Closed segments come first, in order, then speech that has paused, then interims.
    mutating func requestNext() {
        for case .segment(let closed) in queue where closed.result == nil {
            if let outstanding {
                // This segment was already requested while its pause was not long enough.
                if outstanding.purpose == .final, outstanding.audio == closed.audio { return }
                if outstanding.purpose == .final, outstanding.audio.start < closed.audio.start { return }
                cancelOutstanding()
            }
            return request(.final, closed.audio, closed.speech, closed.agreement)
        }
        guard let open = segment else { return }
        if let pause = open.pause {
            let speech = SampleRange(open.speechStart, pause.at)
            guard open.speculation == nil, outstanding?.purpose != .final, isSpeech(speech), timing.dropsRequests || outstanding == nil
            else { return }
            cancelOutstanding()
            return request(.final, SampleRange(open.audioStart, pause.audioEnd), speech, open.agreement)
        }
        guard outstanding == nil else { return }
        let length = received - open.audioStart
        let speech = SampleRange(open.speechStart, received)
        if length >= timing.cutLength, !open.cutFailed {
            segment?.lastInterim = received
            return request(.cut, SampleRange(open.audioStart, received), speech, open.agreement)
        }
        guard wantsInterims, queue.isEmpty, received - open.lastInterim >= open.interimPeriod else { return }
        segment?.lastInterim = received
        segment?.cutFailed = false
        request(.interim, SampleRange(open.audioStart, received), speech, open.agreement)
    }

    private mutating func request(_ purpose: SegmentRequest.Purpose, _ audio: SampleRange, _ speech: SampleRange, _ agreement: Agreement) {
        lastID += 1
        let request = SegmentRequest(
            id: lastID, purpose: purpose, timesInterim: purpose == .interim && timing.timesInterims, audio: audio, speech: speech,
            prefix: agreement.prefix, context: context(of: audio))
        outstanding = request
        actions.append(.recognize(request))
    }

    /// Returns the latest words as context: as many as are near enough and not too long.
    private func context(of audio: SampleRange) -> SegmentRequest.Context? {
        guard took < timing.contextPatience + timing.contextPatience else { return nil }
        var limit = took < timing.contextPatience ? timing.contextLength : SampleCount(timing.contextLength.samples / 2)
        limit = min(limit, timing.heardLength - audio.count)
        var context: SegmentRequest.Context?
        for spoken in recent.reversed() {
            let next = context?.start ?? audio.start
            guard spoken.audio.end <= next, next - spoken.audio.end <= timing.contextGap, audio.start - spoken.audio.start <= limit else { break }
            context = SegmentRequest.Context(start: spoken.audio.start, tokens: spoken.tokens + (context?.tokens ?? []))
        }
        return context
    }

    /// Keeps words that may become the context of the next segment.
    private mutating func remember(_ audio: SampleRange, _ words: [SegmentResult.Word]) {
        guard !words.isEmpty else { return }
        recent.removeAll { audio.start - $0.audio.start > timing.contextLength }
        if words.contains(where: \.tokens.isEmpty) { recent = [] } else { recent.append((audio, words.flatMap(\.tokens))) }
    }

    mutating func cancelOutstanding() {
        guard let request = outstanding else { return }
        outstanding = nil
        actions.append(.cancel(request.id))
    }

    // MARK: Results

    mutating func interim(_ result: SegmentResult, of request: SegmentRequest, took: SampleCount) {
        guard var open = segment, open.audioStart == request.audio.start else { return }
        open.interimPeriod = timing.interimPeriod(after: took)
        self.took = took
        defer { segment = open }
        let words = result.trusted(of: request, doubtful: timing.doubtful)
        guard !words.isEmpty, words.count > open.agreement.stable.count || words.count == result.words.count else {
            open.interimPeriod = timing.soonerPeriod(after: took)
            return
        }
        show(words, result.opening, of: request, &open.agreement)
    }

    private mutating func show(
        _ words: [SegmentResult.Word], _ opening: LateMarks.Mark?, of request: SegmentRequest, _ agreement: inout Agreement
    ) {
        let words = timing.settlesWords ? agreement.add(words, heardThrough: request.audio.end) : words
        guard wantsInterims, queue.isEmpty, !words.isEmpty else { return }
        event(
            .interim(
                Hypothesis(
                    channel: channel, range: SampleRange(through, request.audio.end), words: shown(words, opening, in: request.audio),
                    stableWords: agreement.stable.count)))
    }

    mutating func final(_ result: SegmentResult, of request: SegmentRequest, took: SampleCount) {
        for (index, item) in queue.enumerated() {
            guard case .segment(var closed) = item, closed.result == nil, closed.audio == request.audio else { continue }
            closed.result = result
            queue[index] = .segment(closed)
            return
        }
        guard var open = segment, let pause = open.pause, request.audio == SampleRange(open.audioStart, pause.audioEnd) else {
            // The speech went on, so the words are a guess like those of an interim.
            return interim(result, of: request, took: took)
        }
        open.speculation = result
        // Terms that were put in are shown with the final: while speech goes on, they would be stable words that nobody heard.
        if !result.isSuspect, !result.hasTerms { show(result.words, result.opening, of: request, &open.agreement) }
        segment = open
    }

    // MARK: Queue

    /// Sends all items of the queue that do not wait for a result.
    mutating func sendQueue() {
        while let item = queue.first {
            switch item {
            case .segment(let closed):
                guard let result = closed.result else { return }
                send(closed, result)
            case .silence(let end, let reason):
                event(.final(Hypothesis(channel: channel, range: SampleRange(through, end), words: []), reason: reason))
                through = end
            case .speechStarted(let start):
                event(.speechStarted(channel, at: start))
            case .turnEnded:
                if turnHasWords { event(.turnEnded(channel, at: through)) }
                turnHasWords = false
                punctuation.turnEnded()
            case .flushed:
                event(.flushed(channel))
            case .finished:
                hasFinished = true
                actions.append(.finished)
            }
            queue.removeFirst()
        }
    }

    private mutating func send(_ closed: ClosedSegment, _ result: SegmentResult) {
        let range = SampleRange(through, closed.coverage)
        let held = closed.agreement.holdSpoken(result.words)
        remember(closed.audio, held)
        var words = shown(held, result.opening, in: range)
        if closed.goesOn { BoundaryPunctuation.goesOn(&words) }
        punctuation.sent(words)
        turnHasWords = turnHasWords || !words.isEmpty
        // Sound without words is not a turn.
        let reason = closed.reason == .endOfTurn && !turnHasWords ? .pause : closed.reason
        if reason != .pause, reason != .length {
            turnHasWords = false
            punctuation.turnEnded()
        }
        event(.final(Hypothesis(channel: channel, range: range, words: words), reason: reason))
        through = closed.coverage
    }

    /// Returns the words within `range`, in order, written to fit behind the words that were sent.
    private func shown(_ words: [SegmentResult.Word], _ opening: LateMarks.Mark?, in range: SampleRange) -> [Word] {
        var last = range.start
        return words.enumerated().map { index, word in
            let start = min(max(word.range.start, last), range.end)
            let end = min(max(word.range.end, start), range.end)
            last = start
            var shown = Word(word.text, SampleRange(start, end), confidence: word.confidence, language: word.language, heard: word.mark?.heard)
            if let blank = word.blankBefore { shown.blankBefore = blank }
            return index == 0 ? punctuation.opened(shown, opening) : shown
        }
    }
}
