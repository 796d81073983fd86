package import Speech

/// A recogniser of one window of a recording.
package protocol WindowRecognizing: Sendable {
    /// Maximum speech in a window, as far as there are silences to cut at.
    var longestWindow: SampleCount { get }

    /// Returns true if the work for `item` has steps of more than 0.2 s, in which nothing can interrupt it.
    func isLong(_ item: RecordingReader.Item) -> Bool

    /// Returns the words in `item` and the recogniser's measures; nil when `mayContinue` returned false.
    func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow?
}

extension WindowRecognizing {
    package var longestWindow: SampleCount { WindowPlanner.longest }
    package func isLong(_ item: RecordingReader.Item) -> Bool { false }
}
