internal import Speech

/// The words of a text as they are spoken, without capitals and punctuation. In scripts without spaces each character is a word.
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
                // "don't" and "3.5" become one word each, however they are written.
                if character != "'" && character != "’" { end() }
                continue
            }
            guard !UnspacedScript.contains(character) else {
                end()
                tokens.append(String(character))
                continue
            }
            word.append(character)
        }
        end()
        return tokens
    }
}
