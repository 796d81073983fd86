import Speakers
import Speech

/// Computes the voices in a recording's windows of speech, and hears the speakers of stretches.
package struct SpeakerListener: Sendable {
    /// A stretch of speech, with the voices of its windows.
    struct Passage: Sendable {
        var range: SampleRange
        var heard: [Diarization.WindowVoice]
    }

    private let embedder: SpeakerEmbedder
    private let segmentation: SpeakerSegmentation?

    /// - Parameter segmentation: the model that hears stretches; nil when it could not be loaded.
    package init(_ embedder: SpeakerEmbedder, _ segmentation: SpeakerSegmentation? = nil) {
        self.embedder = embedder
        self.segmentation = segmentation
    }

    /// True if stretches are heard.
    var hearsStretches: Bool { segmentation != nil }

    /// Returns the speakers of a stretch; nil without a model.
    func listen(to stretch: RecordingReader.Stretch) throws(InferenceError) -> LocalSpeakers? {
        try segmentation?.speakers(in: stretch.samples, from: stretch.start)
    }

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
