import Continuity
public import Speech

/// Several engines, one of which hears a stream. When this engine fails, the next one takes over at once.
///
/// A stream's words come in order, and no word is lost or comes twice: audio that the failed engine has not made final is repaired, or heard again by
/// the next engine. If all engines have failed, they are tried again three times, two seconds apart. The event `problem` reports each failure, and
/// each transcription names its engine.
public final class Failover: SpeechToText {
    private let core: EngineCore

    /// - Parameters:
    ///   - engines: at least one engine, in order of preference.
    ///   - repair: the engines that recognize the audio that a failed engine has not, as a recording, while the stream goes on; in order of
    ///     preference. nil: those of `engines` that recognize files, and the local engine first. Empty: nothing is repaired, and the next engine
    ///     hears that audio at its own pace.
    ///   - options: options of streams that are opened without options.
    /// - Throws: `KitError.unavailable` when there are too few engines, when an engine comes twice, or when an engine cannot do its part.
    public init(
        _ engines: [any SpeechToText], repair: [any SpeechToText]? = nil, options: TranscriptionOptions = TranscriptionOptions()
    ) throws(KitError) {
        core = try EngineCore("Failover", .failover, of: engines, repair: repair, options: options)
    }

    public var name: EngineName { core.name }

    public var capabilities: Capabilities { core.capabilities }

    /// Opens a stream with the engine's options.
    public func stream() throws(KitError) -> SpeechStream { try core.stream(nil) }

    /// Opens a stream. Engines that do not have the language of the options are left out.
    ///
    /// - Throws: `KitError.engine` when no engine has the language.
    public func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }

    /// Recognizes a whole file by the first engine that does not fail.
    public func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }

    public func update(_ options: TranscriptionOptions) { core.update(options) }
}
