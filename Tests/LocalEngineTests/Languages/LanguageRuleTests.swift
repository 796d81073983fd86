import Testing

@testable import LocalEngine

@Suite struct `The language of an utterance that nobody named` {
    /// A text for which the reference does not ask.
    private struct UnknownText: Error { var code: String }

    /// Answers what the rule asks, and returns its verdict with the number of questions.
    private func verdict(_ known: LanguageCase, english: TriedText? = nil) throws -> (verdict: LanguageRule.Verdict, questions: Int) {
        var evidence = LanguageEvidence(seconds: known.seconds, english: english ?? known.english)
        for questions in 0..<8 {
            switch known.rule.next(evidence) {
            case .found(let verdict): return (verdict, questions)
            case .ask(.head): evidence.head = known.head
            case .ask(.forced): evidence.forced = known.forced
            case .ask(.text(let code)):
                guard let text = known.texts[code] else { throw UnknownText(code: code) }
                evidence.texts[code] = text
            }
        }
        throw CancellationError()
    }

    @Test(arguments: LanguageCase.all.indices) func `is told as by the reference`(index: Int) throws {
        var known = LanguageCase.all[index]
        // The reference asks for no text of the language before.
        known.rule.parameters.nearFormer = -.infinity
        switch try verdict(known).verdict {
        case .unknown: #expect(known.expected == nil)
        case .language(let code, let confidence):
            #expect(code == known.expected)
            #expect((0...1).contains(confidence))
        }
    }

    private let german = LanguageCase(
        "de", seconds: 3, former: nil, allowed: nil, english: ("The hinter these portal", -1.1, true), forced: -4,
        head: ["en": -6, "de": -0.01, "fr": -7], texts: ["de": ("der hinter diesem Portal", -0.3, true), "en": ("Behind this gate", -0.9, true)])

    @Test func `needs no other model for plain English`() throws {
        let found = try verdict(german, english: TriedText("I do not know", mean: -0.2))
        #expect(found.questions == 0)
        #expect(found.verdict == .language("en", confidence: 0.99))
    }

    /// The confidence is one in the language, not the probability of the text: clients compare it with thresholds of up to 0.9.
    @Test(arguments: [-0.299, -0.2, -0.01] as [Float]) func `is English with certainty, however probable the plain text`(mean: Float) throws {
        #expect(try verdict(german, english: TriedText("I do not know", mean: mean)).verdict == .language("en", confidence: 0.99))
    }

    @Test func `is English with certainty where the other model can hear the sure text`() throws {
        let short = LanguageCase(
            "en", seconds: 2, former: nil, allowed: nil, english: ("Thank you", -0.33, true), forced: -1, head: ["en": -0.7, "de": -0.9], texts: [:])
        #expect(try verdict(short).verdict == .language("en", confidence: 0.99))
    }

    @Test(arguments: [(-1.5, 0.52...0.6), (-0.6, 0.85...0.9)] as [(Float, ClosedRange<Float>)])
    func `is English with the confidence of the agreement where the other text is poor`(forced: Float, range: ClosedRange<Float>) throws {
        let poor = LanguageCase(
            "en", seconds: 3, former: nil, allowed: nil, english: ("Thank", -1.1, true), forced: forced, head: ["en": -3, "de": -0.1],
            texts: ["de": ("danke sehr", -0.9, true), "en": ("Welcome here", -1.9, true)])
        guard case .language("en", let confidence) = try verdict(poor).verdict else { throw CancellationError() }
        #expect(range.contains(confidence))
    }

    @Test func `is told by Moonshine's text where the other model does not know English`() throws {
        var known = german
        known.head["en"] = nil
        known.forced = -2.2
        #expect(try verdict(known).verdict != .unknown)
        #expect(try verdict(known, english: TriedText("Thank you", mean: -0.3)).verdict == .language("en", confidence: 0.99))
    }

