import HarkenTesting
import Speech
import Testing
import TextNormalization

extension SaidBefore.Part {
    fileprivate static func said(_ text: String, isWhole: Bool) -> Self {
        Self(text.split(separator: " ").map { Word(String($0), SampleRange(.zero, .zero), confidence: 1) }, isWhole: isWhole)
    }
}

@Suite struct `Redacted words` {
    private func said(_ text: String, from start: Int64 = 0) -> [Word] {
        text.split(separator: " ").enumerated().map { index, word in
            let begin = SampleIndex(start + Int64(index) * 10)
            return Word(String(word), SampleRange(begin, count: SampleCount(10)), confidence: 0.5)
        }
    }

    private func text(_ words: [Word]) -> String { words.map(\.text).joined(separator: " ") }

    @Test(arguments: [
        ("my card is 4242 4242 4242 4242 okay", "my card is [card_number] okay"),
        ("four two four two four two four two four two four two four two four two", "[card_number]"),
        ("my card number is double four one one, um, one one one one one one one one one one one one", "my card number is [card_number]"),
        ("it expires oh four slash twenty eight and the cvv is one two three.", "it expires [card_expiry] and the cvv is [card_code]."),
        ("my social security number is 123-45-6789.", "my social security number is [social_security_number]."),
        ("the routing number is oh two one oh oh oh oh two one", "the routing number is [account_number]"),
        ("IBAN G B 29 N W B K 6016 1331 9268 19 please", "IBAN [account_number] please"),
        ("call me at four one five, five five five, oh one double nine", "call me at [phone_number]"),
        ("write to jane dot doe at gmail dot com today", "write to [email_address] today"),
        ("write to jane.doe@example.com.", "write to [email_address]."),
        ("I live at forty two Maple Street in Boston", "I live at [street_address] in Boston"),
        ("I was born on the fourth of July nineteen eighty", "I was born on the [date_of_birth]"),
        ("my name is Jane Doe and I am here", "my name is [person_name] and I am here"),
        ("I paid four hundred dollars for 16 chairs in 2019", "I paid four hundred dollars for 16 chairs in 2019"),
        ("the order number is 1234567890 and flight 815 is late", "the order number is 1234567890 and flight 815 is late"),
        ("we will meet at half past three in May", "we will meet at half past three in May"),
    ])
    func `hide what is sensitive, and nothing else`(spoken: String, expected: String) {
        #expect(text(StreamRedactor.redact(said(spoken), RedactionRule(.personal))) == expected)
    }

    @Test func `have one label for an entity, with its times`() throws {
        let words = StreamRedactor.redact(said("card 4242 4242 4242 4242 okay"), RedactionRule(.cards))
        #expect(words.map(\.range) == [0..<10, 10..<50, 50..<60].map { SampleRange(SampleIndex($0.lowerBound), SampleIndex($0.upperBound)) })
    }

