import Testing

@testable import Speakers

@Suite("Speaker rule") struct SpeakerRuleTests {
    @Test func `wants a margin that is smaller than its distance`() {
        let rule = SpeakerRule()
        #expect(rule.margin > 0 && rule.margin < rule.distance)
    }
}
