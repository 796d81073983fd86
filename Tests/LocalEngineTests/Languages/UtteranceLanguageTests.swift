import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `An utterance whose language nobody named` {
    private func decoded(_ text: String, mean: Float, _ stop: Decoded.Stop = .end) -> WhisperDecoded {
        let words = text.split(separator: " ").enumerated().map { DecodedWord(text: String($1), confidence: 1, tokens: $0..<$0 + 1) }
        return WhisperDecoded(words: words, mean: mean, stop: stop)
    }

    @Test func `keeps the mean of a doubled text whose second try has no words`() {
        let first = decoded("so it goes so it goes", mean: -0.4)
        let kept = UtteranceLanguage.evidence(WhisperDecoded(stop: .end), after: first)
        #expect(kept.text.isEmpty && kept.mean == -0.4 && !kept.hasEnded)
    }

    @Test func `takes the second try of a doubled text, and a first try as it is`() {
        let first = decoded("so it goes so it goes", mean: -0.4), second = decoded("so it goes", mean: -0.2)
        let again = UtteranceLanguage.evidence(second, after: first)
        #expect(again == TriedText("so it goes", mean: -0.2))
        #expect(UtteranceLanguage.evidence(first, after: first) == TriedText("so it goes so it goes", mean: -0.4))
        #expect(!UtteranceLanguage.evidence(decoded("so", mean: -0.1, .repetition), after: first).hasEnded)
    }

    @Test(arguments: [(1, false), (2, false), (3, true), (4, true)]) func `takes a text for a loop from three rounds on`(rounds: Int, isLoop: Bool) {
        let refrain = "and so we go on with the work until the night is over my friend"
        let text = Array(repeating: refrain, count: rounds).joined(separator: " ")
        #expect(RepeatedText.isLoop(text) == isLoop)
        #expect(UtteranceLanguage.evidence(decoded(text, mean: -0.3), after: decoded(text, mean: -0.3)).repeatsItself == isLoop)
    }

    @Test func `takes no short text for a loop`() {
        #expect(!RepeatedText.isLoop("") && !RepeatedText.isLoop("ja ja ja ja ja ja ja"))
    }

    @Test func `hears nothing only where neither model hears speech`() {
        #expect(utterance("", mean: -0.5).foundWithoutWords(isSilent: true) == .nothing)
        #expect(utterance("thank you", mean: -0.5).foundWithoutWords(isSilent: true) == .unknown)
        #expect(utterance("", mean: -0.5).foundWithoutWords(isSilent: false) == .unknown)
    }

    private func utterance(_ text: String, mean: Float, _ stop: Decoded.Stop = .end) -> UtteranceLanguage {
        let words = text.split(separator: " ").enumerated().map { DecodedWord(text: String($1), confidence: 1, tokens: $0..<$0 + 1) }
        var heard = Decoded(tokens: [], words: words, stop: stop)
        heard.mean = mean
        return UtteranceLanguage(heard, sampleCount: 32_000)
    }

    @Test func `needs no other model where the English is plain`() {
        let plain = utterance("this is plain enough", mean: -0.1)
        #expect(plain.knownVerdict(LanguageRule()) == .language("en", confidence: 0.99))
        #expect(plain.knownVerdict(LanguageRule(former: "de")) == .language("en", confidence: 0.99))
        #expect(plain.evidence.seconds == 2)
    }

    @Test func `needs the other model where the English is short, improbable or endless`() {
        for doubtful in [
            utterance("too short", mean: -0.1), utterance("this is not plain", mean: -0.9), utterance("and on and on", mean: 0, .budget),
        ] {
            #expect(doubtful.knownVerdict(LanguageRule()) == nil)
        }
    }
}

/// The weights are random; what is asked, and how often, is not.
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"))
struct `An utterance that two models hear` {
    private let whisper: WhisperRecognizer
    private let samples: [Float]

    init() throws {
        whisper = try RandomWhisper.shared.get().recognizer()
        samples = try TestModels.samples("cards/003.wav")
    }

    private func doubtful() -> UtteranceLanguage {
        var heard = Decoded(tokens: [], words: [DecodedWord(text: "queen", confidence: 0.5, tokens: 0..<1)], stop: .end)
        heard.mean = -0.8
        return UtteranceLanguage(heard, sampleCount: samples.count)
    }

    @Test func `has what the other model says of it as evidence`() throws {
        var utterance = doubtful(), ear = WhisperEar(whisper, samples)
        let verdict = try utterance.verdict(LanguageRule(), &ear) { true }
        #expect(verdict != nil && verdict == utterance.knownVerdict(LanguageRule()))
        let hearing = try whisper.hear(samples.span)
        #expect(try utterance.evidence.head == whisper.languages(of: hearing))
        #expect(try utterance.evidence.forced == whisper.score("queen", of: hearing, language: "en"))
    }

    @Test func `has no verdict when the work was cancelled`() throws {
        var utterance = doubtful(), ear = WhisperEar(whisper, samples), steps = 0
        let verdict = try utterance.verdict(LanguageRule(), &ear) {
            steps += 1
            return steps < 3
        }
        #expect(verdict == nil)
    }

    @Test func `has its text with times, and no text in a language that was not asked for`() throws {
        var utterance = doubtful(), ear = WhisperEar(whisper, samples)
        _ = try utterance.verdict(LanguageRule(allowed: ["de"]), &ear) { true }
        let french = try utterance.text(in: "fr", &ear), german = try utterance.text(in: "de", &ear)
        #expect(french == nil)
        if let german, !german.tokens.isEmpty { #expect(german.starts != nil) }
    }
}
