import Speech
import Testing

@testable import LocalEngine

@Suite struct `The time between interims` {
    /// Milliseconds that an interim took, and the waits for the next one: when it had new words, and when it had none.
    @Test(arguments: [(0, 500, 250), (100, 500, 250), (150, 600, 300), (200, 800, 400), (300, 800, 600), (1_000, 2_000, 2_000)])
    func `grows with the time that an interim takes, and leaves half of it to other streams`(took: Int, next: Int, sooner: Int) {
        func length(_ milliseconds: Int) -> SampleCount { SampleCount(.milliseconds(milliseconds), at: .speech) }
        let timing = InterimTiming()
        #expect(timing.period(after: length(took)) == length(next))
        #expect(timing.soonerPeriod(after: length(took)) == length(sooner))
    }
}
