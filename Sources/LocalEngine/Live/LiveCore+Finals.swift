import Speech

extension LiveCore {
    // MARK: Ends of windows

    /// Makes final all words of the window at its pause.
    mutating func commit(
        _ open: OpenWindow, _ pause: OpenWindow.Pause, _ reading: OpenWindow.Pause.Reading, _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        let silence = position - pause.silent
        var probability: Float?
        if timing.judgesTurns, !timing.isOver(silence: silence, nil) {
            probability = try answers.completeness(turnAudio(through: pause.judgedTo ?? position))
        }
        let isOver = timing.isOver(silence: silence, probability) && (turn.hasWords || !reading.words.isEmpty)
        try close(
            open, reading.words, through: reading.end, silent: pause.silent, speechEnd: pause.end, isOver ? .endOfTurn : .pause, answers)
        if !isOver { turn.paused(at: pause.silent, probability: probability) }
    }

    /// Closes the window, and makes its words final.
    private mutating func close(
        _ open: OpenWindow, _ words: [LiveWord], through end: SampleIndex, coverage: SampleIndex? = nil, silent: SampleIndex,
        speechEnd: SampleIndex, _ reason: FinalReason, _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        try send(
            words, first: words.count, of: SampleRange(open.start, end), speech: SampleRange(open.speech, speechEnd), coverage: coverage ?? end,
            reason, answers)
        known.add(words, from: open.start, end: silent)
        covered = coverage ?? end
        window = nil
        turnStart = nil
    }

    // MARK: Commands

    /// Makes final all audio up to `end`.
    ///
    /// Soon behind another finalize, the sound of speech that goes on is too short to be read. It is left to the next final, which reads it whole.
    mutating func finalize(_ end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) {
        if let open = window {
            let isLong = isSpeech(SampleRange(max(open.start, open.speech), end))
            guard open.pause != nil || isLong else { return emit(.flushed(channel)) }
            try closeWindow(at: end, .flush, answers)
            // Words from here on belong to another turn, even when the voice does not pause.
            if detector.isSpeaking { openWindow(speech: end) }
        } else {
            if through < end { cover(through: end, .pause) }
            endTurn()
            emit(.flushed(channel))
        }
    }

    /// Makes final all audio up to `end`, behind which no more comes.
    mutating func finish(_ end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) {
        if window != nil {
            try closeWindow(at: end, .endOfAudio, answers)
        } else if through < end {
            cover(through: end, .endOfAudio)
        } else {
            endTurn()
        }
        hasFinished = true
    }

    private mutating func closeWindow(at end: SampleIndex, _ reason: FinalReason, _ answers: LiveAnswers) throws(MissingAnswer) {
        guard let open = window else { return }
        let speechEnd = open.pause?.end ?? end, silent = open.pause?.silent ?? end
        var reading = open.pause?.reading
        if reading == nil, isSpeech(SampleRange(open.speech, speechEnd)) {
            let last = open.pause.map { min($0.end + timing.tail, end) } ?? end
            reading = .init(words: try words(of: open, through: last, answers), end: last)
        }
        try close(
            open, reading?.words ?? [], through: reading?.end ?? end, coverage: end, silent: silent, speechEnd: speechEnd, reason, answers)
        turn = LiveTurn()
    }

    // MARK: Finals

    /// Sends the first words of a reading as a final that covers the audio up to `coverage`. Words of a reading that are not sent follow them.
    ///
    /// - Parameters:
    ///   - count: number of words to send.
    ///   - audio: the audio of the window; `speech` is the part that the voice detector calls speech.
    mutating func send(
        _ words: [LiveWord], first count: Int, of audio: SampleRange, speech: SampleRange, coverage: SampleIndex, _ reason: FinalReason,
        _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        let sent = Array(words.prefix(count)), range = SampleRange(through, coverage)
        var placed: [PlacedWord] = []
        if !sent.isEmpty {
            placed = zip(sent, try answers.times(of: words, in: audio, speech: speech)).map { PlacedWord(word: $0, range: $1) }
            placed.put(try answers.terms(list: terms, of: words, in: audio))
        }
        var last = range.start
        let shown = zip(placed, boundary.shown(placed.map(\.word))).map { placed, text in
            let start = min(max(placed.range.start, last), range.end), end = min(max(placed.range.end, start), range.end)
            last = start
            var word = placed.word.shown(as: text, in: SampleRange(start, end))
            word.heard = placed.heard
            return word
        }
        boundary.sent(placed.map(\.word), next: count < words.count ? words[count] : nil)
        if !sent.isEmpty { turn.saidWords() }
        emit(.final(Hypothesis(channel: channel, range: range, words: shown), reason: reason))
        through = range.end
        switch reason {
        case .endOfTurn, .flush, .endOfAudio: turn = LiveTurn()
        case .pause, .length: break
        }
    }

    /// Covers silence with a final without words.
    mutating func cover(through end: SampleIndex, _ reason: FinalReason) {
        emit(.final(Hypothesis(channel: channel, range: SampleRange(through, end), words: []), reason: reason))
        through = end
        covered = max(covered, end)
        if reason == .endOfAudio { turn = LiveTurn() }
    }
}
