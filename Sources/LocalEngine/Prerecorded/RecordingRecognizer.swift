package import Speech

/// A recogniser with the language that it hears.
package struct SpokenLanguageRecognizer: Sendable {
    package var recognizer: any WindowRecognizing
    package var language: LanguageTag
    /// Confidence in the language, 0…1; nil when the client named the language, or the language was assumed.
    package var confidence: Float?
    /// The name of the model.
    package var model: String
    /// True if nobody named the language, and nobody found it out.
    package var isAssumed: Bool

    package init(_ recognizer: any WindowRecognizing, _ language: LanguageTag, confidence: Float? = nil, model: String, isAssumed: Bool = false) {
        self.recognizer = recognizer
        self.language = language
        self.confidence = confidence
        self.model = model
        self.isAssumed = isAssumed
    }
}

/// The recogniser of a recording, or the way to choose one.
package enum RecordingRecognizer: Sendable {
    package typealias Identify = @Sendable (_ speech: [Float]) async throws(EngineError) -> SpokenLanguageRecognizer

    /// The language is known before.
    case known(SpokenLanguageRecognizer)
    /// The first seconds of speech tell the language.
    case identified(Identify)
}

/// The choice of what recognises a recording. Keeps the first windows until there is enough speech to tell the language. Pure.
struct RecognizerChoice: Sendable {
    /// Maximum speech from which the language is told.
    private static let longestSpeech = SampleCount(.seconds(5), at: .speech)

    private(set) var chosen: SpokenLanguageRecognizer?
    private let identify: RecordingRecognizer.Identify?
    private var items: [(RecordingReader.Item, Int)] = []
    /// The first speech of the recording.
    private(set) var speech: [Float] = []

    init(_ recognizer: RecordingRecognizer) {
        switch recognizer {
        case .known(let known): (chosen, identify) = (known, nil)
        case .identified(let closure): (chosen, identify) = (nil, closure)
        }
    }

    mutating func add(_ item: RecordingReader.Item, _ index: Int) {
        items.append((item, index))
        guard chosen == nil, let first = item.window.speech.first, let last = item.window.speech.last else { return }
        let range = Int((first.start - item.window.audio.start).samples)..<Int((last.end - item.window.audio.start).samples)
        speech += item.samples[range.clamped(to: item.samples.indices)].prefix(Int(Self.longestSpeech.samples) - speech.count)
    }

    /// Returns what tells the language, when there is enough speech, or there will be no more.
    func question(isEnd: Bool) -> RecordingRecognizer.Identify? {
        guard chosen == nil, !items.isEmpty, isEnd || speech.count >= Int(IdentifiedLanguage.speech.samples) else { return nil }
        return identify
    }

    /// Maximum speech in the next windows, as far as there are silences to cut at.
    var longestWindow: SampleCount { chosen?.recognizer.longestWindow ?? WindowPlanner.longest }

    mutating func answer(_ recognizer: SpokenLanguageRecognizer) {
        chosen = recognizer
        speech = []
    }

    /// Returns the windows that nobody recognises yet, with their numbers.
    mutating func takeItems() -> [(RecordingReader.Item, Int)] {
        defer { items = [] }
        return items
    }
}
