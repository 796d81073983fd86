import LocalEngine
import Speech
import Testing

@Suite struct `The history of pauses` {
    /// Returns the history of pauses of these lengths in milliseconds.
    private func history(_ pauses: [Int]) -> PauseHistory {
        var history = PauseHistory(), position = SampleIndex.zero
        for pause in pauses {
            history.paused(at: position)
            for window in 0...pause / 32 { history.passed(position + SampleCount(window * 512)) }
            position += SampleCount(pause * 16)
            history.resumed(at: position)
            position += SampleCount(16_000)
        }
        return history
    }

    @Test(
        arguments: [
            ([], false), ([1_600], false), ([1_600, 1_600], true), ([500, 500, 1_600, 1_600], true),
            ([500, 500, 500, 500, 500, 500, 1_600, 1_600], false),
            ([300, 300, 300, 300, 300, 300, 1_600, 1_600], true), ([1_600, 1_600, 500, 500, 500, 500, 500, 500, 500, 500], false),
            ([500, 500, 500, 500, 500, 500, 500, 500, 1_600, 1_600, 1_600, 1_600, 1_600], true), ([990, 990, 990], false),
            ([1_600, 1_600, 419, 419, 419, 419, 419, 419], true), ([1_600, 1_600, 420, 420, 420, 420, 420, 420], false),
        ] as [([Int], Bool)])
    func `allows early finals where pauses have been ends`(pauses: [Int], allows: Bool) {
        #expect(history(pauses).allowsEarly(PauseHistory.Rule()) == allows)
    }

    @Test func `does not matter to those who want words soon`() {
        #expect(history([500, 500]).allowsEarly(nil))
    }

    @Test func `counts a pause once`() {
        var history = PauseHistory()
        history.paused(at: .zero)
        for second in 1...9 { history.passed(SampleIndex(second * 16_000)) }
        history.resumed(at: SampleIndex(160_000))
        #expect(!history.allowsEarly(PauseHistory.Rule()))
    }
}
