public import Speech

/// An engine that a program uses directly: one vendor's, or the one of this machine.
public protocol SpeechToText: Sendable {
    /// The engine's name in events and errors: `assemblyai`, `local`.
    var name: EngineName { get }

    /// Opens a stream. Returns at once; audio may be pushed at once and waits for the connection.
    func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream

    /// Recognises a whole file, audio or video.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - options: nil: the engine's. Those of live audio have no effect.
    /// - Throws: `KitError.streamingOnly` when the engine takes live audio only, `KitError.engine` when it fails.
    func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript

    /// Changes what new streams are asked for, and all running ones with it.
    func update(_ options: TranscriptionOptions)
}

extension SpeechToText {
    /// Recognises a whole file, audio or video, with the engine's options.
    public func recognize(file path: String) async throws(KitError) -> Transcript { try await recognize(file: path, nil) }
}
