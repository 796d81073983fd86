/// A recogniser of one window of a recording.
package protocol WindowRecognizing: Sendable {
    /// Returns the words in `item` and the recogniser's measures; nil when `mayContinue` returned false.
    func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow?
}
