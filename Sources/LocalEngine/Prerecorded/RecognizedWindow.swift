package import Speech

/// The words of a window, with the recogniser's own measures.
package struct RecognizedWindow: Sendable, Equatable {
    /// The words in order, with positions on the recording's timeline.
    package var words: [Word]
    package var measures: RecognizerMeasures
    /// For each word, the numbers of its tokens in Whisper's vocabulary; empty: the model has another vocabulary.
    package var tokens: [[Int]]
    /// The language of the window, where it was not known before; nil: it was.
    package var found: FoundLanguage?

    package init(words: [Word], _ measures: RecognizerMeasures = .init(), tokens: [[Int]] = []) {
        self.words = words
        self.measures = measures
        self.tokens = tokens
    }

    /// Makes a window without words.
    init(found: FoundLanguage) {
        self.init(words: [])
        self.found = found
    }
}

extension SpeechWindow {
    /// Start of the window's audio in frames of 10 ms.
    var seek: Int { Int(audio.start.samples) / 160 }
}
