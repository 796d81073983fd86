package import Speech
internal import Synchronization

/// An engine for recordings that answers by a function, at once or when that is let.
package final class ChunkEngine: PrerecordedEngine {
    package let name: EngineName
    package let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en", "de"]), models: ["nova-3"])
    private let notices: [RecordingNotice]
    private let answer: @Sendable (Int, RecognitionOptions) async throws(EngineError) -> [Word]
    private let asked = Mutex(0)

    /// - Parameters:
    ///   - notices: what is noticed about each recording.
    ///   - answer: gets the number of earlier recordings, and gives the words.
    package init(
        _ name: EngineName, notices: [RecordingNotice] = [],
        _ answer: @escaping @Sendable (Int, RecognitionOptions) async throws(EngineError) -> [Word]
    ) {
        self.name = name
        self.notices = notices
        self.answer = answer
    }

    /// Number of recordings that the engine was asked for.
    package var count: Int { asked.withLock { $0 } }

    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        let before = asked.withLock { asked in
            defer { asked += 1 }
            return asked
        }
        let words = try await answer(before, options)
        var transcript = Transcript(
            rate: .speech, length: SampleCount(240_000), language: .english, model: "nova-3", channels: [.init(words: words, segments: [])])
        transcript.notices = notices
        return transcript
    }
}

extension Word {
    /// A word of half a second.
    package static func at(_ seconds: Double, _ text: String, speaker: Int? = nil) -> Word {
        Word(
            text, SampleRange(SampleIndex(Int(seconds * 16_000)), count: SampleCount(8_000)), confidence: 1, speaker: speaker.map { SpeakerLabel($0) }
        )
    }
}
