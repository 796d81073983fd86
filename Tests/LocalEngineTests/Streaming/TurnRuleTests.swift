import Speech
import Testing

@testable import LocalEngine

@Suite struct `A turn that may be over` {
    @Test(arguments: [(0.9, 2.0), (1, 2), (1, 5)] as [(Float, Double)])
    func `is over at the longest silence only, when no confidence is enough`(confidence: Float, longest: Double) {
        let timing = StreamTiming(
            endpointing: .milliseconds(300), turn: TurnRule(confidence: confidence, maximumSilence: .seconds(longest)))
        var turn = TurnState()
        turn.saidWords()
        turn.paused(at: .zero, judgment: 1)
        turn.judged(1, 0.99)
        #expect(turn.isOver(at: SampleIndex(seconds: 1.5, at: .speech), timing) == (confidence < 1))
        #expect(turn.isOver(at: SampleIndex(seconds: longest, at: .speech), timing))
    }

    @Test func `is, as soon as the client is content with less`() throws {
        var machine = UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: .milliseconds(300)), wantsInterims: false)
        var said: [UtteranceMachine.Action] = []
        func hear(_ windows: Int, _ probability: Float) {
            for _ in 0..<windows { said += machine.receive(SampleCount(512)) + machine.heard(probability, power: probability / 100) }
        }
        hear(30, 1)
        hear(14, 0)
        for action in said {
            switch action {
            case .recognize(let request):
                let word = SegmentResult.Word(text: "and", confidence: 0.9, tokens: [Token(1)], range: request.speech)
                _ = machine.recognized(request.id, SegmentResult(words: [word]), took: .zero)
            case .judge(let id, _, _): _ = machine.judged(id, 0.45)
            case .event, .cancel, .finished, .fellBehind: break
            }
        }
        #expect(machine.update(StreamTiming(endpointing: .milliseconds(300))).isEmpty)
        let eager = machine.update(StreamTiming(endpointing: .milliseconds(300), turn: TurnRule(confidence: 0.4)))
        guard eager.count == 1, case .event(.turnEnded) = eager[0] else {
            Issue.record("\(eager)")
            return
        }
    }
}
