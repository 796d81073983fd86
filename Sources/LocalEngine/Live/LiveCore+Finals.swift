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
            open, reading.words, through: reading.end, timedTo: reading.timedTo, coverage: beforeSound(reading.end), silent: pause.silent,
            speechEnd: pause.end, isOver ? .endOfTurn : .pause, answers)
        if !isOver { turn.paused(at: pause.silent, probability: probability) }
    }

    /// Closes the window, and makes its words final.
    private mutating func close(
        _ open: OpenWindow, _ words: [LiveWord], through end: SampleIndex, timedTo: SampleIndex, coverage: SampleIndex, silent: SampleIndex,
        speechEnd: SampleIndex, _ reason: FinalReason, _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        let parts = timedParts(of: words, in: open, through: timedTo, speechEnd: speechEnd)
        try send(words, first: words.count, parts, of: SampleRange(open.start, end), coverage: coverage, reason, answers)
        know(words, from: open.start, end: silent)
        covered = coverage
        window = nil
        turnStart = nil
    }

    /// Returns `end`, or the start of a sound before it that may become speech: a final ends before such a sound, and the next one reads it whole.
    private func beforeSound(_ end: SampleIndex) -> SampleIndex { max(through, min(end, detector.soundSince ?? end)) }

    // MARK: Commands

    /// Makes final all audio up to `end`, or up to the beginning of a sound that is too short to be read. The next final reads the sound whole.
    mutating func finalize(_ end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) {
        let last = beforeSound(end)
        var isReadable = window?.pause != nil
        if let open = window, open.pause == nil { isReadable = try hasWords(open, through: end, answers) }
        if isReadable {
            try closeWindow(at: last, .flush, answers)
            // Words from here on belong to another turn, even when the voice does not pause.
            if detector.isSpeaking { openWindow(speech: end) }
        } else {
            if window == nil, through < last { cover(through: last, .pause) }
            endTurn()
            emit(.flushed(channel))
        }
    }

    /// False if the speech that goes on in the window has only begun, and has no words up to `end`.
    private mutating func hasWords(_ open: OpenWindow, through end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) -> Bool {
        guard isSpeech(SampleRange(max(open.start, open.speech), end)) else { return false }
        let words = try read(withDraft(open, answers), through: end, answers).own, start = (window ?? open).start
        return !words.isEmpty || end - max(start, spokenFrom ?? start) >= timing.follow
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
        var reading = open.pause?.reading
        if reading == nil, isSpeech(SampleRange(open.speech, open.pause?.end ?? end)) {
            let last = open.pause.map { min($0.end + timing.tail, end) } ?? end
            reading = .init(words: try read(withDraft(open, answers), through: last, answers).own, end: last)
        }
        // Words of an earlier reading may have left.
        let rest = window ?? open
        try close(
            rest, reading?.words ?? [], through: reading?.end ?? end, timedTo: reading?.timedTo ?? end, coverage: end,
            silent: rest.pause?.silent ?? end, speechEnd: rest.pause?.end ?? end, reason, answers)
        turn = LiveTurn()
    }

    // MARK: Finals

    /// Sends the first words of a reading as a final that covers the audio up to `coverage`. Words of a reading that are not sent follow them.
    ///
    /// - Parameters:
    ///   - count: number of words to send.
    ///   - parts: the parts of the reading, in which the words' times are searched for.
    ///   - audio: the audio of the window.
    mutating func send(
        _ words: [LiveWord], first count: Int, _ parts: [TimedPart], of audio: SampleRange, coverage: SampleIndex, _ reason: FinalReason,
        _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        let sent = Array(words.prefix(count)), range = SampleRange(through, coverage)
        var placed: [PlacedWord] = []
        if !sent.isEmpty {
            placed = zip(sent, try times(ofFirst: sent.count, in: parts, answers)).map { PlacedWord(word: $0, range: $1) }
            if isEnglish(words) { placed.put(try answers.terms(list: terms, of: words, in: audio)) }
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
        spoke(sent)
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
