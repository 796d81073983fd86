import Speech
import Testing

@testable import LocalEngine

@Suite struct `The languages of a recording` {
    private func range(_ start: Int, _ seconds: Int) -> SampleRange {
        SampleRange(SampleIndex(16_000 * start), count: SampleCount(.seconds(seconds), at: .speech))
    }

    @Test func `are told by the one of most of the speech, with its mean confidence`() {
        var tally = LanguageTally()
        #expect(tally.isEmpty && tally.main == nil)
        tally.add(.english, confidence: 0.9, model: "m", range(0, 5))
        tally.add(LanguageTag("de"), confidence: 0.8, model: "w", range(6, 4))
        tally.add(LanguageTag("de"), confidence: 0.5, model: "w", range(12, 2))
        #expect(tally.main?.language == LanguageTag("de") && tally.main?.model == "w")
        #expect(abs((tally.main?.confidence ?? 0) - 0.7) < 0.001)
    }

    @Test func `are told by the first of two that are as long`() {
        var tally = LanguageTally()
        tally.add(LanguageTag("fr"), confidence: 0.9, model: "w", range(0, 5))
        tally.add(.english, confidence: 0.9, model: "m", range(6, 5))
        #expect(tally.main?.language == LanguageTag("fr"))
    }

    @Test func `are told by the speech of all models together`() {
        var tally = LanguageTally()
        tally.add(.english, confidence: 0.9, model: "m", range(0, 4))
        tally.add(LanguageTag("de"), confidence: 0.8, model: "w", range(6, 5))
        tally.add(.english, confidence: 0.5, model: "w", range(12, 2))
        #expect(tally.main?.language == .english && tally.main?.model == "m")
        #expect(abs((tally.main?.confidence ?? 0) - 4.6 / 6) < 0.001)
    }

    @Test func `are unknown only if no speech has a language`() {
        var tally = LanguageTally()
        tally.addUnknown(range(3, 2))
        tally.addUnknown(range(9, 1))
        #expect(tally.main?.language == .undetermined && tally.main?.confidence == 0)
        tally.add(.english, confidence: 0.9, model: "m", range(20, 1))
        #expect(tally.main?.language == .english)
        #expect(tally.notices == [.unknownLanguage(count: 2, total: .seconds(3), first: .seconds(3))])
    }
}
