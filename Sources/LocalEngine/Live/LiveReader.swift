import Speech

/// Answers the questions of a live stream with the models of this machine, on the calling thread.
package struct LiveReader: Sendable {
    private let models: LocalModels
    private let windows: WindowRecognizer

    package init(_ models: LocalModels) {
        self.models = models
        windows = WindowRecognizer(models.recognizer, models.aligner)
    }

    /// Returns the answer; nil when `mayContinue` returned false.
    ///
    /// - Parameter samples: the audio of the question, mono, 16 kHz, −1…1.
    package func answer(
        _ question: LiveQuestion, _ samples: [Float], mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> LiveAnswer? {
        switch question {
        case .words:
            let decoded = try models.recognizer.decode(samples.span, mayContinue: mayContinue)
            guard let words = try windows.settle(decoded, samples, mayContinue) else { return nil }
            return .words(words.map { LiveWord($0.text, confidence: $0.confidence) })
        case .times(let words, let audio, let speech):
            guard mayContinue() else { return nil }
            let spoken = Int((speech.start - audio.start).samples)..<Int((max(speech.end, speech.start) - audio.start).samples)
            let ranges = models.aligner?.align(words, in: samples, speech: spoken) ?? ProportionalTimes.ranges(of: words, in: spoken)
            return .times(
                ranges.map { SampleRange(audio.start + SampleCount($0.lowerBound), audio.start + SampleCount($0.upperBound)) })
        case .completeness:
            guard mayContinue() else { return nil }
            return .completeness(try models.endOfTurn?.probability(samples.span))
        }
    }
}
