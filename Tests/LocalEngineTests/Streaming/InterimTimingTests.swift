import Speech
import Testing

@testable import LocalEngine

@Suite struct `The time between interims` {
    private func length(_ milliseconds: Int) -> SampleCount { SampleCount(.milliseconds(milliseconds), at: .speech) }

    /// Milliseconds that an interim took, and the waits for the next one: when it had new words, and when it had none.
    @Test(arguments: [(0, 500, 250), (100, 500, 250), (150, 600, 300), (200, 800, 400), (300, 800, 600), (500, 1_000, 1_000), (700, 1_400, 800)])
    func `grows with the time that an interim takes, and leaves half of it to other streams`(took: Int, next: Int, sooner: Int) {
        let timing = InterimTiming()
        #expect(timing.period(after: length(took)) == length(next))
        #expect(timing.soonerPeriod(after: length(took)) == length(sooner))
    }

    @Test(arguments: [(800, 700), (1_000, 500), (1_300, 250), (1_900, 250)])
    func `stays below two seconds while an interim takes less`(took: Int, sooner: Int) {
        let timing = InterimTiming()
        #expect(timing.period(after: length(took)) == length(1_500))
        #expect(timing.soonerPeriod(after: length(took)) == length(sooner))
    }

    @Test(arguments: [2_000, 3_000]) func `leaves half of the time to others again where an interim takes two seconds and more`(took: Int) {
        let timing = InterimTiming()
        #expect(timing.period(after: length(took)) == length(2 * took))
        #expect(timing.soonerPeriod(after: length(took)) == length(2 * took))
    }
}
