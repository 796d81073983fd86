public import Speech

/// Settings of a recording. Every engine is sent 16 kHz mono in blocks of 1,024 samples.
public struct RecordingSettings: Sendable, Equatable {
    public var model: String? = "nova-2"
    public var language: LanguageTag? = LanguageTag("en-US")
    /// A number or (part of a) name of an input device; nil: the system's.
    public var device: String?
    public var userName: String?

    public init() {}

    var options: TranscriptionOptions {
        var options = TranscriptionOptions()
        options.model = model
        options.language = language
        return options
    }
}
