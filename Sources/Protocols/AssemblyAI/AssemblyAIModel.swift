/// A model of the live service, by the name that a client gave.
///
/// Source: AssemblyAI "Universal-Streaming" reference, parameter `speech_model`.
package struct AssemblyAIModel: Sendable, Equatable {
    /// The form in which a model reports turns.
    package enum Family: Sendable, Equatable {
        /// Word by word in lower case; the formatted end of a turn comes only on request.
        case universalStreaming
        /// Whole formatted segments.
        case universal3
    }

    package let name: String

    package static let english = AssemblyAIModel(name: "universal-streaming-english")
    package static let multilingual = AssemblyAIModel(name: "universal-streaming-multilingual")
    /// Model of a request that names none.
    package static let fallback = AssemblyAIModel(name: "universal-3-5-pro")

    /// The model with the most languages.
    package static let widest = AssemblyAIModel(name: "universal-3-6-pro")

    /// Primary subtags of the languages that the widest model has; the other models have some of them.
    package static let languages: Set<String> = [
        "af", "ar", "ca", "da", "de", "en", "es", "et", "fa", "fi", "fr", "gl", "he", "hi", "it", "ja", "ko", "mr", "nl", "nn", "no", "pt", "ro",
        "ru",
        "sv", "tr", "ur", "vi", "xh", "yue", "zh", "zu",
    ]

    /// - Parameter name: the model's name, in any case.
    package init(name: String) { self.name = name.lowercased() }

    /// The model's family; an unknown model counts as one of the newest family.
    package var family: Family { name.hasPrefix("universal-streaming") ? .universalStreaming : .universal3 }

    /// How the model hears speech whose language the client has not named. Newer models find the language by themselves.
    var unnamedLanguage: UnnamedLanguage {
        switch self {
        case .english: .english
        case .multilingual: .foundAmongSeveral
        default: .found
        }
    }

    /// True if the model takes a text that describes the audio. Models that report word by word take none.
    var takesPrompt: Bool { family == .universal3 }

    /// True if the vendor has this model, or may have it by now: new models carry the names of their family.
    package var isKnown: Bool { Self.names.contains(name) || Self.families.contains { name.hasPrefix($0) } }

    private static let names: Set<String> = ["universal-streaming-english", "universal-streaming-multilingual", "whisper-rt"]
    private static let families = ["universal-3", "u3-"]
}
