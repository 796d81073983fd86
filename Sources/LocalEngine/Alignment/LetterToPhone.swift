/// The likely sounds of an English word that is not in the dictionary, in the phones of the CMU dictionary. Simple on purpose: an aligner only needs
/// sounds that are near enough to find the word.
package enum LetterToPhone {
    /// - Parameter word: lower-case ASCII letters; other characters are skipped.
    package static func phones(of word: String) -> [String] {
        let letters = Array(word.utf8).filter { (97...122).contains($0) }
        var phones: [String] = []
        var index = 0
        while index < letters.count {
            let rest = letters[index...]
            let rule = rules.first { rest.starts(with: $0.letters) && $0.applies(at: index, of: letters) }
            guard let rule else {
                index += 1
                continue
            }
            // A doubled letter is one sound.
            if rule.phones.count != 1 || rule.phones[0] != phones.last || index == 0 || letters[index - 1] != letters[index] {
                phones += rule.phones
            }
            index += rule.letters.count
        }
        return phones
    }

    private enum Place { case anywhere, start, end, beforeFrontVowel }

    private struct Rule {
        let letters: [UInt8]
        let phones: [String]
        let place: Place

        init(_ letters: String, _ phones: String, _ place: Place = .anywhere) {
            self.letters = Array(letters.utf8)
            self.phones = phones.split(separator: " ").map(String.init)
            self.place = place
        }

        func applies(at index: Int, of word: [UInt8]) -> Bool {
            let after = index + letters.count
            switch place {
            case .anywhere: return true
            case .start: return index == 0
            case .end: return after == word.count && index > 0
            case .beforeFrontVowel: return after < word.count && [UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "y")].contains(word[after])
            }
        }
    }

    /// Rules in order: the first rule that matches wins.
    private static let rules = [
        Rule("tion", "SH AH N"), Rule("sion", "ZH AH N"), Rule("ough", "AO"), Rule("eigh", "EY"), Rule("tch", "CH"), Rule("sch", "SH"),
        Rule("igh", "AY"), Rule("eau", "OW"), Rule("ier", "IY ER"), Rule("eer", "IH R"), Rule("ear", "IH R"), Rule("air", "EH R"),
        Rule("kn", "N", .start), Rule("wr", "R", .start), Rule("ps", "S", .start), Rule("gn", "N", .start), Rule("mb", "M", .end),
        Rule("gh", "G", .start), Rule("gh", ""), Rule("th", "TH"), Rule("sh", "SH"), Rule("ch", "CH"), Rule("ph", "F"), Rule("wh", "W"),
        Rule("ck", "K"), Rule("ng", "NG"), Rule("qu", "K W"), Rule("oo", "UW"), Rule("ee", "IY"), Rule("ea", "IY"), Rule("ai", "EY"),
        Rule("ay", "EY"), Rule("ei", "EY"), Rule("ey", "IY"), Rule("ie", "IY"), Rule("oa", "OW"), Rule("oi", "OY"), Rule("oy", "OY"),
        Rule("ou", "AW"), Rule("ow", "OW"), Rule("au", "AO"), Rule("aw", "AO"), Rule("ew", "UW"), Rule("eu", "UW"), Rule("ue", "UW", .end),
        Rule("er", "ER"), Rule("ir", "ER"), Rule("ur", "ER"), Rule("ar", "AA R"), Rule("or", "AO R"), Rule("es", "Z", .end),
        Rule("ed", "D", .end), Rule("le", "AH L", .end), Rule("e", "", .end), Rule("a", "AH", .end), Rule("o", "OW", .end),
        Rule("y", "IY", .end), Rule("y", "Y", .start), Rule("c", "S", .beforeFrontVowel), Rule("g", "JH", .beforeFrontVowel),
        Rule("x", "Z", .start), Rule("x", "K S"), Rule("a", "AE"), Rule("b", "B"), Rule("c", "K"), Rule("d", "D"), Rule("e", "EH"),
        Rule("f", "F"), Rule("g", "G"), Rule("h", "HH"), Rule("i", "IH"), Rule("j", "JH"), Rule("k", "K"), Rule("l", "L"), Rule("m", "M"),
        Rule("n", "N"), Rule("o", "AA"), Rule("p", "P"), Rule("q", "K"), Rule("r", "R"), Rule("s", "S"), Rule("t", "T"), Rule("u", "AH"),
        Rule("v", "V"), Rule("w", "W"), Rule("y", "IH"), Rule("z", "Z"),
    ]
}
