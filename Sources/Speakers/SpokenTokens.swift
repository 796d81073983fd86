/// A text as the words that are said, without capitals and punctuation. In scripts without spaces each character is one.
enum SpokenTokens {
    static func all(in text: String) -> [String] {
        var tokens: [String] = []
        var word = ""
        func end() {
            if !word.isEmpty { tokens.append(word) }
            word = ""
        }
        for character in text.lowercased() {
            guard character.isLetter || character.isNumber else {
                // Of "don't" and "3.5" one word is made, whoever writes it how.
                if character != "'" && character != "’" { end() }
                continue
            }
            guard !standsAlone(character) else {
                end()
                tokens.append(String(character))
                continue
            }
            word.append(character)
        }
        end()
        return tokens
    }

    /// Of Chinese, Japanese, Thai, Lao, Burmese and Khmer.
    private static func standsAlone(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        return switch scalar {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
