/// Key terms in a client's prompt.
///
/// A prompt is either a list of words to expect ("Glossary: Harken, Anna Weiss, diarization"), or text as it might come before the audio. A list gives
/// all of its entries. Other text gives only its names: words with capitals that do not begin a sentence.
package enum PromptTerms {
    /// Maximum number of terms from a prompt.
    private static let maxTerms = 100
    /// Maximum number of words in an entry of a list.
    private static let maxWords = 4
    /// Maximum number of bytes that are read.
    private static let maxLength = 8_192
    /// Words with which an entry of a list does not begin: they are part of a sentence.
    private static let sentenceWords: Set<String> = [
        "a", "about", "all", "also", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "he", "her", "here's", "hey",
        "his",
        "hmm", "how", "i", "i'm", "if", "in", "is", "it", "it's", "just", "let", "let's", "like", "my", "no", "not", "of", "oh", "ok", "okay", "on",
        "or", "our", "please", "she", "so", "that", "that's", "the", "their", "then", "there", "these", "they", "this", "to", "uh", "um", "umm",
        "was",
        "we", "well", "what", "when", "which", "who", "why", "will", "with", "yeah", "yes", "you", "your",
    ]

    /// Returns the key terms, each once, in order.
    package static func terms(of prompt: String?) -> [String] {
        guard let prompt, !prompt.isEmpty else { return [] }
        let text = String(decoding: prompt.utf8.prefix(maxLength), as: UTF8.self)
        var terms: [String] = []
        for term in list(text) ?? names(text) where !terms.contains(term) && terms.count < maxTerms { terms.append(term) }
        return terms
    }

    /// Returns the entries of a list; nil when the text is not a list.
    private static func list(_ text: String) -> [String]? {
        var entries: [String] = []
        for part in unlabeled(text).split(whereSeparator: { $0 == "," || $0 == ";" || $0.isNewline || $0 == "、" || $0 == "，" }) {
            var words = part.split(whereSeparator: \.isWhitespace)
            if words.count > 1, let first = words.first?.lowercased(), first == "and" || first == "or" { words.removeFirst() }
            let entry = words.joined(separator: " ").trimmed { $0 == " " || ".!?\"'“”‘’*-•()[]".contains($0) }
            guard !entry.isEmpty else { continue }
            let isPart = words.count > 1 && entry.split(separator: " ").dropLast().contains { ".!?".contains($0.last ?? " ") }
            guard words.count <= maxWords, !isPart, let first = words.first, !sentenceWords.contains(first.lowercased()) else { return nil }
            entries.append(entry)
        }
        // Two entries may be a sentence with a comma; one entry may be a greeting.
        return entries.count >= 3 || entries.allSatisfy({ isName($0) }) && !entries.isEmpty && !endsSentence(text) ? entries : nil
    }

    /// Returns the text behind a label such as "Glossary:".
    private static func unlabeled(_ text: String) -> Substring {
        guard let colon = text.firstIndex(of: ":"), text[..<colon].split(whereSeparator: \.isWhitespace).count <= 4,
            !text[..<colon].contains(where: { $0 == "," || $0 == "." }), text[colon...].dropFirst().first?.isWhitespace ?? false
        else { return text[...] }
        return text[colon...].dropFirst()
    }

    private static func endsSentence(_ text: String) -> Bool { text.last { !$0.isWhitespace }.map { ".!?".contains($0) } ?? false }

    /// True if each word of the entry has a capital or a digit.
    private static func isName(_ entry: String) -> Bool {
        entry.split(separator: " ").allSatisfy { word in word.contains { $0.isUppercase || $0.isNumber } }
    }

    /// Returns the names of running text. Names of several words are one term.
    private static func names(_ text: String) -> [String] {
        var names: [String] = []
        var open: [String] = []
        var beginsSentence = true
        func close() {
            if !open.isEmpty, open.count <= maxWords { names.append(open.joined(separator: " ")) }
            open = []
        }
        for part in text.split(whereSeparator: \.isWhitespace) {
            let word = String(part).trimmed { !$0.isLetter && !$0.isNumber }
            let isMeant = word.dropFirst().contains(where: \.isUppercase) && word.contains(where: \.isLowercase)
            let isCapital = word.count > 1 && word.first?.isUppercase ?? false && !sentenceWords.contains(word.lowercased())
            // The first word of a sentence is a name only if it has a capital inside.
            if isMeant || isCapital && !beginsSentence {
                open.append(word)
            } else {
                close()
            }
            let isClosed = part.last.map { !$0.isLetter && !$0.isNumber } ?? false
            if isClosed { close() }
            beginsSentence = part.last.map { ".!?:".contains($0) } ?? false
        }
        close()
        return names
    }
}

extension String {
    /// Returns the text without such characters at its edges.
    fileprivate func trimmed(_ isEdge: (Character) -> Bool) -> String {
        let front = drop(while: isEdge)
        return String(front.dropLast(front.reversed().prefix(while: isEdge).count))
    }
}
