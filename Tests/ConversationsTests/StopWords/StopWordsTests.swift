import Testing

@testable import Conversations

@Suite struct `Stop words` {
    private func stops(in text: String) -> [String] {
        let forms = text.split(separator: " ").map { StopWords.form(of: $0) }
        return zip(forms, StopWords.flags(of: forms)).filter(\.1).map(\.0)
    }

    @Test(arguments: [
        ("The soldiers on horseback, aren’t they", ["the", "on", "aren't", "they"]), ("die Soldaten zu Pferd", ["die", "zu"]),
        ("die Katze", []), ("a plant may die", ["a"]), ("car crash", []), ("car on fire", ["on"]),
        ("reste à la maison car il pleut", ["à", "la", "car", "il"]),
        ("nada mas", ["nada", "mas"]), ("my fur coat", ["my"]), ("кошка на крыше", ["на"]), ("的 天气", ["的"]), ("1 one two", []), ("", []),
    ])
    func `are those of the language that is spoken`(text: String, expected: [String]) {
        #expect(stops(in: text) == expected)
    }

    @Test func `are each listed once, in the form in which words are compared`() {
        for list in StopWords.lists {
            let words = list.split(separator: " ").map { String($0.hasSuffix("?") ? $0.dropLast() : $0) }
            #expect(Set(words).count == words.count)
            #expect(words.allSatisfy { StopWords.form(of: $0) == $0 && !$0.contains(where: \.isNewline) }, "\(words.prefix(3))")
        }
        #expect(StopWords.lists.count <= 64, "the languages of a word are bits")
    }
}
