import Speech
import Testing

@testable import Admission

@Suite struct `What a user may say to push-to-talk in a day` {
    private let user = ID<User>("u")
    private func time(_ seconds: Int64) -> UnixTime { UnixTime(milliseconds: seconds * 1_000) }

    @Test func `is two hours, and comes back a day after it was spent`() {
        let budget = VoiceBudget()
        for hour in 0..<2 { budget.spend(.seconds(3_599), by: user, now: time(Int64(hour) * 3_600)) }
        #expect(budget.wait(for: user, now: time(7_200)) == nil)
        budget.spend(.seconds(2), by: user, now: time(7_200))
        #expect(budget.wait(for: user, now: time(7_200)) == .seconds(86_400 - 7_200))
        #expect(budget.wait(for: user, now: time(86_399)) == .seconds(1))
        #expect(budget.wait(for: user, now: time(86_400)) == nil)
    }

    @Test func `is each user's own`() {
        let budget = VoiceBudget()
        budget.spend(.seconds(8_000), by: user, now: time(0))
        #expect(budget.wait(for: user, now: time(1)) != nil)
        #expect(budget.wait(for: ID("another"), now: time(1)) == nil)
    }
}
