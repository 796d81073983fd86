internal import Speech

/// A title in a conversation's own words: one of its most telling sentences, the first clauses of one, or its first words. It begins where a sentence
/// begins, and is cut between words, in scripts without blanks between letters.
enum SpokenTitle {
    /// Number of the best sentences that are considered.
    private static let maxConsidered = 8

    /// Returns the title; nil when nothing but numbers was said.
    ///
    /// - Parameter best: the places of the sentences, the most telling one first.
    static func title(of sentences: [SpokenSentence], best: [Int]) -> String? {
        let told = best.filter { sentences[$0].isBeginning }.prefix(maxConsidered).map { TitlePhrase(sentences[$0].text) }
        // Much must be told by a short title, then less.
        for (words, subjects) in [(3, 2), (2, 1)] {
            for form in TitlePhrase.Form.allCases {
                for phrase in told {
                    if let title = phrase.title(as: form, leastWords: words, leastSubjects: subjects) { return title }
                }
            }
        }
        for sentence in sentences where sentence.isBeginning {
            let phrase = TitlePhrase(sentence.text)
            for form in TitlePhrase.Form.allCases {
                if let title = phrase.title(as: form, leastWords: 1, leastSubjects: 0) { return title }
            }
        }
        return nil
    }
}

/// A sentence from which a title is cut.
struct TitlePhrase {
    /// Part of a sentence that becomes the title.
    enum Form: CaseIterable {
        case whole
        /// The first clauses, up to a comma or the like.
        case clauses
        /// The first words, and an ellipsis.
        case beginning
    }

    private static let maxLength = 60
    private static let maxWords = 10
    /// Maximum and minimum length where words have no blanks between them.
    private static let maxUnspaced = 30
    private static let minUnspaced = 4

    /// Marks at the end of a sentence or a clause that a title leaves out. A title keeps its question mark.
    private static let stops: Set<Character> = [
        ".", ",", "。", "．", "｡", "，", "、", "､", "،", "۔", "।", "॥", "።", "፣", "។", "៕", "၊", "။", ";", ":", "；", "：", "؛", "–", "—", "-",
    ]
    /// Marks at the end of a clause.
    private static let clauseEnds: Set<Character> = [",", ";", ":", "–", "—", "，", "、", "､", "；", "：", "،", "؛", "፣", "၊"]
    private static let quotes: [Character: Character] = ["\"": "\"", "“": "”", "„": "“", "«": "»", "「": "」", "『": "』", "(": ")", "[": "]"]

    private let text: String
    private let words: [Substring]
    /// True if most letters belong to a script without blanks between words.
    private let isUnspaced: Bool

    init(_ text: String) {
        self.text = text
        words = text.split(whereSeparator: \.isWhitespace)
        isUnspaced = text.count(where: UnspacedScript.contains) * 2 > text.count(where: \.isLetter)
    }

    /// Returns the title in a form; nil when the sentence has none.
    ///
    /// - Parameters:
    ///   - leastWords: minimum number of words.
    ///   - leastSubjects: minimum number of words that may be the subject.
    func title(as form: Form, leastWords: Int, leastSubjects: Int) -> String? {
        let found = isUnspaced ? unspaced(form, least: leastSubjects > 0 ? Self.minUnspaced : 1) : spaced(form, least: leastWords)
        guard let found, found.contains(where: \.isLetter), isUnspaced || Keywords.words(of: found).count >= leastSubjects else { return nil }
        return found
    }

    private func spaced(_ form: Form, least: Int) -> String? {
        // The longest beginning that fits.
        var fitting = 0, length = -1
        while fitting < min(words.count, Self.maxWords), length + 1 + words[fitting].count < Self.maxLength {
            length += 1 + words[fitting].count
            fitting += 1
        }
        switch form {
        case .whole:
            let title = Self.trimmed(text)
            return (least...Self.maxWords).contains(words.count) && title.count <= Self.maxLength ? title : nil
        case .clauses:
            guard let end = words.indices.prefix(fitting).last(where: { words[$0].last.map(Self.clauseEnds.contains) == true }), end + 1 >= least
            else {
                return nil
            }
            return Self.trimmed(words[...end].joined(separator: " "))
        case .beginning:
            // A language without blanks, or an address.
            if fitting == 0, text.count > Self.maxLength { return Self.trimmed(String(text.prefix(Self.maxLength - 1))) + "…" }
            var count = fitting
            // "We talked about the" ends better with "talked".
            while count > max(least, 2), StopWords.contains(StopWords.form(of: words[count - 1])) { count -= 1 }
            guard count >= least, count < words.count else { return nil }
            return Self.trimmed(words[..<count].joined(separator: " ")) + "…"
        }
    }

    private func unspaced(_ form: Form, least: Int) -> String? {
        switch form {
        case .whole:
            let title = Self.trimmed(text)
            return (least...Self.maxUnspaced).contains(title.count) ? title : nil
        case .clauses:
            let start = text.prefix(Self.maxUnspaced)
            // Some of these scripts have blanks between phrases.
            guard let end = start.indices.last(where: { Self.clauseEnds.contains(start[$0]) || start[$0].isWhitespace }) else { return nil }
            let title = Self.trimmed(String(start[..<end]))
            return title.count >= least ? title : nil
        case .beginning:
            guard text.count > Self.maxUnspaced else { return nil }
            let start = text.prefix(Self.maxUnspaced - 1)
            let end = text.indices.prefix(Self.maxUnspaced).last { index in
                text.distance(from: text.startIndex, to: index) >= least && Self.isBoundary(text, index)
            }
            return Self.trimmed(String(end.map { text[..<$0] } ?? start)) + "…"
        }
    }

    /// Returns true if a word may begin at `index`: where Japanese goes from its endings to another word, behind a particle of Chinese, and at the edge
    /// of a word of another script.
    private static func isBoundary(_ text: String, _ index: String.Index) -> Bool {
        let before = text[text.index(before: index)], next = text[index]
        guard UnspacedScript.contains(before) == UnspacedScript.contains(next) else { return true }
        return isEnding(before) && !isEnding(next) || particles.contains(before)
    }

    private static let particles: Set<Character> = ["的", "了", "吧", "吗", "呢", "是", "在", "和"]

    /// Returns true for hiragana, in which Japanese writes endings and particles.
    private static func isEnding(_ character: Character) -> Bool {
        character.unicodeScalars.first.map { (0x3041...0x309F).contains($0.value) } ?? false
    }

    private static func trimmed(_ sentence: String) -> String {
        var title = sentence.drop { $0.isWhitespace }
        while let last = title.last, stops.contains(last) || last.isWhitespace { title = title.dropLast() }
        // A quotation that was cut has no end.
        if let first = title.first, let close = quotes[first], !title.dropFirst().contains(close) { title = title.dropFirst() }
        // Only the first letter is capitalised; the rest stays as it was spoken.
        return title.prefix(1).uppercased() + title.dropFirst()
    }
}
