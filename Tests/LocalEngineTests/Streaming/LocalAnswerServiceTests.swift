import Speech
import Testing

@testable import LocalEngine

@Suite struct `The models of a live stream` {
    @Test func `answer about times and turns before they read other streams`() {
        let audio = SampleRange(.zero, SampleIndex(16_000))
        let short: [LiveQuestion] = [.times(of: ["one"], in: audio, speech: audio), .completeness(audio)]
        let long: [LiveQuestion] = [.words(in: audio), .terms(list: 1, of: ["one"], in: audio)]
        let now = Instant.now
        var queue = DecodeQueue<Int>()
        for (index, question) in (long + short).enumerated() {
            // What comes later is asked for 50 ms later.
            let asked = now + .milliseconds(index < long.count ? 0 : 50)
            queue.add(index, id: UInt64(index), urgency: .live(deadline: asked + LocalAnswerService.patience(question, mayWait: false)))
        }
        let order = (0..<4).map { _ in queue.next() }
        #expect(order == [2, 3, 0, 1])
    }

    @Test func `read pauses before drafts, and drafts before interims`() {
        let now = Instant.now, words = LiveQuestion.words(in: SampleRange(.zero, SampleIndex(16_000)))
        var queue = DecodeQueue<String>()
        queue.add("interim", id: 0, urgency: .interim(deadline: now + LocalAnswerService.interimPatience))
        queue.add("draft", id: 1, urgency: .live(deadline: now + LocalAnswerService.patience(words, mayWait: true)))
        // The pause is read half a second later.
        queue.add("pause", id: 2, urgency: .live(deadline: now + .milliseconds(500) + LocalAnswerService.patience(words, mayWait: false)))
        let order = (0..<3).map { _ in queue.next() }
        #expect(order == ["pause", "draft", "interim"])
    }
}
