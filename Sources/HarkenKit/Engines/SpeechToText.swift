public import Speech

/// An engine that a program uses directly: one vendor's, or the one of this machine.
public protocol SpeechToText: Sendable {
    /// What it is called in events and errors: `assemblyai`, `local`.
    var name: EngineName { get }

    /// Opens a stream. Returns at once; audio may be pushed at once and waits for the connection.
    func stream(_ options: TranscriptionOptions) throws(KitError) -> SpeechStream

    /// Changes what new streams are asked for, and all running ones with it.
    func update(_ options: TranscriptionOptions)
}
