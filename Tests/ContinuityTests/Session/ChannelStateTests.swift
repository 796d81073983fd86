import Speech
import Testing

@testable import Continuity

/// Which of what others than the last source have said a channel remembers.
@Suite struct `A channel` {
    private let said = [Word("one", SampleRange(SampleIndex(0), SampleIndex(8_000)), confidence: 1)]
    private let gone = LegID(1)
    private let settings = ChannelSettings(.init(rate: .speech, engines: []), reach: .zero)

    /// Leg 0 speaks, and leg 1 has said the same.
    private func channel() -> ChannelState {
        var channelState = ChannelState(.first, .failover, settings)
        channelState.spans = [TimelineSpan(start: .zero, sources: [])]
        channelState.change(to: .leg(LegID(0)), behind: [], hasTimes: true)
        channelState.remember(said, of: .leg(gone))
        return channelState
    }

    private func remembered(_ channelState: ChannelState, of source: WordSource) -> [Word]? {
        channelState.context(of: source, EngineName("engine"), from: .zero, hasTimes: true)?.earlier.map(\.word)
    }

    @Test func `remembers what others have said, whoever is gone, for it may wait for a repair`() {
        var channelState = channel()
        channelState.remember(said, of: .repair(RepairID(0)))
        channelState.forget(gone)
        #expect(remembered(channelState, of: .leg(gone)) == said)
        #expect(remembered(channelState, of: .repair(RepairID(0))) == said)
    }

    @Test func `forgets those who said something longest ago`() {
        var channelState = channel()
        for number in 0..<32 { channelState.remember(said, of: .repair(RepairID(number))) }
        #expect(remembered(channelState, of: .leg(gone)) == [])
        #expect((0..<32).allSatisfy { remembered(channelState, of: .repair(RepairID($0))) == said })
    }

    private func isCompared(_ channelState: ChannelState, hasTimes: Bool = true) -> Bool {
        if case .some = channelState.context(of: .leg(gone), EngineName("engine"), from: .zero, hasTimes: hasTimes) { true } else { false }
    }

    @Test func `is compared with nothing where all that is committed is silent`() {
        var channelState = ChannelState(.first, .failover, settings)
        #expect(!isCompared(channelState), "nothing is committed")
        _ = channelState.stitcher.accept(
            Hypothesis(range: SampleRange(.zero, SampleIndex(8_000)), words: []), reason: .pause, from: EngineName("first"))
        // Its engine places it a little early: it is new all the same.
        let early = [Word("one", SampleRange(SampleIndex(6_000), SampleIndex(8_500)), confidence: 1)]
        let context = channelState.context(of: .leg(gone), EngineName("engine"), from: .zero, hasTimes: true)
        #expect(channelState.stitcher.fresh(early, seam: context) == early)
        #expect(!isCompared(channelState, hasTimes: false), "all words are new of which nobody knows where they lie")
    }

    @Test func `has no words of a final where those of the one before lie, which its engine said to end a little early`() {
        func range(_ start: Double, _ end: Double) -> SampleRange {
            SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
        }
        var channelState = channel()
        channelState.speech.add(range(0.07, 0.17))
        channelState.speech.add(range(0.5, 0.6))
        let leg = LegID(0), next = range(0.06, 0.54)
        channelState.placed(range(0, 0.06), of: leg)
        #expect(channelState.spread(said, over: next, of: leg).map(\.range) == [range(0.5, 0.54)])
        #expect(channelState.spread(said, over: next, of: gone).map(\.range) == [range(0.07, 0.17)], "it has said nothing before")
        channelState.forget(leg)
        #expect(channelState.spread(said, over: next, of: leg).map(\.range) == [range(0.07, 0.17)])
    }
}
