public import Speech

/// Settings of a recording. Every engine receives 16 kHz mono audio in blocks of 1,024 samples.
public struct RecordingSettings: Sendable, Equatable {
    public var model: String? = "nova-2"
    public var language: LanguageTag? = LanguageTag("en-US")
    /// Input device, by number or by (part of) its name; nil: the system's default.
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
