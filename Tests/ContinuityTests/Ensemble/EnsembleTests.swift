import Speech
import Testing

@testable import Continuity

@Suite struct `An ensemble` {
    private let now = Instant.now

    private func word(_ text: String, _ start: Int, _ end: Int) -> Word {
        Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 1)
    }

    private func final(_ words: [Word], _ start: Int, _ end: Int) -> Ensemble.Final {
        Ensemble.Final(words: words, start: SampleIndex(start), end: SampleIndex(end), reason: .length, at: now)
    }

    private func ensemble() -> Ensemble {
        var ensemble = Ensemble()
        ensemble.join(Leg(id: LegID(0), engine: .local, channels: 0..<1, origin: .zero, rate: .speech, limits: .init()), in: 0)
        return ensemble
    }

    @Test func `keeps the rest of a cut word in a final without length`() {
        var ensemble = ensemble()
        ensemble.add(final([word("week", 0, 8_000)], 0, 8_000), ofParticipant: 0)
        ensemble.add(final([word("end", 8_000, 8_000)], 8_000, 8_000), ofParticipant: 0)
        #expect(ensemble.participants[0].words().map(\.text) == ["week", "end"])
    }

    @Test func `drops a final without length that is said again`() {
        var ensemble = ensemble()
        ensemble.add(final([word("week", 0, 8_000)], 0, 8_000), ofParticipant: 0)
        for _ in 0..<2 { ensemble.add(final([word("end", 8_000, 8_000)], 8_000, 8_000), ofParticipant: 0) }
        #expect(ensemble.participants[0].words().map(\.text) == ["week", "end"])
    }

    @Test func `drops a final that is said again`() {
        var ensemble = ensemble()
        for _ in 0..<2 { ensemble.add(final([word("week", 0, 6_000), word("end", 6_000, 8_000)], 0, 8_000), ofParticipant: 0) }
        #expect(ensemble.participants[0].words().map(\.text) == ["week", "end"])
    }
}
