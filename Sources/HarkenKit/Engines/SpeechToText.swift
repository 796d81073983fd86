public import Speech

/// An engine that a program uses directly: a vendor's, the local engine of this machine, or several of these as one.
public protocol SpeechToText: Sendable {
    /// The engine's name in errors, and in events unless several engines make up this one: `assemblyai`, `local`, `failover`.
    var name: EngineName { get }

    /// The features of the engine. Several engines as one have the features that all of them have, and the languages that any of them has.
    var capabilities: Capabilities { get }

    /// Opens a stream. Returns at once: audio may be pushed at once, and waits until the connection is open.
    func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream

    /// Recognises a whole file, audio or video.
    ///
    /// - Parameters:
    ///   - path: the file's path.
    ///   - options: options of the recognition; nil: the engine's own. Options that concern only live audio have no effect.
    /// - Throws: `KitError.streamingOnly` when the engine takes live audio only, `KitError.engine` when the engine fails.
    func recognize(file path: String, _ options: TranscriptionOptions?) async throws(KitError) -> Transcript

    /// Sets the options of new streams, and updates all open streams.
    func update(_ options: TranscriptionOptions)
}

extension SpeechToText {
    /// Recognises a whole file, audio or video, with the engine's options.
    public func recognize(file path: String) async throws(KitError) -> Transcript { try await recognize(file: path, nil) }
}
