/// Finds the places of a text where a term sounds like what was heard. Pure.
struct TermSearch: Sendable {
    let terms: CompiledTerms
    var rule = LookRule()

    /// Returns the places by sound, the nearest first. Places of different terms may overlap; of overlapping places for one term only one is kept.
    ///
    /// - Parameter gap: returns the gain at the first token that differs, at most. Called for places that sound near enough.
    func places<Failure: Error>(
        in text: HeardText, gap: (TermPlace) throws(Failure) -> Float
    ) throws(Failure) -> [TermPlace] {
        let stems = text.words.map { WordForm.stem(plain: $0.plain) }
        var found: [TermPlace] = []
        for start in text.words.indices {
            var isDone = false
            for end in ends(from: start, text) where !isDone {
                if let same = samePlace(start..<end, text) {
                    found.append(same)
                    isDone = true
                }
            }
            for place in soundPlaces(from: start, text, stems) where !found.contains(where: { $0.isSameLetters && $0.overlaps(place) }) {
                var place = place
                place.gap = try gap(place)
                if place.gap >= -min(rule.maxGap, rule.slack + rule.bar(place, ofTerms: terms.terms.count)) { found.append(place) }
            }
        }
        return kept(found)
    }

    /// Returns the ends of the spans that begin at a word, and have no punctuation inside.
    private func ends(from start: Int, _ text: HeardText) -> Range<Int> {
        var end = start + 1
        while end < text.words.count, end - start < rule.span + terms.maxWordCount - 1, !text.words[end - 1].isClosed { end += 1 }
        return start + 1..<end + 1
    }

    /// Returns the place if its words have a term's letters and differ from the term in hyphens, spaces or capitals; nil otherwise.
    ///
    /// Several words that are all ordinary ("I phone") are no such place, because they may be meant.
    private func samePlace(_ span: Range<Int>, _ text: HeardText) -> TermPlace? {
        let inner = WordForm.inner(text.text(span))
        guard let index = terms.termsByLetters[WordForm.letters(inner)] else { return nil }
        let term = terms.terms[index].text
        let isOrdinary = text.words[span].allSatisfy(\.sound.isKnown)
        guard inner != term, span.count == 1 || !isOrdinary, inner.lowercased() != term.lowercased() || term.hasInnerCapital else { return nil }
        let tokens = text.words[span.lowerBound].tokens.lowerBound..<text.words[span.upperBound - 1].tokens.upperBound
        return TermPlace(term: index, words: span, tokens: tokens, distance: 0, isOrdinary: isOrdinary, isSameLetters: true)
    }

    private func soundPlaces(from start: Int, _ text: HeardText, _ stems: [String]) -> [TermPlace] {
        let ends = ends(from: start, text)
        // A span that is itself a term is left alone.
        var isTerm: [Bool] = [], plain = ""
        for end in ends {
            plain += (plain.isEmpty ? "" : " ") + text.words[end - 1].plain
            isTerm.append(terms.stems.contains(WordForm.stem(plain: plain)))
        }
        var found: [TermPlace] = []
        for (index, term) in terms.terms.enumerated() where !term.phones.isEmpty {
            let longest = min(term.wordCount + rule.span - 1, ends.count), shortest = max(1, term.wordCount - 1)
            guard shortest <= longest else { continue }
            let weight = Float(term.phones.count)
            var distance = PhoneDistance(to: term.phones)
            var isLost = false, isOrdinary = true, hasPhones = false
            for size in 1...longest where !isLost {
                let word = text.words[start + size - 1]
                isOrdinary = isOrdinary && word.sound.isKnown
                for phone in word.sound.phones where !isLost {
                    hasPhones = true
                    isLost = distance.hear(phone) > rule.maxDistance * weight
                }
                guard !isLost, hasPhones, size >= shortest, !isTerm[size - 1], distance.cost <= rule.maxDistance * weight else { continue }
                // The term is there already, perhaps as a plural.
                if term.wordCount == 1, stems[start..<start + size].contains(term.stem) { continue }
                let tokens = text.words[start].tokens.lowerBound..<word.tokens.upperBound
                found.append(
                    TermPlace(
                        term: index, words: start..<start + size, tokens: tokens, distance: distance.cost / weight, isOrdinary: isOrdinary))
            }
        }
        return found
    }

    /// Of overlapping places for a term, keeps the one that sounds most like the term; of all places, the most promising.
    private func kept(_ found: [TermPlace]) -> [TermPlace] {
        let nearest = found.enumerated().sorted { a, b in
            (a.element.distance, Float(a.element.tokens.count), Float(a.offset)) < (
                b.element.distance, Float(b.element.tokens.count), Float(b.offset)
            )
        }
        var kept: [TermPlace] = []
        for (_, place) in nearest where !kept.contains(where: { $0.term == place.term && $0.overlaps(place) }) { kept.append(place) }
        let ranked = kept.enumerated().sorted { a, b in
            let first = 10 * a.element.distance - a.element.gap, second = 10 * b.element.distance - b.element.gap
            return (first, a.offset) < (second, b.offset)
        }
        return ranked.prefix(rule.maxTries).map(\.element)
    }
}

extension String {
    /// True if the text has a capital behind its first letter, and also a small letter: a way of writing that is meant.
    fileprivate var hasInnerCapital: Bool { dropFirst().contains(where: \.isUppercase) && contains(where: \.isLowercase) }
}
