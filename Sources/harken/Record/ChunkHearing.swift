import LocalEngine
import Recorder
import Speech

/// Judges whether a chunk has speech.
enum ChunkHearing {
    /// Makes the judge from the voice model. Without the model, all loud audio counts as speech, so that no speech is left out.
    static func make(_ folder: ModelFolder) -> (verdict: @Sendable (RecordedChunk) -> SpeechVerdict, missing: String?) {
        if let problem = folder.problem([.runtime, .voiceActivity]) {
            return ({ loud($0) }, "\(problem); \(ModelFolder.remedy)")
        }
        do {
            let model = try VoiceActivity(InferenceRuntime(path: folder.path(of: .runtime)), path: folder.path(of: .voiceActivity))
            return ({ heard($0, by: model) }, nil)
        } catch {
            return ({ loud($0) }, error.description)
        }
    }

    private static func heard(_ chunk: RecordedChunk, by model: VoiceActivity) -> SpeechVerdict {
        var detector = SpeechProbabilities(model)
        var measure = SpeechMeasure(window: VoiceActivity.window.duration(at: .speech))
        do {
            try detector.append(samples(of: chunk).span) { measure.add(probability: $0, power: $1) }
        } catch {
            return loud(chunk)
        }
        return measure.verdict
    }

    private static func loud(_ chunk: RecordedChunk) -> SpeechVerdict {
        let window = Int(VoiceActivity.window.samples)
        var measure = SpeechMeasure(window: VoiceActivity.window.duration(at: .speech))
        let samples = samples(of: chunk)
        for start in stride(from: 0, to: samples.count - window + 1, by: window) {
            let power = samples[start..<start + window].reduce(0) { $0 + $1 * $1 } / Float(window)
            measure.add(probability: power >= SpeechMeasure.sound ? 1 : 0, power: power)
        }
        return measure.verdict
    }

    private static func samples(of chunk: RecordedChunk) -> [Float] { chunk.samples.map { Float($0) / 32_768 } }
}
