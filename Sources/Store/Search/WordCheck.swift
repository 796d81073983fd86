import Conversations
import Speech

/// The check of what the index of words finds. The index knows stems without accents: it finds "on" for "one" and "für" for "fur", and a French "car"
/// for an English one. A segment that has a query's word only in this way is not a hit, and nothing in it is marked for that word.
struct WordCheck {
    private struct Term {
        /// The term's words as `StopWords.form` gives them.
        var words: [String]
        /// True if the term's words count also where they are stop words.
        var isLiteral: Bool
    }

    private let isStopPhrase: Bool
    /// The terms that must be checked, by their texts. A search without them reads no texts.
    private let terms: [String: Term]

    /// - Parameter isLiteral: true if a word such as "car" counts also where it is a stop word.
    init(_ query: SearchTerms, isLiteral: Bool = false) {
        isStopPhrase = query.isStopPhrase
        var terms: [String: Term] = [:]
        for term in query.terms {
            let words = TextWords(term.text).forms
            guard Self.isDoubtful(term.text, words) else { continue }
            terms[term.text] = Term(words: words, isLiteral: term.isQuoted || isLiteral)
        }
        self.terms = terms
    }

    var isEmpty: Bool { terms.isEmpty }

    func needs(_ term: String) -> Bool { terms[term] != nil }

    // MARK: Terms

    /// Endings that the stemmer of the index takes away.
    private static let endings = ["", "e", "s", "es", "ed", "d", "ing", "ings", "er", "ers", "y", "ies", "ied", "ly", "'s"]

    private static func isDoubtful(_ text: String, _ words: [String]) -> Bool {
        // A word of a script without blanks is found as it is written.
        guard !text.contains(where: UnspacedScript.contains) else { return false }
        guard words.count == 1 else { return words.contains(where: StopWords.contains) }
        return words.contains { StopWords.contains($0) || StopWords.isAmbiguous($0) || hasStemOfStopWord($0) }
    }

    /// Returns true if the index may take a word for a stop word: "one" and "ones" for "on", "using" for "us", "hi" for "his".
    private static func hasStemOfStopWord(_ word: String) -> Bool {
        endings.dropFirst().contains { ending in
            isStopWord(word + ending) || word.hasSuffix(ending) && isStem(word.dropLast(ending.count))
        }
    }

    private static func isStem(_ stem: Substring) -> Bool {
        // The stemmer makes one letter of a doubled one.
        isStopWord(String(stem)) || stem.count > 2 && stem.last == stem.dropLast().last && isStopWord(String(stem.dropLast()))
    }

    private static func isStopWord(_ form: String) -> Bool { StopWords.contains(form) || StopWords.isAmbiguous(form) }

    // MARK: Texts

    /// Returns true if a text that the index has found has all terms of `all` and, unless `any` is empty, one of `any`. Terms that need no check are
    /// taken as found.
    func isHit(_ text: String, all: [String], any: [String]) -> Bool {
        let words = TextWords(text), stops = StopWords.flags(of: words.forms)
        func has(_ term: String) -> Bool { terms[term].map { first(of: $0, in: words, stops) != nil } ?? true }
        return all.allSatisfy(has) && (any.isEmpty || any.contains(where: has))
    }

    /// Returns the place of the first word with which a term is in a text.
    private func first(of term: Term, in text: TextWords, _ stops: [Bool]) -> Int? {
        guard !term.words.isEmpty, text.forms.count >= term.words.count else { return nil }
        return (0...text.forms.count - term.words.count).first { start in
            term.words.indices.allSatisfy { isMeant(term, $0, by: text.forms[start + $0], isStop: stops[start + $0]) }
        }
    }

    /// Returns true if a text's word is what a term's word means.
    ///
    /// - Parameter isStop: true if the text's word is a stop word there.
    private func isMeant(_ term: Term, _ index: Int, by word: String, isStop: Bool) -> Bool {
        let wanted = term.words[index]
        // The index has an elision's word by itself: "été" of "l'été".
        if word == wanted || word.hasSuffix("'" + wanted) { return !isStop || term.isLiteral || StopWords.contains(wanted) }
        // "où" is meant by the stop word "ou", and "für" is not by "fur".
        if StopWords.bare(word) == StopWords.bare(wanted) { return isStop == isStopPhrase }
        guard !isStop, !StopWords.contains(wanted) else { return false }
        // In a phrase the index has found the words side by side, so their stems are equal enough.
        return term.words.count > 1 ? word.prefix(2) == wanted.prefix(2) : Self.areForms(word, wanted)
    }

    /// Returns true if two words differ in their endings only.
    private static func areForms(_ first: String, _ second: String) -> Bool {
        let common = zip(first, second).prefix { $0 == $1 }.count
        func isEnding(_ rest: Substring, behind stem: Substring) -> Bool {
            endings.contains(String(rest)) || rest.first == stem.last && endings.contains(String(rest.dropFirst()))
        }
        return common >= 2 && isEnding(first.dropFirst(common), behind: first.prefix(common))
            && isEnding(second.dropFirst(common), behind: second.prefix(common))
    }

    // MARK: Snippets

    /// Returns the snippet of a hit without marks on words that the query does not mean.
    func checked(_ snippet: Snippet, of text: String) -> Snippet {
        guard !isEmpty else { return snippet }
        let words = TextWords(text), stops = StopWords.flags(of: words.forms)
        let isStop = Dictionary(zip(words.forms, stops), uniquingKeysWith: { first, _ in first })
        var checked = snippet
        for index in checked.pieces.indices where checked.pieces[index].isHit {
            let piece = TextWords(checked.pieces[index].text).forms
            guard piece.count == 1, let word = piece.first, isStop[word] ?? false else { continue }
            checked.pieces[index].isHit = terms.values.contains { $0.words.count == 1 && isMeant($0, 0, by: word, isStop: true) }
        }
        guard !checked.pieces.contains(where: \.isHit) else { return checked }
        // The index chose a part of the text that has none of the words.
        for term in terms.values.sorted(by: { $0.words.lexicographicallyPrecedes($1.words) }) {
            guard let place = first(of: term, in: words, stops) else { continue }
            return Snippet(of: text, words, marking: place..<place + term.words.count)
        }
        return checked
    }
}
