public import Speech

/// Deepgram's live recognition.
public final class Deepgram: SpeechToText, CoreEngine {
    let core: EngineCore

    /// - Parameters:
    ///   - key: the vendor's API key; nil: the value of the variable `DEEPGRAM_API_KEY`.
    ///   - baseURL: the server's address; nil: Deepgram's own. `https://` stands for its WebSocket; without a scheme, `wss://` is assumed.
    ///   - options: options of streams that are opened without options.
    /// - Throws: `KitError.missingKey` when neither the parameter nor the variable has a key; `KitError.invalidKey` for a text that cannot be a key;
    ///   `KitError.invalidURL` for an invalid address.
    public init(key: String? = nil, baseURL: String? = nil, options: TranscriptionOptions = TranscriptionOptions()) throws(KitError) {
        core = try EngineCore(vendor: "deepgram", title: "Deepgram", key: key, url: baseURL, options: options)
    }

    public var name: EngineName { core.name }

    public var capabilities: Capabilities { core.capabilities }

    /// Opens a stream with the engine's options.
    public func stream() throws(KitError) -> SpeechStream { try core.stream(nil) }

    public func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream { try core.stream(options) }

    public func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript {
        try await core.recognize(file: path, options)
    }

    public func update(_ options: TranscriptionOptions) { core.update(options) }
}
