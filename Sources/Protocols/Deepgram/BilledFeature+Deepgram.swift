import Framing
import Speech

extension BilledFeature {
    /// Returns the features that a request to Deepgram asks for, and that Deepgram's price page lists apart.
    ///
    /// `keywords`, the older parameter for terms, costs nothing.
    ///
    /// - Parameter query: the parameters that the vendor is sent.
    static func sent(toDeepgram query: URLQuery) -> Set<Self> {
        func asks(for names: String...) -> Bool {
            query.pairs.contains { names.contains($0.name) && !$0.value.isEmpty && !$0.value.equalsIgnoringCase("false") }
        }
        var features: Set<Self> = []
        if query.pairs.contains(where: { $0.name == "language" && $0.value.equalsIgnoringCase("multi") }) { features.insert(.multilingual) }
        if asks(for: "diarize", "diarize_model") { features.insert(.speakers) }
        if asks(for: "keyterm") { features.insert(.terms) }
        if asks(for: "redact") { features.insert(.redaction) }
        if asks(for: "detect_entities") { features.insert(.entities) }
        if asks(for: "summarize") { features.insert(.summary) }
        if asks(for: "topics") { features.insert(.topics) }
        if asks(for: "intents") { features.insert(.intents) }
        if asks(for: "sentiment") { features.insert(.sentiment) }
        return features
    }
}