    @Test(arguments: [("I do not", -0.2, true), ("I do not know", -0.31, true), ("I do not know", -0.02, false)] as [(String, Float, Bool)])
    func `asks the other model about short, improbable and looping English`(text: String, mean: Float, hasEnded: Bool) {
        let evidence = LanguageEvidence(seconds: 3, english: TriedText(text, mean: mean, hasEnded: hasEnded))
        #expect(LanguageRule().next(evidence) == .ask(.head))
    }

    @Test func `is not one whose text says the same again and again`() throws {
        var known = german
        guard case .language("de", let confidence) = try verdict(known).verdict else { throw CancellationError() }
        #expect(confidence > 0.9)
        known.texts["de"]?.repeatsItself = true
        #expect(try verdict(known).verdict == .unknown)
    }

    /// Spanish behind Spanish: "y tiene muy poca asistencia". The facts are those of Whisper base.
    private let spanish = LanguageCase(
        "es", seconds: 3.56, former: "es", allowed: nil, english: ("It had been a very focused system", -1.1, true), forced: -4,
        head: ["en": -6.1, "es": -2.85, "pt": -0.16, "it": -3.29],
        texts: [
            "pt": ("e donnem muito pouca assistência.", -0.58, true), "es": ("y tiene muy poca asistencia", -0.43, true),
            "en": ("and have very little assistance.", -0.75, true),
        ])

    private func language(of known: LanguageCase) throws -> String? {
        if case .language(let code, _) = try verdict(known).verdict { code } else { nil }
    }

    @Test func `stays the one before where a kindred one leads it by little and makes the poorer text`() throws {
        #expect(try language(of: spanish) == "es")
    }

    @Test func `stays the one before as surely as if it led, where the model does not know English`() throws {
        var near = spanish
        near.head["en"] = nil
        var leading = near
        leading.head["pt"] = -7
        #expect(try verdict(near).verdict == verdict(leading).verdict)
    }

    @Test func `changes to a kindred one that makes the better text, or leads by more, or follows English or nothing`() throws {
        var known = spanish
        known.texts["es"]?.mean = -0.6
        #expect(try language(of: known) == "pt")
        known = spanish
        known.texts["es"]?.repeatsItself = true
        #expect(try language(of: known) == "pt")
        known = spanish
        known.head["es"] = -3.7
        known.texts["es"] = nil
        #expect(try language(of: known) == "pt", "the text of the one before is not asked for")
        for former in ["en", nil] {
            known.rule.former = former
            #expect(try language(of: known) == "pt")
        }
    }

    @Test func `is none but English outside the allowed ones`() throws {
        var known = german
        known.rule.allowed = ["en", "fr"]
        known.texts["fr"] = TriedText("derrière ce portail", mean: -0.7)
        #expect(try verdict(known).verdict == .unknown)
    }

    @Test func `is found among the likely ones, and elsewhere where the model plainly hears it`() throws {
        var near = german
        near.head = ["en": -6, "de": -0.9, "nl": -0.6]
        #expect(throws: UnknownText.self, "the likeliest is Dutch") { try verdict(near) }
        near.rule.likely = ["de", "fr"]
        guard case .language("de", _) = try verdict(near).verdict else { throw CancellationError() }
        var far = german
        far.rule.likely = ["en", "fr"]
        guard case .language("de", _) = try verdict(far).verdict else { throw CancellationError() }
        far.rule.allowed = ["en", "fr"]
        #expect(try verdict(far).verdict == .unknown, "what is not allowed is not found, however likely")
    }

    @Test func `loses the penalty of an unusable language when it is allowed by name`() {
        let head: [String: Float] = ["en": -1, "cy": -1, "ca": -2, "de": -3]
        #expect(LanguageRule().scores(head) == ["en": 0, "cy": -4, "ca": -3.5, "de": -3])
        #expect(LanguageRule(allowed: ["cy", "ca"], former: "cy").scores(head) == ["en": 0, "cy": 0.5, "ca": -2])
    }
}
