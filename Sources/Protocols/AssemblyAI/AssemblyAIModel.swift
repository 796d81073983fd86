/// A model of the live service, by the name that a client gave.
///
/// Source: AssemblyAI "Universal-Streaming" reference, parameter `speech_model`.
package struct AssemblyAIModel: Sendable, Equatable {
    /// How turns are told.
    package enum Family: Sendable, Equatable {
        /// Word by word in lower case; a formatted end of turn only on request.
        case universalStreaming
        /// In whole formatted segments.
        case universal3
    }

    package let name: String

    package static let english = AssemblyAIModel(name: "universal-streaming-english")
    package static let multilingual = AssemblyAIModel(name: "universal-streaming-multilingual")
    /// What is meant when a request names none.
    package static let fallback = AssemblyAIModel(name: "universal-3-5-pro")

    /// The one with the most languages.
    package static let widest = AssemblyAIModel(name: "universal-3-6-pro")

    /// Primary subtags of what the widest model hears; the others hear some of them.
    package static let languages: Set<String> = [
        "af", "ar", "ca", "da", "de", "en", "es", "et", "fa", "fi", "fr", "gl", "he", "hi", "it", "ja", "ko", "mr", "nl", "nn", "no", "pt", "ro",
        "ru",
        "sv", "tr", "ur", "vi", "xh", "yue", "zh", "zu",
    ]

    /// - Parameter name: in any case.
    package init(name: String) { self.name = name.lowercased() }

    /// Models that nobody knows talk as the newest do.
    package var family: Family { name.hasPrefix("universal-streaming") ? .universalStreaming : .universal3 }

    /// Whether the vendor has such a model, or may have by now: new ones carry the names of their family.
    package var isKnown: Bool { Self.names.contains(name) || Self.families.contains { name.hasPrefix($0) } }

    private static let names: Set<String> = ["universal-streaming-english", "universal-streaming-multilingual", "whisper-rt"]
    private static let families = ["universal-3", "u3-"]
}
