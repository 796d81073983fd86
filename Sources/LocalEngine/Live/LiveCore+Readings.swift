import Speech

extension LiveCore {
    /// The committed words that a reading has heard again, and the words of the window; `again` is nil where the window was read alone.
    typealias ReadWords = (again: [LiveWord]?, own: [LiveWord])

    /// Returns the question for the words of the open window up to `end`, and of the committed words before them; nil: the window is read alone.
    func jointQuestion(of open: OpenWindow, through end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) -> LiveQuestion? {
        guard let (start, language) = try context(of: open, SampleRange(open.start, end), answers) else { return nil }
        return .reading(of: SampleRange(start, end), language, earlier: open.latestWords(behind: known.words))
    }

    /// Returns the question for the words of the window alone, up to `end`.
    func questionAlone(of window: OpenWindow, through end: SampleIndex) -> LiveQuestion {
        .reading(of: SampleRange(window.start, end), hint(of: window), earlier: window.latestWords)
    }

    /// Returns the words of the open window up to `end`. Committed words are heard again and taken off by comparison; they are never forced.
    func words(of open: OpenWindow, through end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) -> ReadWords {
        let own = questionAlone(of: open, through: end)
        guard let question = try jointQuestion(of: open, through: end, answers) else { return (nil, try answers.words(own)) }
        let joint = try answers.words(question)
        let sure = WordPlace(of: known.words, in: joint), again = Array(joint[..<sure.count])
        if sure.before == 0, sure.count < joint.count { return (again, Array(joint[sure.count...])) }
        let alone = try answers.words(own)
        let place = WordPlace(of: known.words, in: joint, before: alone)
        let rest = joint.count - place.count
        guard rest > 0 else { return (again, alone) }
        // A reading alone without words is no reason to lose the words of the joint one.
        let fits = place.before <= max(1, known.words.count / 2) && place.behind <= max(2, rest / 2)
        return (again, fits || alone.isEmpty ? Array(joint[place.count...]) : alone)
    }

    /// Reads the open window up to `end`.
    ///
    /// A reading without words takes none of the words that an earlier reading had: these become final, and the part behind them is read alone.
    mutating func read(_ open: OpenWindow, through end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) -> ReadWords {
        let whole = try words(of: open, through: end, answers)
        guard whole.own.isEmpty, let rest = try sendEarlierWords(of: open, answers) else { return whole }
        return try words(of: rest, through: end, answers)
    }

    /// Makes final the words of the window's last reading that had any. Returns the rest of the window; nil where no reading had words.
    private mutating func sendEarlierWords(of open: OpenWindow, _ answers: LiveAnswers) throws(MissingAnswer) -> OpenWindow? {
        guard let last = open.lastRead else { return nil }
        let start = border(behind: last)
        let parts = timedParts(of: last.words, in: open, through: last.timedTo, speechEnd: last.end)
        try send(last.words, first: last.words.count, parts, of: SampleRange(open.start, last.read), coverage: start, .length, answers)
        known.forget()
        covered = start
        let rest = open.rest(from: last, start: readFrom(behind: last))
        window = rest
        return rest
    }

    /// Returns the place in a pause up to which the final before the pause reaches.
    private func border(behind past: OpenWindow.PastPause) -> SampleIndex {
        past.end + min(timing.tail, SampleCount((past.resumed - past.end).samples / 2))
    }

    /// Returns the start of the audio that is read behind a pause alone.
    func readFrom(behind past: OpenWindow.PastPause) -> SampleIndex { max(border(behind: past), past.resumed - timing.lead) }

    // MARK: Sentences

    /// Makes final the words before an earlier pause of the window, if both sides of that pause were just read together.
    ///
    /// The words behind the pause are read alone too. Where that reading has no words, the window stays whole: its reading has them.
    mutating func sendSentences(_ answers: LiveAnswers) throws(MissingAnswer) {
        guard let open = window, let now = open.pause, let reading = now.reading, let (past, place) = sentenceEnd(open, now, reading) else { return }
        let start = border(behind: past)
        let audio = SampleRange(readFrom(behind: past), reading.end)
        let own = try answers.words(in: audio, hint(behind: reading.words), earlier: Array(reading.words[place...]))
        guard !own.isEmpty else { return }
        let exact = WordPlace(of: past.words, in: reading.words, before: own, tie: .behind).count
        // Behind a change of the language, the joint reading has no words of what follows.
        let count = 0 < exact && exact < reading.words.count && Self.language(of: own) == Self.language(of: reading.words) ? exact : place
        let parts = timedParts(of: reading.words, in: open, through: reading.timedTo, speechEnd: now.end)
        try send(reading.words, first: count, parts, of: SampleRange(open.start, reading.end), coverage: start, .length, answers)
        known.forget()
        covered = start
        var rest = open.rest(from: past, start: readFrom(behind: past))
        rest.pause?.reading = .init(words: own, end: reading.end)
        rest.pause?.reading?.isSecond = reading.isSecond
        window = rest
        try fixLanguage(through: reading.end, answers)
    }

