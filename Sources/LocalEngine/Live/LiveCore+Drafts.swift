import Speech

/// Draft readings: speech that goes on is read at places in the audio, so that the reading at its pause has a draft of nearly all of its words.
///
/// The answer is waited for where the next reading of the window needs it as a draft, and nowhere else. A draft reading therefore delays nothing but
/// that reading, and the finals stay a function of the audio.
extension LiveCore {
    /// The earliest place of the next draft reading; nil: nobody speaks without a pause, or there are no draft readings.
    var nextDraft: SampleIndex? {
        guard let every = timing.draftEvery, !findsLanguage, let window, window.pause == nil else { return nil }
        let first = max(window.start, window.speech)
        return max(first, window.pauses.last?.read ?? first, window.draft?.end ?? first) + every
    }

    /// The question of the last draft reading, whose answer no reading has needed so far; nil: there is none.
    package var awaitedDraft: LiveQuestion? { window?.awaitedDraft }

    /// Asks for a draft reading if one is due. Where the sound has just ended, the reading at the pause is near, and would wait for this one.
    mutating func readDraft(_ answers: LiveAnswers) throws(MissingAnswer) {
        guard let place = nextDraft, position >= place, !mayPauseSoon, let last = window else { return }
        let open = try withDraft(last, answers)
        let end = position
        let question = try jointQuestion(of: open, through: end, answers) ?? questionAlone(of: open, through: end)
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