    @Test func `have the vendor's form`() {
        let names: [SensitiveKind: String] = [.cardNumber: "CREDIT_CARD"]
        let numbered = RedactionRule(.cards, form: .labels(names, isNumbered: true))
        let spoken = said("card 4242 4242 4242 4242, or card 4111111111111111.")
        #expect(text(StreamRedactor.redact(spoken, numbered)) == "card [CREDIT_CARD_1], or card [CREDIT_CARD_2].")
        #expect(
            text(StreamRedactor.redact(said("I'm Jane, the cvv is 123."), RedactionRule(.personal, form: .hashes))) == "I'm ####, the cvv is ###.")
    }

    @Test func `hide an entity in all finals that it is said in`() {
        var redactor = StreamRedactor(RedactionRule(.cards, form: .labels([:], isNumbered: true)))
        #expect(text(redactor.redact(final: said("my card is four two four"))) == "my card is [card_number_1]")
        #expect(redactor.hidden == [SampleRange(SampleIndex(30), SampleIndex(60))])
        #expect(text(redactor.redact(final: said("two 4242"))) == "[card_number_1]")
        #expect(text(redactor.redact(final: said("4242 42 four two thank you"))) == "[card_number_1] thank you")
        #expect(text(redactor.redact(final: said("I have two cats"))) == "I have two cats")
    }

    @Test(
        arguments: [
            // What is hidden before may be the beginning of the number.
            (SaidBefore.Part.said("it's [card_number]", isWhole: true), "4242 4242 thanks", "[card_number] thanks"),
            (.said("it's [CREDIT_CARD_1],", isWhole: true), "uh 4242 4242 thanks", "uh [card_number] thanks"),
            (.said("it's #### ####", isWhole: true), "four two four two thanks", "[card_number] thanks"),
            // What is missing may be the beginning of the number.
            (.said("", isWhole: false), "4242 4242 thanks", "[card_number] thanks"),
            (.said("so that's it", isWhole: false), "two two okay now", "[card_number] okay now"),
            // What was said before the words that are known may be the beginning of the number.
            (.said("", isWhole: true), "4242 4242 thanks", "[card_number] thanks"),
            (.said("uh", isWhole: true), "4242 4242 thanks", "[card_number] thanks"),
            (.said("4242", isWhole: true), "4242 thanks", "[card_number] thanks"),
            // A word that was said before tells what the number is.
            (.said("my card number is", isWhole: true), "okay it's 4242 4242 yes okay", "okay it's [card_number] yes okay"),
            // Nothing before tells that this is the end of a number.
            (.said("so that's it", isWhole: true), "4242 4242 thanks", "4242 4242 thanks"),
            (.said("it's [card_number] thanks", isWhole: true), "two cats came", "two cats came"),
            (.said("I am [person_name]", isWhole: true), "two cats came", "two cats came"),
            (.said("", isWhole: false), "fifty dollars please", "fifty dollars please"),
            (.said("", isWhole: false), "I have two cats", "I have two cats"),
        ] as [(SaidBefore.Part, String, String)])
    func `go on behind the words of an earlier session`(before: SaidBefore.Part, spoken: String, expected: String) {
        var redactor = StreamRedactor(RedactionRule(.cards), behind: before)
        let interim = text(redactor.redact(interim: said(spoken)))
        #expect(interim == expected)
        #expect(text(redactor.redact(final: said(spoken))) == expected)
        #expect(text(redactor.redact(final: said("two cats came"))) == "two cats came")
    }

    @Test func `are hidden where the engine that hid their beginning is replaced`() {
        var redactor = StreamRedactor(RedactionRule(.cards))
        #expect(text(redactor.redact(final: said("it's [CREDIT_CARD_1]"))) == "it's [card_number]")
        #expect(text(redactor.redact(final: said("4242"))) == "[card_number]")
        #expect(text(redactor.redact(final: said("4242 thanks"))) == "[card_number] thanks")
    }

    @Test func `are left out of an interim until they are decided`() {
        let redactor = StreamRedactor(RedactionRule(.personal))
        #expect(text(redactor.redact(interim: said("I have two"))) == "I have")
        #expect(text(redactor.redact(interim: said("I have two cats and"))) == "I have two cats and")
        #expect(text(redactor.redact(interim: said("write to jane dot doe"))) == "write to")
        #expect(text(redactor.redact(interim: said("my card is four two four two"))) == "my card is")
    }

    @Test func `take what an engine has hidden itself for hidden`() {
        var redactor = StreamRedactor(RedactionRule(.cards, form: .hashes))
        #expect(
            text(redactor.redact(final: said("my card is [CREDIT_CARD_1] [CREDIT_CARD_1], okay")))
                == "my card is [######_####_#] [######_####_#], okay")
        #expect(redactor.hidden == [SampleRange(SampleIndex(30), SampleIndex(50))])
    }

    @Test(arguments: [
        (SpeechPart.whole, "4242 4242 is it and it's 4242"), (.beginning, "4242 4242 is it and it's [card_number]"),
        (.later, "[card_number] is it and it's [card_number]"),
    ])
    func `are hidden at the ends of a recording that is a part`(part: SpeechPart, expected: String) {
        let transcript = Transcript(
            rate: .speech, length: SampleCount(200), language: .english, model: "m",
            channels: [.init(words: said("4242 4242 is it and it's 4242"), segments: [])])
        #expect(text(transcript.redacted(RedactionRule(.cards), part: part).channels[0].words) == expected)
    }

    @Test func `keep the segments of a recording`() {
        let words = said("my card is 4242 4242 4242 4242 and that is it")
        let range = { (from: Int64, to: Int64) in SampleRange(SampleIndex(from), SampleIndex(to)) }
        var transcript = Transcript(
            rate: .speech, length: SampleCount(200), language: .english, model: "m",
            channels: [
                .init(words: words, segments: [.init(range: range(0, 50), words: 0..<5), .init(range: range(50, 110), words: 5..<11)])
            ])
        transcript.raw = Array("4242".utf8)
        transcript.channels[0].stretches = [
            RecognizedStretch(words: 0..<5, RecognizerMeasures(noSpeech: 0.1), tokens: [[42]]),
            RecognizedStretch(words: 5..<11, RecognizerMeasures()),
        ]
        let redacted = transcript.redacted(RedactionRule(.cards))
        #expect(redacted.text() == "my card is [card_number] and that is it")
        #expect(redacted.channels[0].segments.map(\.words) == [0..<3, 3..<8])
        #expect(redacted.raw == nil)
        let stretches = redacted.channels[0].stretches
        #expect(stretches.map(\.words) == [0..<3, 3..<8] && stretches.allSatisfy(\.tokens.isEmpty) && stretches[0].measures.noSpeech == 0.1)
        #expect(redacted.channels[0].hidden == [range(30, 70)])
        #expect(transcript.redacted(nil) == transcript)
    }
}

