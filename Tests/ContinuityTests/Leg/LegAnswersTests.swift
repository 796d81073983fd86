import Speech
import Testing

@testable import Continuity

@Suite struct `Answers of a leg` {
    private let start = Instant.start

    private func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    private func nextStall(_ answers: LegAnswers, sentThrough end: SampleIndex?, at seconds: Int) -> Instant? {
        answers.nextStall(after: .seconds(3), check: .milliseconds(500), sentThrough: end, now: start + .seconds(seconds))
    }

    @Test func `are awaited from the first speech on, until words are final`() {
        var answers = LegAnswers(rate: .speech)
        answers.begin(sentThrough: .zero, now: start)
        #expect(!answers.areAwaited)
        #expect(nextStall(answers, sentThrough: at(9), at: 9) == nil)
        answers.owe(sentThrough: .zero, now: start)
        #expect(answers.areAwaited)
        answers.answered(sentThrough: at(1), owesMore: false, areFinal: false, now: start + .seconds(1))
        #expect(answers.areAwaited)
        answers.answered(sentThrough: at(2), owesMore: false, areFinal: nil, now: start + .seconds(2))
        #expect(answers.areAwaited)
        answers.answered(sentThrough: at(3), owesMore: false, areFinal: true, now: start + .seconds(3))
        #expect(!answers.areAwaited)
    }

    @Test func `are late once as much audio was sent as time has passed`() {
        var answers = LegAnswers(rate: .speech)
        answers.owe(sentThrough: .zero, now: start)
        #expect(nextStall(answers, sentThrough: at(3), at: 3) == start + .seconds(3))
        #expect(nextStall(answers, sentThrough: at(1), at: 3) == start + .seconds(5))
        #expect(nextStall(answers, sentThrough: nil, at: 1) == start + .seconds(3))
    }

    @Test func `are waited for while the driver listens`() {
        var answers = LegAnswers(rate: .speech)
        answers.owe(sentThrough: .zero, now: start)
        answers.suspect(now: start + .seconds(3))
        #expect(nextStall(answers, sentThrough: at(3), at: 3) == start + .milliseconds(3_500))
        answers.forgive(noiseThrough: at(3))
        #expect(!answers.areAwaited)
        #expect(answers.noiseThrough == at(3))
    }

    @Test func `are not late for the time in which no audio was sent`() {
        var answers = LegAnswers(rate: .speech)
        answers.owe(sentThrough: .zero, now: start)
        answers.countSentOnly(sentThrough: at(1), now: start + .seconds(10))
        #expect(nextStall(answers, sentThrough: nil, at: 10) == start + .seconds(12))
    }
}
