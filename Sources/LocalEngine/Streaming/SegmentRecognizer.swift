import Speech

/// Recognises one segment of a stream on the calling thread.
package struct SegmentRecognizer: Sendable {
    let recognizer: Recognizer
    let aligner: WordAligner?
    let retries: WindowRecognizer
    private let terms: KeyTermList?

    /// - Parameter terms: the key terms that may be put into finals and cuts; nil when there are none.
    package init(_ models: LocalModels, terms: KeyTermList? = nil) {
        recognizer = models.recognizer
        aligner = models.aligner
        retries = WindowRecognizer(models.recognizer, models.aligner, terms: terms)
        self.terms = terms
    }

    /// Recognises the request's segment; nil when `mayContinue` returned false.
    ///
    /// - Parameter samples: the audio of the segment and its context.
    package func recognize(
        _ request: SegmentRequest, _ samples: [Float], mayContinue: () -> Bool
    ) throws(InferenceError) -> SegmentResult? {
        let own = Array(samples.suffix(Int(request.audio.count.samples)))
        func look(from first: Int) -> KeyTermLook? {
            request.purpose == .interim ? nil : terms.map { KeyTermLook($0.compiled, from: first) }
        }
        var words: [SegmentResult.Word] = []
        var isWrong = true
        var opening: LateMarks.Mark?
        if let context = request.context {
            let known = recognizer.context(of: context.tokens)
            let decoded = try recognizer.decode(
                samples.span, prefix: known + request.prefix, look: look(from: known.count), mayContinue: mayContinue)
            guard decoded.stop != .cancelled else { return nil }
            words = Self.words(decoded, behind: known.count, request)
            opening = self.opening(words)
            isWrong = decoded.stop != .end || words.isEmpty
        }
        if isWrong, request.context == nil || request.purpose != .interim {
            // Closing punctuation at the beginning of the prefix belonged to the context.
            let known = Array(request.prefix.drop(while: recognizer.isClosing))
            let decoded = try recognizer.decode(own.span, prefix: known, look: look(from: 0), mayContinue: mayContinue)
            guard decoded.stop != .cancelled else { return nil }
            words = Self.words(decoded, behind: 0, request)
            opening = nil
            isWrong = decoded.stop != .end || words.isEmpty
            if isWrong, request.purpose == .final {
                // Words from other cuts have tokens that no later request may begin with, so the tokens are left out.
                guard let again = try retries.settle(decoded, own, mayContinue) else { return nil }
                words = again.map {
                    SegmentResult.Word(text: $0.text, confidence: $0.confidence, tokens: [], range: request.speech, mark: $0.mark)
                }
            }
        }
        guard mayContinue() else { return nil }
        let placed = place(&words, in: own, request)
        let seams = placed && request.purpose == .cut ? Self.seams(between: words, in: own, from: request.audio.start) : []
        return SegmentResult(words: words, isSuspect: isWrong, opening: opening, seams: seams)
    }

    /// Returns the words whose first token is behind the first `known` tokens. Words before belong to the context. Punctuation that was added to the
    /// context goes with the first word's tokens, so that a later request begins with it as well.
    private static func words(_ decoded: Decoded, behind known: Int, _ request: SegmentRequest) -> [SegmentResult.Word] {
        var next = known
        return decoded.words.filter { $0.tokens.lowerBound >= known }.map { word in
            let tokens = decoded.tokens[next..<word.tokens.upperBound].map(\.token)
            next = word.tokens.upperBound
            return SegmentResult.Word(text: word.text, confidence: word.confidence, tokens: tokens, range: request.speech, mark: word.mark)
        }
    }

    /// Returns the mark in front of the first word; nil when there are no words.
    private func opening(_ words: [SegmentResult.Word]) -> LateMarks.Mark? {
        guard let first = words.first else { return nil }
        let marks = first.tokens.prefix(while: recognizer.isClosing).map(recognizer.mark)
        return marks.first(where: \.endsSentence) ?? marks.first ?? LateMarks.Mark.none
    }

    /// Gives the words their times. Returns true when the aligner found the words in the audio.
    private func place(_ words: inout [SegmentResult.Word], in samples: [Float], _ request: SegmentRequest) -> Bool {
        let origin = request.audio.start
        let texts = words.map(\.text)
        var exact: [Range<Int>]?
        if request.purpose != .interim || request.timesInterim, !words.isEmpty { exact = aligner?.place(texts, in: samples) }
        let speech = Int((request.speech.start - origin).samples)..<Int((request.speech.end - origin).samples)
        for (index, range) in (exact ?? ProportionalTimes.ranges(of: texts, in: speech)).enumerated() {
            words[index].range = SampleRange(origin + SampleCount(range.lowerBound), origin + SampleCount(range.upperBound))
        }
        return exact != nil
    }

    /// Returns the quietest place around the end of each word except the last.
    static func seams(between words: [SegmentResult.Word], in samples: [Float], from origin: SampleIndex) -> [SegmentResult.Seam] {
        let width = 320, reach = 480
        return zip(words, words.dropFirst()).enumerated().compactMap { index, pair in
            let low = max(0, Int((pair.0.range.end - origin).samples) - reach)
            let high = min(samples.count - width, Int((pair.1.range.start - origin).samples) + reach - width)
            guard low <= high else { return nil }
            let quietest = stride(from: low, through: high, by: width / 4)
                .map { start in (start: start, power: samples[start..<start + width].reduce(0) { $0 + $1 * $1 } / Float(width)) }
                .min { $0.power < $1.power }
            guard let quietest else { return nil }
            return SegmentResult.Seam(words: index + 1, at: origin + SampleCount(quietest.start + width / 2), power: quietest.power)
        }
    }
}