@Suite struct `Redaction of many utterances` {
    /// Utterances of people in one session before another session begins.
    private static let perSession = 10

    @Test(arguments: [26, 27] as [UInt64])
    func `finds what is sensitive, wherever finals are cut`(seed: UInt64) {
        var utterances = SensitiveUtterances(seed: seed)
        let rule = RedactionRule(.personal, form: .hashes)
        var redactor = StreamRedactor(rule)
        var hidden = 0, missed = 0, wrong = 0, shownBefore = 0
        for number in 0..<5_000 {
            if number % Self.perSession == 0 { redactor = StreamRedactor(rule) }
            let finals = utterances.finals(of: utterances.next())
            for (place, final) in finals.enumerated() {
                let words = final.map { Word($0.text, SampleRange(.zero, .zero), confidence: 1) }
                var shown: Set<Int> = []
                for end in 1...words.count {
                    let interim = redactor.redact(interim: Array(words[..<end]))
                    for (index, word) in interim.enumerated() where word.text == words[index].text { shown.insert(index) }
                }
                let redacted = redactor.redact(final: words, endsTurn: utterances.endsTurn() || place == finals.count - 1)
                for (index, word) in final.enumerated() {
                    let isHidden = redacted[index].text != word.text
                    switch word.isSensitive {
                    case true?: if isHidden { hidden += 1 } else { missed += 1 }
                    case false?: if isHidden { wrong += 1 }
                    case nil: break
                    }
                    if word.isSensitive == true, isHidden, shown.contains(index) { shownBefore += 1 }
                }
            }
        }
        let recall = Double(hidden) / Double(hidden + missed), precision = Double(hidden) / Double(hidden + wrong)
        #expect(hidden > 15_000)
        #expect(recall >= 0.995, "recall \(recall)")
        #expect(precision >= 0.98, "precision \(precision)")
        #expect(Double(shownBefore) / Double(hidden) < 0.001, "\(shownBefore) words were in interims")
    }
}
