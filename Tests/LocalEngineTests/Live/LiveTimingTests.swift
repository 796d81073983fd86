import LocalEngine
import Speech
import Testing

@Suite struct `The timing of live finals` {
    private func milliseconds(_ count: SampleCount) -> Int { Int(count.samples / 16) }

    @Test(arguments: [nil, 0, 10, 25, 99])
    func `is that of captions when no pause is asked for`(endpointing: Int?) {
        let timing = LiveTiming(endpointing: endpointing.map { .milliseconds($0) })
        #expect(milliseconds(timing.early) == 300)
        #expect(milliseconds(timing.judgment) == 268)
        #expect(milliseconds(timing.late) == 864)
        #expect(milliseconds(timing.lateBehindEnds) == 800)
        #expect(timing.draftEvery.map(milliseconds) == 1_500)
        #expect(timing.history != nil)
        #expect([timing.late, timing.lateBehindEnds].allSatisfy { timing.isOver(silence: $0, nil) })
    }

    @Test(arguments: [
        (100, 300, 768), (300, 300, 768), (400, 400, 768), (700, 700, 768), (860, 860, 860), (1_200, 1_200, 1_200), (2_000, 2_000, 2_000),
    ])
    func `is quick when somebody waits for the words`(endpointing: Int, early: Int, late: Int) {
        let timing = LiveTiming(endpointing: .milliseconds(endpointing))
        #expect(milliseconds(timing.early) == early)
        #expect(milliseconds(timing.late) == late)
        #expect(timing.lateBehindEnds == timing.late)
        #expect(timing.history == nil)
    }

    @Test(
        arguments: [nil, 0, 25, 99, 100, 400, 768, 800, 864, 1_000, 1_999, 2_000, 2_001, 60_000],
        [
            TurnRule(), TurnRule(minimumSilence: .milliseconds(900)), TurnRule(maximumSilence: .milliseconds(100)),
            TurnRule(maximumSilence: .seconds(5)), TurnRule(confidence: 0.5),
        ])
    func `waits least behind ends`(endpointing: Int?, rule: TurnRule) {
        let asked = LiveTiming(endpointing: endpointing.map { .milliseconds($0) }, turn: rule)
        for timing in [asked, asked.lookingOnce()] {
            #expect(timing.look <= timing.early && timing.early <= timing.lateBehindEnds)
            #expect(min(timing.look, timing.early) <= timing.judgment && timing.judgment <= timing.early)
            #expect(timing.lateBehindEnds <= timing.late && timing.late <= SampleCount(TurnRule.longestHold, at: .speech))
            // Quick finals have one limit.
            #expect(timing.history != nil || timing.lateBehindEnds == timing.late)
        }
    }

    @Test(arguments: [5_000, 3_600_000, Int.max / 2_000_000])
    func `holds no words back for a pause that never comes`(endpointing: Int) {
        let timing = LiveTiming(endpointing: .milliseconds(endpointing))
        #expect(milliseconds(timing.late) == 2_000)
        #expect(!timing.isOver(silence: timing.late, 1))
        #expect(timing.isOver(silence: SampleCount(.seconds(3_600), at: .speech), nil))
    }

    @Test(arguments: [
        (TurnRule(minimumSilence: .milliseconds(160)), 400, 400, 768, 768), (TurnRule(minimumSilence: .milliseconds(560)), 400, 560, 768, 768),
        (TurnRule(maximumSilence: .milliseconds(500)), 300, 300, 500, 500), (TurnRule(maximumSilence: .milliseconds(2_400)), 400, 400, 768, 2_400),
        (TurnRule(minimumSilence: .milliseconds(200), maximumSilence: .milliseconds(200)), 200, 200, 200, 200),
        (TurnRule(maximumSilence: .milliseconds(100)), 300, 160, 160, 300),
        (TurnRule(finalSilence: .seconds(5)), 5_000, 2_000, 2_000, 5_000),
    ])
    func `follows the client's rule of turns`(rule: TurnRule, endpointing: Int, early: Int, late: Int, turn: Int) {
        let timing = LiveTiming(endpointing: .milliseconds(endpointing), turn: rule)
        #expect(milliseconds(timing.early) == early)
        #expect(milliseconds(timing.late) == late)
        #expect(milliseconds(timing.longestTurn) == turn)
        #expect(timing.history == nil)
    }

    @Test(arguments: [
        (TurnRule(minimumSilence: .milliseconds(200), maximumSilence: .milliseconds(200)), 200, 260, 260, 200), (TurnRule(), 300, 300, 768, 768),
        (TurnRule(), 0, 300, 864, 800),
    ])
    func `sends nothing before the only look of models whose readings are dear`(
        rule: TurnRule, endpointing: Int, early: Int, late: Int, turn: Int
    ) {
        let timing = LiveTiming(endpointing: .milliseconds(endpointing), turn: rule).lookingOnce()
        #expect(milliseconds(timing.look) == 260)
        #expect(timing.lookAgain == nil)
        #expect(timing.draftEvery == nil)
        #expect(milliseconds(timing.early) == early)
        #expect(timing.judgment == timing.early)
        #expect(milliseconds(timing.late) == late)
        #expect(milliseconds(timing.longestTurn) == turn)
    }

    /// A window is cut at one and a half of a delay below 4 s, and at a pause when it is nearly as long as the delay.
    @Test(arguments: [
        (TurnRule(), 14_000, 9_000), (TurnRule(longestDelay: .seconds(20)), 14_000, 9_000), (TurnRule(longestDelay: .seconds(4)), 14_000, 9_000),
        (TurnRule(longestDelay: .milliseconds(3_500)), 5_250, 3_375),
        (TurnRule(longestDelay: .milliseconds(700)), 4_500, 2_892),
    ])
    func `cuts speech sooner where words are wanted sooner`(rule: TurnRule, cut: Int, soft: Int) {
        for timing in [LiveTiming(turn: rule), LiveTiming(turn: rule).lookingOnce()] {
            #expect(milliseconds(timing.cutLength) == cut)
            #expect(milliseconds(timing.softLength) == soft)
            #expect(timing.beforeCut + timing.behindCut + timing.cutDraft <= timing.cutLength)
        }
    }

    @Test func `ends turns by silence alone when no confidence is enough`() {
        let timing = LiveTiming(endpointing: .milliseconds(300), turn: TurnRule(confidence: 1, maximumSilence: .seconds(2)))
        #expect(!timing.isOver(silence: SampleCount(.milliseconds(1_900), at: .speech), 1))
        #expect(timing.isOver(silence: SampleCount(.seconds(2), at: .speech), nil))
    }

    @Test func `ends turns sooner the more complete they sound`() {
        let timing = LiveTiming(endpointing: .milliseconds(300), turn: TurnRule(maximumSilence: .seconds(2)))
        func isOver(_ milliseconds: Int, _ probability: Float?) -> Bool {
            timing.isOver(silence: SampleCount(.milliseconds(milliseconds), at: .speech), probability)
        }
        #expect(isOver(300, 0.6))
        #expect(!isOver(290, 0.6))
        #expect(!isOver(1_000, 0.25))
        #expect(isOver(1_500, 0.25))
        #expect(!isOver(1_500, nil))
    }
}
