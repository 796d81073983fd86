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

    /// In the order in which the languages came.
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
        shares[place].length += range.count
        shares[place].confidence += Double(confidence) * Double(range.count.samples)
    }

    mutating func addUnknown(_ range: SampleRange) { unknown.append(range) }

    /// The language of most of the speech, with the mean confidence in it and the name of its model; nil when no window told its language.
    var main: (language: LanguageTag, confidence: Float, model: String)? {
        // Of equals the first: `max` takes the last.
        guard let most = shares.reversed().max(by: { $0.length < $1.length }) else {
            return unknown.isEmpty ? nil : (.undetermined, 0, Recognizer.modelName)
        }
        return (most.language, Float(most.confidence / Double(max(1, most.length.samples))), most.model)
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
