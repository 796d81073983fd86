import Testing

@testable import LocalEngine

@Suite struct `Judgments of turns` {
    @Test func `are late from the end of their time until they come`() {
        var judgments = PendingJudgments()
        let first = judgments.begin(), second = judgments.begin()
        #expect(!judgments.areLate)
        judgments.timeOut(first)
        judgments.end(second)
        #expect(judgments.areLate, "another judgment says nothing of the one that is late")
        judgments.end(first)
        #expect(!judgments.areLate)
    }

    @Test func `are not late when they have come as their time was over`() {
        var judgments = PendingJudgments()
        let only = judgments.begin()
        judgments.end(only)
        judgments.timeOut(only)
        #expect(!judgments.areLate)
    }

    @Test func `are late when four have not come, though nobody waits for them`() {
        var judgments = PendingJudgments()
        let all = (0..<4).map { _ in judgments.begin() }
        #expect(judgments.areLate)
        judgments.end(all[2])
        #expect(!judgments.areLate)
    }
}
