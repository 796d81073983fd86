import LocalEngine
import Speech
import Testing

@Suite struct `A turn that may be over` {
    @Test(arguments: [(0.9, 1.0, 2.0), (1, 2, 2), (1, 5, 5)] as [(Float, Double, Double)])
    func `is over at the longest silence only, when no confidence is enough`(confidence: Float, longest: Double, end: Double) throws {
        let rule = TurnRule(confidence: confidence, maximumSilence: .seconds(longest))
        var machine = UtteranceMachine(
            channel: .first, timing: StreamTiming(endpointing: .milliseconds(300), turn: rule), wantsInterims: false)
        var silence = 0, ended: Double?
        func hear(_ probability: Float) {
            var said = machine.receive(SampleCount(512)) + machine.heard(probability, power: probability / 100)
            while !said.isEmpty {
                switch said.removeFirst() {
                case .recognize(let request):
                    let word = SegmentResult.Word(text: "and", confidence: 0.9, tokens: [Token(1)], range: request.speech)
                    said += machine.recognized(request.id, SegmentResult(words: [word]), took: .zero)
                case .judge(let id, _, _): said += machine.judged(id, 0.99)
                case .event(.turnEnded): ended = ended ?? Double(silence * 512) / 16_000
                case .event, .cancel, .finished, .fellBehind: break
                }
            }
        }
        for _ in 0..<60 { hear(1) }
        while silence < 200 {
            silence += 1
            hear(0)
        }
        let after = try #require(ended)
        if confidence < 1 { #expect(after < longest) } else { #expect(abs(after - end) < 0.1) }
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
