import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `A starved channel` {
    private let opened = HeldClock().now

    private func position(_ seconds: Double) -> SampleIndex { SampleIndex.zero + SampleCount(.seconds(seconds), at: .speech) }

    @Test func `is told once, when audio has waited for more than three seconds`() {
        var starvation = Starvation(), told: [Int] = []
        for second in 1...9 {
            let now = opened + .seconds(second)
            starvation.heard(through: position(Double(second)), at: now)
            if starvation.isToBeTold(behind: position(1.5), isWaiting: true, at: now) { told.append(second) }
        }
        #expect(told == [7])
    }

    @Test func `is not one where nothing waits`() {
        var starvation = Starvation()
        starvation.heard(through: position(1), at: opened)
        let isTold = starvation.isToBeTold(behind: position(0.99), isWaiting: false, at: opened + .seconds(60))
        #expect(!isTold)
    }

    @Test func `keeps nothing of a drain that brings no audio`() {
        var starvation = Starvation()
        for second in 1...100 { starvation.heard(through: position(1), at: opened + .seconds(second)) }
        #expect(starvation.pieces.count == 1)
        // The audio has waited since it came, not since the last drain.
        let isTold = starvation.isToBeTold(behind: position(0.99), isWaiting: true, at: opened + .seconds(6))
        #expect(isTold)
    }

    @Test func `is told what becomes of a stream that falls further behind`() {
        #expect(EngineComplaint.starved.message.contains("120 s behind is closed"))
        #expect(!EngineComplaint.starved.message.contains("no word is lost"))
    }

    @Test(arguments: [(8, false), (14, true)])
    func `is one only where the audio would have been spoken long ago`(second: Int, isStarved: Bool) {
        var starvation = Starvation()
        // Ten seconds of audio come at once.
        starvation.heard(through: position(10), at: opened)
        let isTold = starvation.isToBeTold(behind: position(4), isWaiting: true, at: opened + .seconds(second))
        #expect(isTold == isStarved)
    }
}
