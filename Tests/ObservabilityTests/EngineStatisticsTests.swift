@testable import Observability
import Speech
import Testing

@Suite struct `Statistics of engines` {
    private let engine = EngineName("one")

    @Test func `give the median and the slow end of the latest finals`() {
        let statistics = EngineStatistics()
        #expect(statistics.summary(of: engine) == EngineStatistics.Summary())
        for wait in 1...100 { statistics.finalCame(from: engine, behind: Double(wait)) }
        #expect(statistics.summary(of: engine).median == 50 && statistics.summary(of: engine).slow == 95)
        for _ in 0..<500 { statistics.finalCame(from: engine, behind: 2) }
        #expect(statistics.summary(of: engine).median == 2 && statistics.summary(of: engine).slow == 2)
    }

    @Test func `count streams and errors by kind`() {
        let statistics = EngineStatistics()
        func ran(_ kind: RecognitionAttempt.Kind, _ outcome: RecognitionAttempt.Outcome) {
            statistics.ran(
                RecognitionAttempt(kind, engine: engine, model: nil, audio: .seconds(1), start: .now, end: .now, outcome: outcome))
        }
        ran(.stream, .completed)
        ran(.stream, .failed(.rateLimited(retryAfter: nil)))
        ran(.stream, .givenUp(.stalled))
        ran(.recording, .failed(.rateLimited(retryAfter: nil)))
        ran(.repair, .cancelled)
        #expect(statistics.summary(of: engine).streams == 3)
        #expect(statistics.summary(of: engine).errors == ["rate_limited": 2, "stalled": 1])
    }

    @Test func `keep the latest failovers, the newest first`() {
        let statistics = EngineStatistics()
        for second in 1...150 {
            statistics.add(.init(at: UnixTime(milliseconds: Int64(second)), session: ID("s"), from: engine, to: nil, reason: "stalled"))
        }
        #expect(statistics.failovers.count == EngineStatistics.maxFailovers)
        #expect(statistics.failovers.first?.at.milliseconds == 150 && statistics.failovers.last?.at.milliseconds == 51)
    }
}
