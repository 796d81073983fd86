import Speech

/// The spoken form of a written word, which is the same for "25" and "twenty five", "cannot" and "can not", "Okay," and "ok".
enum SpokenForm {
    /// Returns the spoken words of a written word, in order; never empty.
    static func tokens(of word: Word) -> [String] {
        var bare = word.bare
        let length = bare.utf8.count
        if length < contractions.count, let known = contractions[length].first(where: { $0.written == bare }) { return known.spoken }
        guard bare.withUTF8({ $0.contains { !isLetter($0) } }) else { return compound(bare) ?? [bare] }
        var tokens: [String] = []
        for part in bare.split(whereSeparator: { $0 == "-" || $0 == "–" || $0 == "/" }) { tokens += spoken(String(part)) }
        return tokens.isEmpty ? [bare] : tokens
    }

    /// Words that are written shorter than they are spoken, by the number of their letters: most words are told apart by it.
    private static let contractions: [[(written: String, spoken: [String])]] = {
        let all = [
            ("cannot", ["can", "not"]), ("ok", ["okay"]), ("alright", ["all", "right"]), ("gonna", ["going", "to"]), ("wanna", ["want", "to"]),
            ("maybe", ["may", "be"]), ("mr", ["mister"]), ("mrs", ["missus"]), ("dr", ["doctor"]), ("vs", ["versus"]), ("&", ["and"]),
            ("percent", ["per", "cent"]),
        ]
        let longest = all.map(\.0.utf8.count).max() ?? 0
        return (0...longest).map { length in all.filter { $0.0.utf8.count == length }.map { (written: $0.0, spoken: $0.1) } }
    }()

    /// Returns the two words of a compound such as "something", which may be heard as "some thing"; nil if it is none.
    private static func compound(_ word: String) -> [String]? {
        // The shortest one is "anyone".
        guard word.utf8.count >= 6 else { return nil }
        for first in ["some", "any", "every"] where word.hasPrefix(first) {
            let second = String(word.dropFirst(first.count))
            if ["thing", "one", "body", "where", "time", "times", "day", "how"].contains(second) { return [first, second] }
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte >= 0x80 || byte == 0x27 }

    private static func spoken(_ part: String) -> [String] {
        if let plain = startingWithLetter(part) { return [plain] }
        var text = part.filter { $0 != "," && $0 != "." || !part.contains { $0.isNumber } || $0 == "." }
        guard text.contains(where: \.isNumber) else { return [text.filter { $0 != "." }] }
        var after: [String] = []
        if text.hasSuffix("%") { after = ["per", "cent"] }
        if let unit = text.first.flatMap({ units[$0] }) { after = [unit] }
        text = text.filter { $0.isNumber || $0.isLetter || $0 == "." }
        let digits = text.prefix { $0.isNumber }
        let rest = text.dropFirst(digits.count)
        guard let number = Int(digits), number < SpokenNumber.limit else { return [part] }
        if ["st", "nd", "rd", "th"].contains(rest) { return SpokenNumber.ordinal(SpokenNumber.cardinal(number)) }
        if rest.isEmpty { return SpokenNumber.cardinal(number) + after }
        if rest.first == ".", rest.dropFirst().allSatisfy(\.isNumber) {
            let decimals = rest.dropFirst().compactMap { $0.wholeNumberValue.map { SpokenNumber.digit($0) } }
            return SpokenNumber.cardinal(number) + ["point"] + decimals + after
        }
        return SpokenNumber.cardinal(number) + [String(rest)] + after
    }

    /// Returns the spoken form of ASCII text that begins with a letter and so is no number, such as "b12" or "u.s"; nil for other text.
    ///
    /// Works on bytes, because the properties of characters cost a hundred times as much.
    private static func startingWithLetter(_ part: String) -> String? {
        guard let first = part.utf8.first, 0x61...0x7A ~= first, part.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let hasDigits = part.utf8.contains { 0x30...0x39 ~= $0 }
        return hasDigits || !part.utf8.contains(0x2E) ? part : String(decoding: part.utf8.filter { $0 != 0x2E }, as: UTF8.self)
    }

    private static let units: [Character: String] = ["$": "dollars", "€": "euros", "£": "pounds"]
}
