import Audio
import HarkenTesting
import Speech

/// An engine that hears tones: each is a word at the place that the tone has in the decoded sound.
struct ToneEngine: PrerecordedEngine, StreamingEngine {
    let name = EngineName.local
    let capabilities = Capabilities(streaming: true, prerecorded: true, languages: .only(["en"]), models: ["nova-3"])

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

    func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        deliver(.opened)
        return Stream(deliver)
    }

    private static func words(_ samples: [Float]) -> [Word] {
        Tones.starts(in: samples).enumerated().map { .at($1, "Tone\($0 + 1).") }
    }

    /// Live sound of one channel at 16 kHz. The words come when the stream is told to finalize or to finish.
    private final class Stream: EngineStream {
        private let deliver: @Sendable (EngineEvent) -> Void
        private var samples: [Float] = []
        private var finalized = SampleIndex.zero
        private var said = 0
        private var isClosed = false

        init(_ deliver: @escaping @Sendable (EngineEvent) -> Void) { self.deliver = deliver }

        func send(_ audio: RawSpan) {
            audio.withUnsafeBytes { bytes in
                for place in stride(from: 0, to: bytes.count - 1, by: 2) {
                    samples.append(Float(Int16(truncatingIfNeeded: Int(bytes[place]) | Int(bytes[place + 1]) << 8)) / 32_768)
                }
            }
        }

        func send(_ command: EngineCommand) {
            guard !isClosed else { return }
            switch command {
            case .finalize: samples.count > Int(finalized.samples) ? say(.flush) : deliver(.flushed(.first))
            case .finish:
                say(.endOfAudio)
                close(nil)
            case .cancel: close(.cancelled)
            case .keepAlive, .update: break
            }
        }

        private func say(_ reason: FinalReason) {
            let end = SampleIndex(Int64(samples.count)), new = Array(ToneEngine.words(samples).dropFirst(said))
            said += new.count
            deliver(.final(Hypothesis(range: SampleRange(finalized, end), words: new), reason: reason))
            finalized = end
        }

        private func close(_ error: EngineError?) {
            isClosed = true
            deliver(.closed(error))
        }
    }
}
