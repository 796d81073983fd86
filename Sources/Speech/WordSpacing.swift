/// The rule by which words become a text.
///
/// Words have a blank between them, except in Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan. Korean has blanks. A Latin word and a number
/// touch kana; a number touches Chinese characters, and a Latin word does not. Marks of full width touch everything. A word of closing marks alone
/// touches the word before.
package enum WordSpacing {
    /// Returns the words as one text. Words without text are left out.
    package static func text<Words: Sequence>(of words: Words) -> String where Words.Element: StringProtocol {
        var text = ""
        for word in words { append(word, to: &text) }
        return text
    }

    /// Adds the next word to a text.
    ///
    /// - Parameter blank: true if the engine's own text has a blank before the word, false if it has none; nil: the scripts decide.
    package static func append(_ word: some StringProtocol, blank: Bool? = nil, to text: inout String) {
        if blank.map({ $0 && !text.isEmpty && !word.isEmpty }) ?? needsBlank(text, word) { text.append(" ") }
        text.append(contentsOf: word)
    }

    /// Returns true if a blank stands between a text and the word behind it.
    package static func needsBlank(_ text: some StringProtocol, _ next: some StringProtocol) -> Bool {
        guard let last = text.unicodeScalars.last, let first = next.unicodeScalars.first else { return false }
        // Nearly all words of most languages.
        if isPlain(last), isPlain(first) { return true }
        if last.properties.isWhitespace || first.properties.isWhitespace || first == "," { return false }
        if next.unicodeScalars.allSatisfy(isClosing) { return false }
        let before = ScriptEdge.end(of: text), after = ScriptEdge.start(of: next)
        return !touch(before, after)
    }

    /// Returns true if the text ends in a script that is written without blanks, or with a mark of full width.
    package static func isUnspaced(endOf text: some StringProtocol) -> Bool {
        let edge = ScriptEdge.end(of: text)
        return edge?.isUnspaced == true || edge == .wideMark
    }

    /// Returns true if a blank stands between two words by the rule, but one of them is of a script that is written without blanks.
    package static func isMixed(_ text: some StringProtocol, _ next: some StringProtocol) -> Bool {
        needsBlank(text, next) && (ScriptEdge.end(of: text)?.isUnspaced == true || ScriptEdge.start(of: next)?.isUnspaced == true)
    }

    /// Returns for each word whether a blank stands before it in an engine's own text, where the rule would have it otherwise; nil where the rule is
    /// right, and for words that the text does not have at their place. Empty: the rule is right for all words.
    package static func blanks<Words: Sequence>(before words: Words, in text: String) -> [Bool?] where Words.Element: StringProtocol {
        // Texts of ASCII alone have blanks as the rule has them.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return [] }
        let bytes = Array(text.utf8)
        var blanks: [Bool?] = []
        var position: Int? = 0
        var said = ""
        for word in words {
            blanks.append(nil)
            guard let before = position else { continue }
            var start = before
            while let length = blankLength(in: bytes[start...]) { start += length }
            guard bytes[start...].starts(with: word.utf8) else {
                position = nil
                continue
            }
            let hasBlank = start > before
            if !said.isEmpty, hasBlank != needsBlank(said, word) { blanks[blanks.count - 1] = hasBlank }
            append(word, blank: hasBlank, to: &said)
            position = start + word.utf8.count
        }
        return blanks
    }

    /// Returns the number of bytes of the blank at the start; nil when there is none.
    private static func blankLength(in bytes: ArraySlice<UInt8>) -> Int? {
        switch bytes.first {
        case 0x20?, 0x09?, 0x0A?, 0x0D?: 1
        case 0xC2?: bytes.starts(with: [0xC2, 0xA0]) ? 2 : nil
        case 0xE3?: bytes.starts(with: [0xE3, 0x80, 0x80]) ? 3 : nil
        case _: nil
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// Returns true for marks that stand behind a word and never before one.
    private static func isClosing(_ scalar: Unicode.Scalar) -> Bool { closing.contains(scalar) }

    private static let closing = Set(",.?!;:…)]}»”’،؛؟۔।॥។៕၊။".unicodeScalars)

    /// Returns true if two words touch.
    ///
    /// - Parameters:
    ///   - before: the letter at the end of the first word; nil: it has marks and symbols alone.
    ///   - after: the letter at the start of the second word; nil as for `before`.
    private static func touch(_ before: ScriptEdge?, _ after: ScriptEdge?) -> Bool {
        if before == .wideMark || after == .wideMark { return true }
        guard let before, let after else { return before?.isEastern ?? after?.isEastern ?? false }
        if before.isUnspaced && after.isUnspaced { return true }
        let (unspaced, other) = before.isUnspaced ? (before, after) : (after, before)
        switch unspaced {
        case .kana: return other == .latin || other == .digit
        case .chinese: return other == .digit
        case .southern, .wideMark, .digit, .latin, .other: return false
        }
    }
}

/// The kind of letter at an end of a word, for the blanks between words.
enum ScriptEdge {
    case chinese, kana
    /// Thai, Lao, Tibetan, Burmese and Khmer.
    case southern
    /// Punctuation and other characters of full width.
    case wideMark
    case digit
    /// Latin, Greek and Cyrillic.
    case latin
    /// All other letters.
    case other

    var isEastern: Bool { self == .chinese || self == .kana }
    var isUnspaced: Bool { isEastern || self == .southern }

    /// Maximum number of marks at an end of a word behind which a letter is looked for.
    private static let maxMarks = 16

    static func end(of text: some StringProtocol) -> ScriptEdge? {
        let scalars = text.unicodeScalars
        var index = scalars.endIndex
        for _ in 0..<maxMarks where index > scalars.startIndex {
            scalars.formIndex(before: &index)
            if let edge = ScriptEdge(scalars[index]) { return edge }
        }
        return nil
    }

    static func start(of text: some StringProtocol) -> ScriptEdge? {
        for scalar in text.unicodeScalars.prefix(maxMarks) { if let edge = ScriptEdge(scalar) { return edge } }
        return nil
    }

    /// Returns nil for marks, symbols and characters without width: the letter beside them decides.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x30...0x39: self = .digit
        case 0x41...0x5A, 0x61...0x7A: self = .latin
        case 0...0xBF, 0x0300...0x036F, 0x2000...0x2BFF, 0xFE00...0xFE0F, 0xFEFF, 0x1F000...0x1FAFF, 0xE0000...0xE0FFF: return nil
        case 0xC0...0x052F, 0x1E00...0x1FFF: self = .latin
        case 0x0E00...0x109F, 0x1780...0x17FF, 0x19E0...0x19FF, 0xA9E0...0xA9FF, 0xAA60...0xAA7F: self = .southern
        case 0x2E80...0x2FFF, 0x3005...0x3007, 0x3021...0x3029, 0x3038...0x303B, 0x3100...0x312F, 0x3190...0x31EF, 0x3200...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAFF, 0x20000...0x3FFFF:
            self = .chinese
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F, 0x1AFF0...0x1B16F: self = .kana
        case 0x3000...0x303F, 0xFE10...0xFE1F, 0xFE30...0xFE6F, 0xFF00...0xFF65, 0xFFE0...0xFFE6: self = .wideMark
        case _: self = .other
        }
    }
}
