import Framing
import Speech

extension BilledFeature {
    /// Returns the features that a live stream of AssemblyAI asks for, and that AssemblyAI bills apart.
    ///
    /// - Parameter query: the parameters that the vendor is sent.
    static func sent(toAssemblyAI query: URLQuery) -> Set<Self> {
        features { name in
            query.pairs.contains { $0.name == name && !VendorOptions.Option.Value.text($0.value).isEmpty && $0.value != "[]" }
        }
    }

    /// Returns the features that an order of a transcript asks for, and that AssemblyAI bills apart.
    ///
    /// - Parameter order: the JSON object that the vendor is sent.
    static func sent(toAssemblyAI order: JSONValue) -> Set<Self> {
        features { name in
            guard let value = order[name] else { return false }
            var json = JSONWriter()
            json.value(value)
            return !VendorOptions.Option.Value.json(json.text).isEmpty
        }
    }

    private static func features(_ asks: (String) -> Bool) -> Set<Self> {
        Set(names.compactMap { name, feature in asks(name) ? feature : nil })
    }

    /// The members and parameters that cost more. `word_boost`, the older member for terms, costs nothing.
    private static let names: [(String, Self)] = [
        ("auto_chapters", .chapters), ("auto_highlights", .highlights), ("content_safety", .moderation), ("custom_topics", .topics),
        ("domain", .medical), ("entity_detection", .entities), ("filter_profanity", .profanity), ("iab_categories", .topics),
        ("keyterms_prompt", .terms), ("llm_gateway", .understanding), ("redact_pii", .redaction), ("sentiment_analysis", .sentiment),
        ("speaker_labels", .speakers), ("speech_understanding", .understanding), ("summarization", .summary),
    ]
}
