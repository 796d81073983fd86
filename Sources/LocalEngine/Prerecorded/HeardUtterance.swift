import Speech

/// A window of a recording whose language nobody named, as the models heard it, with the verdict for a window that nothing came before.
struct HeardUtterance: Sendable {
    private(set) var item: RecordingReader.Item
    /// The English text, with the key terms.
    let english: Decoded
    var language: UtteranceLanguage
    var verdict = LanguageRule.Verdict.unknown
    var window = RecognizedWindow(words: [])
    /// True if the language is assumed, so that the windows before mean nothing for it.
    var isAssumed = false

    init(_ item: RecordingReader.Item, _ first: WindowRecognizer.FirstTry) {
        self.item = item
        english = first.decoded
        language = UtteranceLanguage(first.heard, sampleCount: item.samples.count)
    }

    /// The utterance without its audio, which waits in little memory: nothing will be asked about it.
    var settled: HeardUtterance {
        var settled = self
        settled.item.samples = []
        return settled
    }

    /// True if both verdicts are of the same language.
    static func isSame(_ a: LanguageRule.Verdict, _ b: LanguageRule.Verdict) -> Bool {
        switch (a, b) {
        case (.language(let a, _), .language(let b, _)): a == b
        case (.unknown, .unknown): true
        case (.language, .unknown), (.unknown, .language): false
        }
    }
}
