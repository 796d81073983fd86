import Speech

/// The languages of a recording's windows. Pure.
struct LanguageTally: Sendable {
    private struct Share: Sendable {
        var language: LanguageTag
        var model: String
        var length = SampleCount.zero
        /// Sum of the confidences, each as often as its window is long.
        var confidence: Double = 0
    }

    private var languages = LanguageShares()
    /// The speech of each language by each model, in the order in which it came.
    private var shares: [Share] = []
    /// Stretches of speech in languages that nobody can tell.
    private var unknown: [SampleRange] = []

    var isEmpty: Bool { shares.isEmpty }

    mutating func add(_ language: LanguageTag, confidence: Float, model: String, _ range: SampleRange) {
        let place =
            shares.firstIndex { $0.language == language && $0.model == model }
            ?? {
                shares.append(Share(language: language, model: model))
                return shares.count - 1
            }()
        languages.add(language, range.count.samples)
        shares[place].length += range.count
        shares[place].confidence += Double(confidence) * Double(range.count.samples)
    }

    mutating func addUnknown(_ range: SampleRange) { unknown.append(range) }

    /// The language of most of the speech, with the mean confidence in it and the name of the model of most of it; nil when no window told its language.
    var main: (language: LanguageTag, confidence: Float, model: String)? {
        let own = shares.filter { $0.language == languages.main }
        guard let longest = own.max(by: { $0.length < $1.length }) else {
            return unknown.isEmpty ? nil : (.undetermined, 0, Recognizer.modelName)
        }
        let length = own.reduce(SampleCount.zero) { $0 + $1.length }, confidence = own.reduce(0) { $0 + $1.confidence }
        return (longest.language, Float(confidence / Double(max(1, length.samples))), longest.model)
    }

    /// The speech that has no words because nobody can tell its language; empty when there is none.
    var notices: [RecordingNotice] {
        guard let first = unknown.map(\.start).min() else { return [] }
        let total = unknown.reduce(SampleCount.zero) { $0 + $1.count }
        return [
            .unknownLanguage(
                count: unknown.count, total: total.duration(at: Recognizer.rate), first: (first - .zero).duration(at: Recognizer.rate))
        ]
    }
}
