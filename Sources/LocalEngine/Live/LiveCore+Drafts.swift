import Speech

/// Draft readings: speech that goes on is read at places in the audio, so that the reading at its pause has a draft of nearly all of its words.
///
/// The answer is waited for where the next reading of the window needs it as a draft, and nowhere else. A draft reading therefore delays nothing but
/// that reading, and the finals stay a function of the audio.
extension LiveCore {
    /// The earliest place of the next draft reading; nil: nobody speaks without a pause, or there are no draft readings.
    var nextDraft: SampleIndex? {
        guard let every = timing.draftEvery, !findsLanguage, let window, window.pause == nil, cuttingDraft(of: window) == nil else { return nil }
        let first = max(window.start, window.speech), heard = window.draft?.question.audio.count ?? .zero
        let rest = max(every, SampleCount(heard.samples / Self.draftShare))
        let usual = max(first, window.pauses.last?.read ?? first, window.draft?.end ?? first) + rest
        return min(usual, cuttingPlace(of: window))
    }

    /// Audio of a draft reading for each unit of time until the next one: long readings are dear.
    private static let draftShare: Int64 = 6

    /// Returns the place from which on a draft reading may cut a window.
    private func cuttingPlace(of window: OpenWindow) -> SampleIndex { window.start + timing.cutLength - timing.cutDraft }

    /// Returns the draft reading by which a window is cut where no pause comes; nil: none is long enough, or a pause has come.
    func cuttingDraft(of window: OpenWindow) -> DraftReading? {
        guard let draft = window.draft, draft.end >= cuttingPlace(of: window) else { return nil }
        return window.pauses.last.map { $0.read > draft.end } ?? false ? nil : draft
    }

    /// True if the window is cut by the answer to this question where no pause comes.
    func mayCut(by question: LiveQuestion) -> Bool { window.flatMap(cuttingDraft)?.question == question }

    /// Takes the steps that are due behind the draft reading by which the window is cut. Its words are taken before, so that their times are searched for
    /// until then.
    mutating func judgeCut(_ open: OpenWindow, _ draft: DraftReading, _ answers: LiveAnswers) throws(MissingAnswer) {
        let behind = position - draft.end
        guard behind >= SampleCount(timing.cutDelay.samples / 2) else { return }
        let read = try withDraft(open, answers)
        if behind >= timing.cutDelay { try cutWithoutPause(read, through: draft.end, words: read.draft?.words, answers) }
    }

    /// The question about the times of the words by which the window is cut where no pause comes; nil: the words are not there.
    package var cutTimes: LiveQuestion? {
        guard let window, window.pause == nil, let draft = cuttingDraft(of: window), let words = draft.words, !words.isEmpty else { return nil }
        return questions(aboutFirst: words.count, in: [cutPart(of: words, in: window, through: draft.end)]).first
    }

    /// The question of the last draft reading, whose answer no reading has needed so far; nil: there is none.
    package var awaitedDraft: LiveQuestion? { window?.awaitedDraft }

    /// Asks for a draft reading if one is due. Where the sound has just ended, the reading at the pause is near, and would wait for this one.
    mutating func readDraft(_ answers: LiveAnswers) throws(MissingAnswer) {
        guard let place = nextDraft, position >= place, !mayPauseSoon, let last = window else { return }
        let open = try withDraft(last, answers)
        let end = position, alone = questionAlone(of: open, through: end)
        // The window is cut by its own words.
        let question = end >= cuttingPlace(of: open) ? alone : try jointQuestion(of: open, through: end, answers) ?? alone
        window?.draft = DraftReading(question: question)
    }

    /// Returns the open window with the words of its draft reading. The next reading of the window begins with this.
    mutating func withDraft(_ open: OpenWindow, _ answers: LiveAnswers) throws(MissingAnswer) -> OpenWindow {
        guard let question = open.awaitedDraft else { return open }
        let words = try answers.words(question), (again, own) = parts(of: words, question, in: open)
        var read = open
        read.draft?.words = own
        if let again { read.heardAgain = again }
        window?.draft = read.draft
        window?.heardAgain = read.heardAgain
        return read
    }

    /// Returns the words of a draft reading that are those of the window.
    func ownWords(_ words: [LiveWord], _ question: LiveQuestion, in open: OpenWindow) -> [LiveWord] { parts(of: words, question, in: open).own }

    /// Returns the words of a draft reading in their two parts.
    private func parts(of words: [LiveWord], _ question: LiveQuestion, in open: OpenWindow) -> ReadWords {
        guard question.audio.start < open.start else { return (nil, words) }
        let count = WordPlace(of: known.words, in: words).count
        return (Array(words[..<count]), Array(words[count...]))
    }
}
