import Speech

/// Answers the questions of a live stream with the models of this machine, on the calling thread.
package struct LiveReader: Sendable {
    private let models: LocalModels
    private let windows: WindowRecognizer
    private let terms: KeyTermList?

    /// - Parameter terms: the list of key terms that questions about terms mean; nil: there is none.
    package init(_ models: LocalModels, terms: KeyTermList? = nil) {
        self.models = models
        self.terms = terms
        windows = WindowRecognizer(models.recognizer, models.aligner)
    }

    /// Returns the answer; nil when `mayContinue` returned false.
    ///
    /// - Parameter samples: the audio of the question, mono, 16 kHz, −1…1.
    package func answer(
        _ question: LiveQuestion, _ samples: [Float], mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> LiveAnswer? {
        switch question {
        case .words(_, _, let draft):
            let decoded = try models.recognizer.decode(samples.span, draft: draft, mayContinue: mayContinue)
            guard let words = try windows.settle(decoded, samples, mayContinue) else { return nil }
            return .words(LiveWord.words(words, of: decoded))
        case .times(let words, let audio, let speech, _):
            guard mayContinue() else { return nil }
            let spoken = Int((speech.start - audio.start).samples)..<Int((max(speech.end, speech.start) - audio.start).samples)
            let ranges = models.aligner?.align(words, in: samples, speech: spoken) ?? ProportionalTimes.ranges(of: words, in: spoken)
            return .times(
                ranges.map { SampleRange(audio.start + SampleCount($0.lowerBound), audio.start + SampleCount($0.upperBound)) })
        case .terms(_, let words, _):
            guard let terms else { return .terms([]) }
            return try put(terms.compiled, into: words, samples, mayContinue).map { .terms($0) }
        case .completeness:
            guard mayContinue() else { return nil }
            return .completeness(try models.endOfTurn?.probability(samples.span))
        }
    }

    /// Returns the terms that sound like some of the words; nil when `mayContinue` returned false.
    ///
    /// The words are forced, so that the decoder tells what each term gains over what was heard.
    private func put(
        _ terms: CompiledTerms, into words: [String], _ samples: [Float], _ mayContinue: () -> Bool
    ) throws(InferenceError) -> [LiveTerm]? {
        let tokens = words.compactMap(terms.encode)
        guard tokens.count == words.count else { return [] }
        guard let heard = try models.recognizer.hear(samples.span, prefix: Array(tokens.joined()), keepsScores: true, mayContinue: mayContinue)
        else { return nil }
        // A text that the tokens do not give back would put terms in the wrong place.
        guard heard.decoded.words.prefix(words.count).map(\.text) == words else { return [] }
        let changed = try models.recognizer.lookAgain(at: heard, KeyTermLook(terms), mayContinue: mayContinue)
        guard changed.stop != .cancelled else { return nil }
        return Self.terms(in: changed.words).filter { $0.place.upperBound <= words.count }
    }

    /// Returns the terms that were put into a text, with the places of the heard words.
    static func terms(in words: [DecodedWord]) -> [LiveTerm] {
        var terms: [LiveTerm] = [], next = 0
        for word in words {
            guard let mark = word.mark else {
                next += 1
                continue
            }
            let own = LiveWord(word.text, confidence: word.confidence)
            if mark.wordCount == 0, let last = terms.popLast() {
                terms.append(LiveTerm(place: last.place, words: last.words + [own], heard: last.heard))
            } else {
                terms.append(LiveTerm(place: next..<next + mark.wordCount, words: [own], heard: mark.heard))
                next += mark.wordCount
            }
        }
        return terms
    }
}
