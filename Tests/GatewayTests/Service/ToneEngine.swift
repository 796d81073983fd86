import Audio
import HarkenTesting
import Speech

/// An engine that hears tones: each is a word at the place that the tone has in the decoded sound.
struct ToneEngine: PrerecordedEngine {
    let name = EngineName.local
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["nova-3"])

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        do throws(MediaError) {
            let turn = try await InProcessMedia().turn(for: recording)
            let file = try turn.open(rate: .speech, channels: options.separateChannels ? .separate : .mixed)
            var samples = Array(repeating: [Float](), count: file.channelCount)
            while let block = try file.next() {
                for channel in samples.indices { samples[channel] += block.channels[channel] }
            }
            let channels = samples.map { samples in
                let words = Self.words(samples)
                return Transcript.Channel(words: words, segments: words.indices.map { .init(range: words[$0].range, words: $0..<$0 + 1) })
            }
            var transcript = Transcript(
                rate: .speech, length: SampleCount(samples[0].count), language: .english, model: "nova-3", channels: channels)
            transcript.notices = file.notices
            return transcript
        } catch {
            throw EngineError(error)
        }
    }

    private static func words(_ samples: [Float]) -> [Word] {
        Tones.starts(in: samples).enumerated().map { .at($1, "Tone\($0 + 1).") }
    }
}
