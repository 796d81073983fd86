@testable import Live
@testable import Observability
import Speech
import Testing

@Suite struct `Audio that conversations keep` {
    private func take(_ batches: inout AudioBatches, _ seconds: Int, at second: Int, hertz: Int = 100) -> AudioBatches.Outcome? {
        let samples = [Int16](repeating: 1, count: seconds * hertz)
        let range = SampleRange(SampleIndex(second * hertz), count: SampleCount(samples.count))
        return samples.withUnsafeBytes { batches.take($0, range) }
    }

    @Test func `waits in batches of 5 s, two minutes at most, and counts what is dropped`() {
        var batches = AudioBatches(rate: SampleRate(hertz: 100), channels: 1)
        #expect(take(&batches, 4, at: 0) == nil)
        for number in 0..<AudioBatches.maxWaiting {
            let start = SampleIndex(number * 500)
            #expect(
                take(&batches, 5, at: 4 + 5 * number)
                    == .batch(
                        .init(pcm: [Int16](repeating: 1, count: number == 0 ? 900 : 500), start: number == 0 ? .zero : start + SampleCount(400))))
        }
        #expect(AudioBatches.maxWaiting * 5 == 120)
        #expect(take(&batches, 5, at: 124) == .dropped(SampleCount(500)))
        batches.taken()
        // At its place: what was dropped is missing before it.
        #expect(take(&batches, 5, at: 129) == .batch(.init(pcm: [Int16](repeating: 1, count: 500), start: SampleIndex(12_900))))
        #expect(take(&batches, 5, at: 134) == .dropped(SampleCount(500)))
    }

    @Test func `is silent where the client lost some, and ends with what is there`() {
        var batches = AudioBatches(rate: SampleRate(hertz: 100), channels: 1)
        #expect(batches.rest() == nil)
        #expect(take(&batches, 1, at: 0) == nil)
        #expect(take(&batches, 1, at: 3) == nil)
        let pcm = [Int16](repeating: 1, count: 100) + [Int16](repeating: 0, count: 200) + [Int16](repeating: 1, count: 100)
        #expect(batches.rest() == .batch(.init(pcm: pcm, start: .zero)))
        #expect(batches.rest() == nil)
    }

    @Test func `is counted for the operator where it is not kept`() async throws {
        try await WaitingConversation.with(audioDays: 1) { conversation in
            let counter = "\nharken_conversation_audio_dropped_seconds_total{} "
            #expect(!conversation.metrics.rendered().contains(counter))
            // All at once: nobody takes a batch meanwhile.
            await conversation.run { conversation in
                let samples = [Int16](repeating: 1, count: 5 * 16_000)
                for number in 0..<AudioBatches.maxWaiting + 2 {
                    let range = SampleRange(SampleIndex(number * samples.count), count: SampleCount(samples.count))
                    samples.withUnsafeBytes { conversation.keep($0, range) }
                }
            }
            #expect(conversation.metrics.rendered().contains(counter + "10.0\n"))
            await conversation.run { conversation in
                conversation.ended(inOrder: true)
                conversation.hear(.found(nil, last: nil, nil))
            }
        }
    }
}
