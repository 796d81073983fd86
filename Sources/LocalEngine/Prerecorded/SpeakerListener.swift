import Speakers
import Speech

/// Computes the voices in a recording's windows of speech.
package struct SpeakerListener: Sendable {
    /// A stretch of speech, with the voices of its windows.
    struct Passage: Sendable {
        var range: SampleRange
        var heard: [Diarization.WindowVoice]
    }

    private let embedder: SpeakerEmbedder

    package init(_ embedder: SpeakerEmbedder) { self.embedder = embedder }

    /// Returns the passages of `item`, in order; nil when `mayContinue` returned false.
    func listen(to item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> [Passage]? {
        let bounds = SampleRange(item.window.audio.start, count: SampleCount(item.samples.count))
        var passages: [Passage] = []
        for range in Diarization.passages(item.window.speech) {
            var heard: [Diarization.WindowVoice] = []
            for window in Diarization.windows(range, within: bounds) {
                guard mayContinue() else { return nil }
                let place = Int((window.start - bounds.start).samples)..<Int((window.end - bounds.start).samples)
                if let voiceprint = try embedder.embed(item.samples.span.extracting(place)) { heard.append(.init(window, voiceprint)) }
            }
            passages.append(Passage(range: range, heard: heard))
        }
        return passages
    }
}
