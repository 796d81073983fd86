import Testing

@testable import LocalEngine

@Suite struct `Pronunciation of words` {
    private func names(_ text: String) -> String {
        TestTerms.dictionary.sound(of: text).phones.map { PhoneCosts.names[Int($0)] }.joined(separator: " ")
    }

    @Test(arguments: [
        ("narcotic", "N AA R K AA T IH K"), ("Narcotic,", "N AA R K AA T IH K"), ("a", "AH"), ("post mortem", "P OW S T M AO R T AH M"),
        ("the the", "DH AH DH AH"), ("", ""),
    ])
    func `words of the dictionary sound as the dictionary says`(text: String, phones: String) {
        #expect(names(text) == phones)
        #expect(TestTerms.dictionary.sound(of: text).isKnown)
    }

    @Test func `other words sound by rules, and are told`() {
        #expect(names("chibbick") == LetterToPhone.phones(of: "chibbick").joined(separator: " "))
        #expect(!TestTerms.dictionary.sound(of: "post chibbick").isKnown)
    }

    @Test func `abbreviations in capitals are spelled`() {
        #expect(names("ABC") == "AH B IY S IY")
    }

    @Test func `a dictionary without an end of line is read to its end`() {
        let dictionary = Pronunciations(Array("one W AH N\ntwo T UW".utf8))
        #expect(dictionary.phones(of: "two")?.count == 2)
        #expect(dictionary.phones(of: "tw") == nil)
        #expect(Pronunciations([]).phones(of: "one") == nil)
    }

    @Test(arguments: [
        ("K AE T", "K AE T", Float(0)), ("P AE T", "B AE T", 0.35), ("K AE T S", "K AE T", 0.8), ("AE T", "HH AE T", 0.4), ("ER", "R", 0.4),
        ("IY", "K", 1.3), ("IY AO", "IY AO R", 0.5), ("M", "S", 1), ("AA", "OY", 0.5), ("T", "AA", 1.1),
    ])
    func `the distance counts confusions and phones that only one has`(heard: String, term: String, cost: Float) {
        func phones(_ text: String) -> [Phone] { text.split(separator: " ").compactMap { PhoneCosts.number(of: $0) } }
        var distance = PhoneDistance(to: phones(term))
        var bound: Float = 0
        for phone in phones(heard) { bound = distance.hear(phone) }
        #expect(abs(distance.cost - cost) < 1e-5)
        #expect(bound <= distance.cost)
    }
}
