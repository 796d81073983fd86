import HarkenTesting
import Sessions
import Speech
import Testing

@Suite(.hangLimit) struct `Listening for speech in what an engine says nothing to` {
    /// So many seconds, every sample of them the same in all channels.
    private func pcm(_ seconds: Double, level: Int16, channels: Int = 1) -> [UInt8] {
        let bytes = withUnsafeBytes(of: level.littleEndian) { Array($0) }
        return Array(repeatElement(bytes, count: Int(seconds * 16_000) * channels).joined())
    }

    private func hears(_ pcm: [UInt8], channels: Int = 1, rate: SampleRate = .speech, by ears: TestEars = TestEars()) async -> Bool? {
        let listener = SpeechListener(ears)
        return await withCheckedContinuation { continuation in
            listener.listen(to: pcm, channels: channels, rate: rate) { continuation.resume(returning: $0) }
        }
    }

    @Test func `tells whether somebody speaks for as long as a word takes`() async {
        #expect(await hears(pcm(1, level: 0) + pcm(0.3, level: 8_000) + pcm(1, level: 0)) == true)
        #expect(await hears(pcm(1, level: 0) + pcm(0.1, level: 8_000) + pcm(1, level: 0)) == false)
        #expect(await hears(pcm(1, level: 0, channels: 2) + pcm(0.3, level: 8_000, channels: 2), channels: 2) == true)
        #expect(await hears([]) == false)
    }

    @Test func `says that it cannot tell when it cannot`() async {
        #expect(await hears(pcm(1, level: 8_000), by: TestEars(failsToDetect: true)) == nil)
        #expect(await hears(pcm(1, level: 0), by: TestEars(isLoading: { true })) == nil)
    }

    @Test func `rejects more than can be told soon`() async {
        let listener = SpeechListener(TestEars())
        let long = pcm(30, level: 8_000)
        let answers = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        listener.listen(to: long, channels: 1, rate: .speech) { continuation.resume(returning: $0) }
                    }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        #expect(answers.contains(true) && answers.contains(nil) && !answers.contains(false))
    }
}
