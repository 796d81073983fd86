import Testing

@testable import LocalEngine

@Suite struct `Look rule` {
    private func change(_ words: Range<Int>, distance: Float = 0.1, gain: Float, isOrdinary: Bool = false) -> TermChange {
        let place = TermPlace(term: 0, words: words, tokens: words, distance: distance, isOrdinary: isOrdinary)
        return TermChange(place: place, gain: gain, tokens: [])
    }

    @Test(arguments: [
        (Float(0), false, 100, Float(7)), (0.5, false, 100, 4), (0.5, false, 1_000, 4), (0.5, true, 1_000, 1), (0.5, true, 10, 4),
        (0.1, true, 0, 6.4),
    ])
    func `the bar is lower for other sounds, and for ordinary words in long lists`(distance: Float, isOrdinary: Bool, count: Int, bar: Float) {
        #expect(abs(LookRule().bar(change(0..<1, distance: distance, gain: 0, isOrdinary: isOrdinary).place, ofTerms: count) - bar) < 1e-4)
    }

    @Test func `a term goes in when it loses no more than the bar`() {
        let rule = LookRule()
        #expect(rule.accepted([change(0..<1, gain: -6.3)], ofTerms: 1).count == 1)
        #expect(rule.accepted([change(0..<1, gain: -6.5)], ofTerms: 1).isEmpty)
    }

    @Test func `the best goes in first, and never two at one place`() {
        let changes = [change(3..<5, gain: -4), change(4..<6, gain: -2), change(0..<1, gain: -5), change(6..<7, gain: -3)]
        #expect(LookRule().accepted(changes, ofTerms: 3).map(\.place.words) == [0..<1, 4..<6, 6..<7])
    }
}
