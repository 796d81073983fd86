package import Speech

/// Hides sensitive content in the words of one channel, final by final.
///
/// A final's words are decided at once and never again, so that no word waits. What stands at the end of a final and may be the beginning of an entity
/// is hidden too. What an interim ends with is left out until it is decided.
package struct StreamRedactor: Sendable {
    private let rule: RedactionRule
    /// The last words before the next final.
    private var context: [RedactionToken] = []
    private var counts: [SensitiveKind: Int] = [:]
    /// The times of the words that were hidden in the last final, in order.
    package private(set) var hidden: [SampleRange] = []

    /// Maximum number of words that are remembered: the longest entity with its cue.
    private static let maxContext = 48
    /// Maximum number of words at an interim's end that are left out. A longer end is hidden.
    private static let maxUndecided = 20

    /// - Parameter part: the words before the first final, in a session that this one goes on behind; nil: none.
    package init(_ rule: RedactionRule, behind part: SaidBefore.Part? = nil) {
        self.rule = rule
        guard let part else { return }
        // The words before the remembered ones are not known: digits at the edge may be the end of a longer number.
        missed()
        for word in part.words.suffix(Self.maxContext - 2) { context.append(RedactionToken(stored: word)) }
        if !part.isWhole, !part.words.isEmpty { missed() }
    }

    /// Notes that words were missed here. A number right behind them may be the end of a number, so it is hidden.
    package mutating func missed() {
        context.append(.missed)
        context = Array(context.suffix(Self.maxContext))
    }

    /// Returns a final's words with sensitive content hidden.
    ///
    /// - Parameter endsTurn: true if the speaker is done.
    package mutating func redact(final words: [Word], endsTurn: Bool = false) -> [Word] {
        hidden = []
        guard !words.isEmpty else { return words }
        return redact(words, end: endsTurn ? .open : .amidTurn)
    }

    /// A text with sensitive content hidden.
    struct Redaction {
        var words: [Word]
        /// For each word of the text, the index of the word that stands for it.
        var places: [Int]
        /// The times of the words that are hidden, in order.
        var hidden: [SampleRange] = []

        /// Returns where a word has gone. The end of the text goes to the end.
        func place(_ index: Int) -> Int { places.indices.contains(index) ? places[index] : words.count }
    }

    /// Returns the words of a text that is not continued here. What may be cut at its ends is hidden.
    static func redaction(of words: [Word], _ rule: RedactionRule, part: SpeechPart = .whole) -> Redaction {
        var redactor = StreamRedactor(rule, behind: part == .later ? SaidBefore.Part([], isWhole: false) : nil)
        let known = redactor.context.count
        let marked = redactor.mark(words, end: part == .whole ? .whole : .amidTurn)[known...]
        var redaction = redactor.redaction(words, marked)
        redaction.hidden = hidden(words, marked)
        return redaction
    }

    /// Returns the words of a text that is whole, with sensitive content hidden.
    package static func redact(_ words: [Word], _ rule: RedactionRule) -> [Word] { redaction(of: words, rule).words }

    /// Returns the words of an interim, without those at its end that may become sensitive.
    package func redact(interim words: [Word]) -> [Word] {
        guard !words.isEmpty else { return words }
        var copy = self
        let marked = copy.mark(words, end: .open)
        let undecided = UndecidedEnd(rule.kinds, in: marked, from: context.count).start
        guard undecided < marked.count else { return copy.written(words, marked[context.count...]) }
        let kept = max(undecided - context.count, 0)
        return copy.written(Array(words[..<kept]), marked[context.count..<context.count + kept])
    }

    private mutating func redact(_ words: [Word], end: SensitiveFinder.End) -> [Word] {
        let known = context.count
        let marked = mark(words, end: end)
        hidden = Self.hidden(words, marked[known...])
        let written = hidden.isEmpty ? words : written(words, marked[known...])
        context = Array(marked.suffix(Self.maxContext))
        if case .open = end { context[context.count - 1].endsTurn = true }
        return written
    }

    /// Returns the context and the words, with their entities.
    private mutating func mark(_ words: [Word], end: SensitiveFinder.End) -> [RedactionToken] {
        let known = context.count
        var tokens = context
        tokens.reserveCapacity(known + words.count)
        for word in words { tokens.append(RedactionToken(word)) }
        for finding in SensitiveFinder(rule.kinds, in: tokens, from: known, end: end).findings where finding.range.upperBound > known {
            // The first finding of a word counts. An entity that began in the words before goes on.
            let before = tokens[finding.range.lowerBound..<max(finding.range.lowerBound, known)].last { $0.entity != nil }?.entity
            var entity = before?.kind == finding.kind ? before : nil
            for index in max(known, finding.range.lowerBound)..<finding.range.upperBound where tokens[index].entity == nil {
                let new = entity ?? next(finding.kind)
                entity = new
                tokens[index].entity = new
            }
        }
        for index in known..<tokens.count where tokens[index].entity == nil {
            guard let kind = tokens[index].label else { continue }
            let before = index > 0 ? tokens[index - 1] : nil
            tokens[index].entity = before?.label == kind && before?.text == tokens[index].text ? before?.entity : next(kind)
        }
        return tokens
    }

    private mutating func next(_ kind: SensitiveKind) -> RedactionToken.Entity {
        let number = counts[kind, default: 0] + 1
        counts[kind] = number
        return .init(kind: kind, number: number)
    }

    private static func hidden(_ words: [Word], _ tokens: ArraySlice<RedactionToken>) -> [SampleRange] {
        var hidden: [SampleRange] = []
        var goesOn = false
        for (word, token) in zip(words, tokens) {
            if token.entity != nil {
                let start = goesOn ? hidden.removeLast().start : word.range.start
                hidden.append(SampleRange(start, max(start, word.range.end)))
            }
            goesOn = token.entity != nil
        }
        return hidden
    }

    private func written(_ words: [Word], _ tokens: ArraySlice<RedactionToken>) -> [Word] { redaction(words, tokens).words }

    private func redaction(_ words: [Word], _ tokens: ArraySlice<RedactionToken>) -> Redaction {
        guard tokens.contains(where: { $0.entity != nil }) else { return Redaction(words: words, places: Array(words.indices)) }
        var places: [Int] = []
        places.reserveCapacity(words.count)
        var written: [Word] = []
        written.reserveCapacity(words.count)
        var last: RedactionToken.Entity?
        for (word, token) in zip(words, tokens) {
            defer { places.append(written.count - 1) }
            guard let entity = token.entity else {
                written.append(word)
                last = nil
                continue
            }
            switch rule.form {
            case .hashes: written.append(hidden(word, as: String(word.text.map { $0.isLetter || $0.isNumber ? "#" : $0 })))
            case .labels(let names, let isNumbered):
                let name = names[entity.kind] ?? entity.kind.rawValue
                let label = (isNumbered ? "[\(name)_\(entity.number)]" : "[\(name)]") + Self.marks(word.text)
                if entity == last, written[written.count - 1].speaker == word.speaker {
                    let index = written.count - 1
                    written[index].text = label
                    written[index].range = SampleRange(written[index].range.start, word.range.end)
                    written[index].confidence = min(written[index].confidence, word.confidence)
                } else {
                    written.append(hidden(word, as: label))
                }
            }
            last = entity
        }
        return Redaction(words: written, places: places)
    }

    private func hidden(_ word: Word, as text: String) -> Word {
        var hidden = word
        hidden.text = text
        hidden.heard = nil
        return hidden
    }

    /// The marks after a word.
    private static func marks(_ text: String) -> String {
        String(text[(text.lastIndex { !".,;:!?…".contains($0) }.map(text.index(after:)) ?? text.startIndex)...])
    }
}