    /// Returns the pause before which words may leave, and their number; nil when there is none.
    func sentenceEnd(
        _ open: OpenWindow, _ now: OpenWindow.Pause, _ reading: OpenWindow.Pause.Reading
    ) -> (OpenWindow.PastPause, Int)? {
        var stop: (OpenWindow.PastPause, Int)?
        var quietest: (OpenWindow.PastPause, Int)?, highest = -Double.infinity
        for past in open.pauses where now.end - past.resumed >= timing.follow {
            let place = WordPlace(of: past.words, in: reading.words)
            guard 0 < place.count, place.count < reading.words.count, place.before <= max(1, past.words.count / 3) else { continue }
            if reading.words[place.count - 1].endsSentence { stop = (past, place.count) }
            // The longest silence wins, and late in the window it counts more.
            let share = Double((past.end - open.start).samples) / Double(max(1, timing.softLength.samples))
            let rank = Double((past.resumed - past.silent).samples) * (0.25 + min(1, share))
            if rank > highest { (quietest, highest) = ((past, place.count), rank) }
        }
        return stop ?? (now.end - open.start >= timing.softLength ? quietest : nil)
    }

    // MARK: Maximum length

    /// The words of a cut with all of the audio: the place of the cut depends on the times, which are searched for in one part.
    func cutPart(of words: [LiveWord], in open: OpenWindow, through end: SampleIndex) -> TimedPart {
        TimedPart(words: words, audio: SampleRange(open.start, end), speech: SampleRange(open.speech, end))
    }

    /// Cuts speech without any pause between two words, at the quietest place that lies neither early nor late in the window.
    ///
    /// The place lies between two words by their times. The reading of the audio behind the cut then decides on which side the words at the cut are:
    /// no word is lost, and none is said twice. Where that reading has less than half of the words that the times have there, all words leave with all
    /// of the audio: the words behind the place are heard again as known words.
    ///
    /// - Parameters:
    ///   - through: end of the audio that was read for the cut, up to the present position.
    ///   - words: the words up to there; nil: they are read now.
    mutating func cutWithoutPause(
        _ open: OpenWindow, through: SampleIndex, words: [LiveWord]? = nil, _ answers: LiveAnswers
    ) throws(MissingAnswer) {
        let audio = SampleRange(open.start, through), language = hint(of: open)
        let joint = if let words { words } else { try answers.words(in: audio, language, earlier: open.latestWords) }
        if joint.isEmpty, try sendEarlierWords(of: open, answers) != nil { return }
        let whole = [cutPart(of: joint, in: open, through: through)]
        let (at, guess) = cutPlace(in: try times(ofFirst: joint.count, in: whole, answers), of: audio)
        let behind = SampleRange(at, through), behindLanguage = joint.isEmpty ? language : hint(of: joint)
        let own = try answers.words(in: behind, behindLanguage, earlier: Array(joint[guess...]))
        let leavesWhole = own.count * 2 < joint.count - guess
        let count = leavesWhole ? joint.count : Self.count(before: own, in: joint, guess: guess), end = leavesWhole ? through : at
        try send(joint, first: count, whole, of: audio, coverage: end, .length, answers)
        known.forget()
        if leavesWhole { know(Array(joint[guess...]), from: at, end: end) }
        covered = end
        openWindow(speech: end)
        let unsent = count < joint.count ? Array(joint[count...]) : own
        guard !leavesWhole, !unsent.isEmpty else { return }
        let last = OpenWindow.PastPause(
            end: audio.end, silent: audio.end, words: unsent, read: audio.end, timedTo: audio.end, resumed: audio.end)
        window?.lastRead = last
    }

    /// Returns the number of words of a reading before a cut. Words' times may be wrong: a reading behind the cut that fits the end of the words decides.
    ///
    /// - Parameters:
    ///   - own: the reading of the audio behind the cut.
    ///   - guess: the number by the words' times.
    private static func count(before own: [LiveWord], in joint: [LiveWord], guess: Int) -> Int {
        guard !own.isEmpty else { return guess }
        let place = WordPlace(of: Array(joint[..<guess]), in: joint, before: own, tie: .behind)
        let fits = place.behind <= own.count / 3, isNear = place.before + place.behind <= max(1, own.count / 2)
        return fits || isNear ? place.count : guess
    }

    /// Returns the place of a cut, and the number of words before it.
    private func cutPlace(in times: [SampleRange], of audio: SampleRange) -> (at: SampleIndex, words: Int) {
        let size = VoiceActivity.window.samples
        let origin = position - SampleCount(Int64(powers.count) * size)
        func middle(_ index: Int) -> SampleIndex { origin + SampleCount(Int64(index) * size + size / 2) }
        let allowed = powers.indices.filter {
            let at = middle($0)
            return at >= audio.start + timing.beforeCut && at <= audio.end - timing.behindCut
        }
        // At most two windows from the place where one word ends and the next begins.
        let near = allowed.filter { index in
            zip(times, times.dropFirst()).contains { abs(middle(index).samples - ($0.end.samples + $1.start.samples) / 2) <= 2 * size }
        }
        guard let quietest = (near.isEmpty ? allowed : near).min(by: { powers[$0] < powers[$1] }) else {
            return (audio.end - timing.behindCut, times.count { $0.middle < audio.end - timing.behindCut })
        }
        let at = middle(quietest)
        return (at, times.count { $0.middle < at })
    }
}
