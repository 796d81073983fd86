import LocalEngine
import Speech
import Testing

@Suite struct `A stream's timing` {
    @Test func `leaves turns to the engine when nobody asks for more`() {
        let timing = StreamTiming(endpointing: .milliseconds(300))
        #expect(timing.turnSilence == timing.endpointing)
        #expect(timing.shortTimeout == SampleCount(.seconds(1), at: .speech))
        #expect(timing.longTimeout == SampleCount(.milliseconds(1_500), at: .speech))
    }

    @Test(arguments: [
        (TurnRule(minimumSilence: .milliseconds(800)), 800, 1_000, 1_500), (TurnRule(maximumSilence: .milliseconds(500)), 300, 500, 500),
        (TurnRule(minimumSilence: .milliseconds(800), maximumSilence: .milliseconds(3_600)), 800, 1_000, 3_600),
        (TurnRule(minimumSilence: .seconds(2), maximumSilence: .seconds(1)), 2_000, 2_000, 2_000),
    ])
    func `ends turns as clients ask`(rule: TurnRule, sure: Int, nearly: Int, longest: Int) {
        let timing = StreamTiming(endpointing: .milliseconds(300), turn: rule)
        #expect(timing.turnSilence == SampleCount(.milliseconds(sure), at: .speech))
        #expect(timing.shortTimeout == SampleCount(.milliseconds(nearly), at: .speech))
        #expect(timing.longTimeout == SampleCount(.milliseconds(longest), at: .speech))
    }

    @Test(arguments: [
        (TurnRule(), 700), (TurnRule(maximumSilence: .milliseconds(500)), 500), (TurnRule(maximumSilence: .seconds(2)), 700),
        (TurnRule(finalSilence: .milliseconds(300)), 300),
    ])
    func `holds a phrase that goes on no longer than clients ask`(rule: TurnRule, hold: Int) {
        #expect(StreamTiming(endpointing: .milliseconds(300), turn: rule).hold == SampleCount(.milliseconds(hold), at: .speech))
    }

    @Test(arguments: [(Float(0), Float(0.05)), (0.7, 0.7), (1, 1)])
    func `must be as sure as clients ask`(asked: Float, kept: Float) {
        #expect(StreamTiming(endpointing: .zero, turn: TurnRule(confidence: asked)).completeness == kept)
    }
}
