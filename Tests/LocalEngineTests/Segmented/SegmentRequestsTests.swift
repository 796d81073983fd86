import Speech
import Testing

@testable import LocalEngine

/// Dialogues with the machine as a server for recordings has it.
@Suite struct `Requests to a server for recordings` {
    private typealias Action = UtteranceMachine.Action

    private func machine() -> UtteranceMachine {
        UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: .milliseconds(300)).recordings(.init()), wantsInterims: true)
    }

    private func hear(_ machine: inout UtteranceMachine, _ count: Int, _ probability: Float) -> [Action] {
        (0..<count).flatMap { _ in machine.receive(SampleCount(512)) + machine.heard(probability, power: probability / 100) }
    }

    private func requests(_ actions: [Action]) -> [SegmentRequest] {
        actions.compactMap { if case .recognize(let request) = $0 { request } else { nil } }
    }

    private func cancelled(_ actions: [Action]) -> [Int] { actions.compactMap { if case .cancel(let id) = $0 { id } else { nil } } }

    private func texts(_ actions: [Action]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .event(.interim(let interim)): "i " + interim.text
            case .event(.final(let final, _)): "F " + final.text
            default: nil
            }
        }
    }

    private func result(_ text: String, _ request: SegmentRequest) -> SegmentResult {
        SegmentResult(
            words: text.split(separator: " ").map { SegmentResult.Word(text: String($0), confidence: 1, tokens: [], range: request.speech) })
    }

    @Test func `come at the period while the server is quick, and one after the other while it is slow`() {
        func count(took seconds: Double) -> Int {
            var machine = machine(), waiting: (request: SegmentRequest, windows: Int)?, count = 0
            for _ in 0..<312 {
                var actions = hear(&machine, 1, 1)
                if let done = waiting {
                    waiting?.windows -= 1
                    if done.windows <= 1 {
                        waiting = nil
                        actions += machine.recognized(done.request.id, result("a b", done.request), took: SampleCount(.seconds(seconds), at: .speech))
                    }
                }
                for request in requests(actions) {
                    #expect(waiting == nil)
                    count += 1
                    waiting = (request, max(1, Int(seconds * 31.25)))
                }
            }
            return count
        }
        #expect((9...11).contains(count(took: 0.1)) && (3...4).contains(count(took: 3)))
    }

    @Test func `run on when speech goes on after a pause, and their words are shown`() throws {
        var machine = machine()
        _ = hear(&machine, 5, 1)
        let paused = hear(&machine, 9, 0)
        let asked = try #require(requests(paused).last)
        // The turn does not sound complete, so the pause may be longer.
        for case .judge(let id, _, _) in paused { #expect(machine.judged(id, 0.1).isEmpty) }
        #expect(asked.purpose == .final)
        let goesOn = hear(&machine, 5, 1)
        #expect(cancelled(goesOn).isEmpty)
        let answered = machine.recognized(asked.id, result("I was", asked), took: SampleCount(8_000))
        #expect(texts(answered) == ["i I was"])
    }

    @Test func `are cancelled when their segment is over and a final is due`() throws {
        var machine = machine()
        let interim = try #require(requests(hear(&machine, 40, 1)).last)
        #expect(interim.purpose == .interim)
        let pause = hear(&machine, 9, 0)
        #expect(cancelled(pause).isEmpty && requests(pause).isEmpty)
        let closed = hear(&machine, 4, 0)
        #expect(cancelled(closed) == [interim.id] && requests(closed).map(\.purpose) == [.final])
    }

    @Test func `take the place of all words before: no word is settled until the final`() throws {
        var machine = machine(), said: [String] = []
        var number = 0
        for _ in 0..<150 {
            let actions = hear(&machine, 1, 1)
            said += texts(actions)
            for request in requests(actions) {
                number += 1
                // The server changes its mind about the first word each time.
                let words = result("w\(number) is here", request)
                said += texts(machine.recognized(request.id, words, took: SampleCount(1_600)))
            }
        }
        for request in requests(machine.finish()) { said += texts(machine.recognized(request.id, result("At last", request), took: .zero)) }
        #expect(said.prefix(2) == ["i w1 is here", "i w2 is here"] && said.last == "F At last", "\(said)")
    }
}
