package import Speech

/// A recogniser of one window of a recording.
package protocol WindowRecognizing: Sendable {
    /// Returns the words in `item`, in order, with positions on the recording's timeline; nil when `mayContinue` returned false.
    func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> [Word]?
}
