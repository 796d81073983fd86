/// The spoken form of a displayed word, as words that a dictionary may have: "twenty five dollars" for `$25`, "mister" for `Mr.`.
package struct SpokenForm: Equatable, Sendable {
    package struct Token: Equatable, Sendable {
        /// Lower-case ASCII letters, apostrophes and inner full stops.
        package var text: String
        /// True if the token was written in capitals: it is spoken letter by letter when the dictionary does not have it.
        package var isSpelled = false
    }

    package private(set) var tokens: [Token] = []

    package init(_ displayed: String) {
        let scalars = Array(displayed.unicodeScalars)
        let folded = Self.fold(scalars)
        let edges: Set<Unicode.Scalar> = ["\"", "(", ")", "[", "]", "!", "?", ",", ";", ":", "*", "_"]
        let core = folded.trimmed { edges.contains($0) || $0 == "'" }
        if let spoken = Self.abbreviations[String.UnicodeScalarView(core.trimmed { $0 == "." }).description] {
            tokens = spoken.split(separator: " ").map { Token(text: String($0)) }
            return
        }
        let capitals = scalars.count { $0.properties.isUppercase }
        let small = scalars.count { $0.properties.isLowercase }
        read(core, spelled: capitals >= 2 && small == 0)
    }

    private mutating func read(_ text: [Unicode.Scalar], spelled: Bool) {
        var index = 0
        var currency: String?
        while index < text.count {
            let scalar = text[index]
            if scalar.isDigit {
                var end = index
                while end < text.count, text[end].isDigit || (text.joinsDigits(end)) { end += 1 }
                readNumber(Array(text[index..<end]), followedBy: text, at: &end)
                if let unit = currency { tokens.append(Token(text: unit)) }
                currency = nil
                index = end
            } else if scalar.isWordLetter {
                var end = index
                while end < text.count, text[end].isWordLetter || text.joinsLetters(end) { end += 1 }
                // The last full stop of `U.S.` belongs to the word; the full stop of a sentence does not.
                let word = text[index..<end]
                let dotted = word.contains(".") && end < text.count && text[end] == "."
                tokens.append(Token(text: String.UnicodeScalarView(word).description + (dotted ? "." : ""), isSpelled: spelled))
                index = dotted ? end + 1 : end
            } else {
                if let unit = Self.currencies[scalar] {
                    currency = unit
                } else if let symbol = Self.symbols[scalar] {
                    tokens.append(Token(text: symbol))
                }
                index += 1
            }
        }
        if let unit = currency { tokens.append(Token(text: unit)) }
    }

    /// Speaks the digits. Letters that belong to the digits (`3rd`, `1990s`) are spoken too, and `end` moves past them.
    private mutating func readNumber(_ digits: [Unicode.Scalar], followedBy text: [Unicode.Scalar], at end: inout Int) {
        var suffix = ""
        var after = end
        while after < text.count, text[after].isWordLetter || text[after] == "'" {
            suffix.unicodeScalars.append(text[after])
            after += 1
        }
        let number = String.UnicodeScalarView(digits.filter { $0 != "," }).description
        switch suffix {
        case "st", "nd", "rd", "th":
            append(NumberWords.ordinal(number))
            end = after
        case "s", "'s":
            append(NumberWords.plural(number))
            end = after
        default:
            append(NumberWords.spoken(number, isYear: number.utf8.count == digits.count))
        }
    }

    private mutating func append(_ words: [String]) { tokens += words.map { Token(text: $0) } }

    private static let currencies: [Unicode.Scalar: String] = ["$": "dollars", "£": "pounds", "€": "euros", "¥": "yen"]
    private static let symbols: [Unicode.Scalar: String] = [
        "%": "percent", "&": "and", "@": "at", "+": "plus", "=": "equals", "°": "degrees", "#": "number",
    ]
    /// Abbreviations without their full stops. Only abbreviations that are never another word.
    private static let abbreviations: [String: String] = [
        "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "st": "saint", "jr": "junior", "sr": "senior", "prof": "professor",
        "vs": "versus", "etc": "et cetera", "capt": "captain", "gen": "general", "col": "colonel", "lt": "lieutenant", "sgt": "sergeant",
        "gov": "governor", "ltd": "limited", "inc": "incorporated", "corp": "corporation", "dept": "department", "ave": "avenue",
        "blvd": "boulevard", "mt": "mount", "e.g": "e g", "i.e": "i e",
    ]

    /// Returns the text in lower case, without accents, with one kind of apostrophe.
    private static func fold(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var folded: [Unicode.Scalar] = []
        for scalar in scalars {
            for small in scalar.properties.lowercaseMapping.unicodeScalars {
                switch small {
                case "’", "‘", "`": folded.append("'")
                case "à", "á", "â", "ã", "ä", "å": folded.append("a")
                case "è", "é", "ê", "ë": folded.append("e")
                case "ì", "í", "î", "ï": folded.append("i")
                case "ò", "ó", "ô", "õ", "ö", "ø": folded.append("o")
                case "ù", "ú", "û", "ü": folded.append("u")
                case "ý", "ÿ": folded.append("y")
                case "ç": folded.append("c")
                case "ñ": folded.append("n")
                case "ß": folded += ["s", "s"]
                case "æ": folded += ["a", "e"]
                case "œ": folded += ["o", "e"]
                default: folded.append(small)
                }
            }
        }
        return folded
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isWordLetter: Bool { ("a"..."z").contains(self) }
}

extension [Unicode.Scalar] {
    /// True if `self[index]` is a thousands separator or a decimal point between digits.
    fileprivate func joinsDigits(_ index: Int) -> Bool {
        (self[index] == "," || self[index] == ".") && index > 0 && self[index - 1].isDigit && index + 1 < count && self[index + 1].isDigit
    }

    /// True if `self[index]` is an apostrophe or a full stop between letters.
    fileprivate func joinsLetters(_ index: Int) -> Bool {
        (self[index] == "'" || self[index] == ".") && index > 0 && self[index - 1].isWordLetter && index + 1 < count
            && self[index + 1].isWordLetter
    }

    fileprivate func trimmed(_ isEdge: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
        guard let first = firstIndex(where: { !isEdge($0) }), let last = lastIndex(where: { !isEdge($0) }) else { return [] }
        return Array(self[first...last])
    }
}
