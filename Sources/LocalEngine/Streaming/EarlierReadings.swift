import Speech
import Synchronization

/// The latest readings of a channel with their audio: the context of speech behind a cut.
///
/// Whisper hears nothing in some short rests behind a cut. `WholeHearing` hears such a rest again behind the words before it.
final class EarlierReadings: Sendable {
    private struct Reading {
        var audio: SampleRange
        var samples: [Float]
        var words: [SegmentResult.Word]
    }

    /// Number of readings that are kept: the last one of the window, and that in which the window before was cut.
    private static let memory = 2

    private let readings = Mutex<[Reading]>([])

    /// Keeps a reading that has words. The reading takes the place of the one that begins where it begins.
    func add(_ words: [SegmentResult.Word], of audio: SampleRange, _ samples: [Float]) {
        guard !words.isEmpty else { return }
        let reading = Reading(audio: audio, samples: samples, words: words)
        readings.withLock { $0 = ($0.filter { $0.audio.start != audio.start } + [reading]).suffix(Self.memory) }
    }

    /// Returns the request for the words in `audio`, and the samples of the audio that the request hears. The words before `audio` are the request's
    /// context if they were read together with its beginning.
    ///
    /// - Parameters:
    ///   - samples: the samples of `audio`.
    ///   - longest: maximum length of context and audio together.
    ///   - language: the language of words that may be context; nil: any.
    func request(
        for audio: SampleRange, _ samples: [Float], longest: SampleCount, language: LanguageTag? = nil
    ) -> (request: SegmentRequest, samples: [Float]) {
        var request = SegmentRequest(id: 0, purpose: .final, audio: audio, speech: audio, prefix: [], context: nil)
        let latest = readings.withLock { readings in
            readings.last { $0.audio.start < audio.start && audio.start <= $0.audio.end && (language == nil || $0.words.first?.language == language) }
        }
        guard let latest else { return (request, samples) }
        var start = latest.audio.start, words = latest.words.filter { $0.range.middle < audio.start }
        let earliest = audio.end - longest
        if let last = words.lastIndex(where: { $0.tokens.isEmpty || $0.range.start < earliest }) {
            words.removeFirst(last + 1)
            start = max(start, words.first?.range.start ?? start)
        }
        guard !words.isEmpty, start >= earliest else { return (request, samples) }
        request.context = SegmentRequest.Context(start: start, tokens: words.flatMap(\.tokens))
        let before = latest.samples.dropFirst(Int((start - latest.audio.start).samples)).prefix(Int((audio.start - start).samples))
        return (request, before + samples)
    }
}
