public import Speech

/// What a recording is asked for. 16 kHz mono in blocks of 1,024 samples is what every engine is sent.
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
