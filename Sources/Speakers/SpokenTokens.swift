internal import Conversations

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
