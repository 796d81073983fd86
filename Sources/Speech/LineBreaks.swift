/// The places without a blank at which a line may break, in scripts that are written without blanks.
///
/// Source: JIS X 4051 (kinsoku), and Unicode's UAX #14 for the scripts of South-East Asia. Without a dictionary, a line of Thai, Lao, Khmer or Burmese
/// breaks between two written syllables as far as their letters tell.
package enum LineBreaks {
    /// Returns true if a line may end with one character and the next line begin with the other. Between two letters of a script with blanks: false.
    package static func isAllowed(_ before: Character, _ next: Character) -> Bool {
        let scalars = before.unicodeScalars
        guard let last = scalars.last, let head = scalars.first, let first = next.unicodeScalars.first else { return false }
        let one = ScriptEdge(head), other = ScriptEdge(first)
        guard one?.isBreakable == true || other?.isBreakable == true else { return false }
        if neverFirst.contains(first) || neverLast.contains(head) || joiners.contains(last) || isMark(first) { return false }
        // A number or a word of full width stays whole.
        if isWordLetter(head, one), isWordLetter(first, other) { return false }
        if one == .southern, other == .southern { return isSyllable(next, behind: before) }
        return true
    }

    /// Returns the parts of a text without blanks, each of which stays in one line.
    package static func parts<Text: StringProtocol>(of text: Text) -> [Text.SubSequence] {
        var parts: [Text.SubSequence] = []
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text.isEmpty ? [] : [text[...]] }
        var start = text.startIndex
        var last: Character?
        for index in text.indices {
            if let before = last, isAllowed(before, text[index]) {
                parts.append(text[start..<index])
                start = index
            }
            last = text[index]
        }
        return start < text.endIndex ? parts + [text[start...]] : parts
    }

    /// Returns true for a sign on the letter before it that is a character of its own, such as a vowel of Burmese.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        case _: false
        }
    }

    /// Returns true if a written syllable may begin with a character.
    private static func isSyllable(_ next: Character, behind before: Character) -> Bool {
        guard let first = next.unicodeScalars.first?.value, let last = before.unicodeScalars.last?.value else { return false }
        // Tibetan syllables end with a mark.
        if (0x0F00...0x0FFF).contains(first) { return (0x0F0B...0x0F14).contains(last) && !(0x0F0B...0x0F14).contains(first) }
        // A killed or stacked consonant closes the syllable before: U+103A, U+1039, U+17D1.
        return !next.unicodeScalars.contains { $0.value == 0x103A || $0.value == 0x1039 || $0.value == 0x17D1 }
    }

    /// Returns true for letters and digits of words that stay whole, those of full width too.
    private static func isWordLetter(_ scalar: Unicode.Scalar, _ edge: ScriptEdge?) -> Bool {
        switch scalar.value {
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
        case _: edge == .digit || edge == .latin
        }
    }

    /// Signs that bind the next letter to the one before: the virama of Burmese, the coeng of Khmer, joiners, and blanks that do not break.
    private static let joiners: Set<Unicode.Scalar> = ["\u{1039}", "\u{17D2}", "\u{200D}", "\u{2060}", "\u{00A0}", "\u{202F}"]

    /// Characters that begin no line: marks that close, small kana, marks of length and repetition, and vowels that are written behind their consonant.
    private static let neverFirst = Set(
        ("、。，．・：；？！‼⁇⁈⁉゛゜ヽヾゝゞ々〻ー〜～…‥)]}）］｝」』】〕〉》〗〙〛｠»”’›%％‰℃°￠,.!?;:؟،｡｣､･ｰ/"
            + "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ"
            + "\u{0E2F}\u{0E30}\u{0E32}\u{0E33}\u{0E45}\u{0E46}\u{0E4F}\u{0E5A}\u{0E5B}"  // Thai
            + "\u{0EAF}\u{0EB0}\u{0EB2}\u{0EB3}\u{0EBD}\u{0EC6}"  // Lao
            + "\u{17D4}\u{17D5}\u{17D6}\u{17D7}\u{17D8}\u{17D9}\u{17DA}"  // Khmer
            + "\u{104A}\u{104B}\u{104C}\u{104D}\u{104E}\u{104F}").unicodeScalars)  // Burmese

    /// Characters that end no line: marks that open, signs before a number, and vowels that are written before their consonant (Thai and Lao).
    private static let neverLast = Set(
        ("([{（［｛「『【〔〈《〖〘〚｟«“‘‹｢$£¥￥＄￡€#＃@" + "\u{0E40}\u{0E41}\u{0E42}\u{0E43}\u{0E44}\u{0EC0}\u{0EC1}\u{0EC2}\u{0EC3}\u{0EC4}")
            .unicodeScalars)
}

extension ScriptEdge {
    /// True if a line may break beside such a letter.
    fileprivate var isBreakable: Bool { isUnspaced || self == .wideMark }
}
