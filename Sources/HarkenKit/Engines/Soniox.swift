public import Speech

/// Soniox's real-time recognition.
public final class Soniox: SpeechToText {
    private let core: EngineCore

    /// - Parameters:
    ///   - key: nil: what the variable `SONIOX_API_KEY` holds.
    ///   - baseURL: nil: the vendor's own. `https://` means the WebSocket behind it; without a scheme, `wss://` is meant.
    ///   - options: for streams that are opened without any of their own.
    /// - Throws: `KitError.missingKey` at once when there is no key.
    public init(key: String? = nil, baseURL: String? = nil, options: TranscriptionOptions = TranscriptionOptions()) throws(KitError) {
        core = try EngineCore(vendor: "soniox", title: "Soniox", key: key, url: baseURL, options: options)
    }

    public var name: EngineName { core.name }

    /// Opens a stream with the engine's options.
    public func stream() throws(KitError) -> SpeechStream { try core.stream(nil) }

    public func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }

    public func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }

    public func update(_ options: TranscriptionOptions) { core.update(options) }
}
