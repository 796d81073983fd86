public import Speech

/// Records the microphone and recognizes its speech: on this machine, through a managed server, or at a vendor with the user's own key. All recording
/// engines have the same interface.
///
/// The microphone is open only between a `start()` that has returned and `stop()`.
public protocol RecordingEngine: AnyObject, Sendable {
    /// Checks the settings. Makes no connection.
    ///
    /// - Throws: `RecordingError` with the setting that is missing or unknown.
    func initialize() async throws(RecordingError)

    /// Connects, then opens the microphone. Takes at most 15 s. After any failure, or when `stop()` is called meanwhile, everything is closed and no
    /// audio was captured.
    func start() async throws(RecordingError)

    /// Ends the recording. When it returns, capture has ended and the last words have been delivered. Takes at most 5 s. May be called at any time,
    /// and repeatedly.
    func stop() async

    /// Stops the recording and releases all resources.
    func shutdown() async

    /// True after `initialize()` and until `shutdown()`.
    var isReady: Bool { get }

    /// True while the microphone is open.
    var isRecording: Bool { get }

    /// Sets the speaker's name in the results from now on.
    func setUserName(_ name: String?)

    /// Sets the callback for interim results. Callbacks come on any thread, one at a time over all kinds of callbacks.
    func onRealtime(_ body: @escaping @Sendable (RecordingResult) -> Void)

    /// Sets the callback for final results, which do not change.
    func onFinal(_ body: @escaping @Sendable (RecordingResult) -> Void)

    /// Sets the callback for errors. An error ends the recording, unless its `endsRecording` is false.
    func onError(_ body: @escaping @Sendable (RecordingError) -> Void)

    /// Sets the callback for low credit. Its argument is the amount of audio that will still be recognised.
    func onCreditsLow(_ body: @escaping @Sendable (Duration) -> Void)

    /// Sets the callback for the server's account of a session that is over. The last words came before; an error that ended the session comes after.
    func onSessionEnd(_ body: @escaping @Sendable (EngineSessionEnd) -> Void)
}

/// Recognized words. The text is never blank.
public struct RecordingResult: Sendable, Equatable {
    public var text: String
    public var isFinal: Bool
    /// The time when the result came.
    public var timestamp: UnixTime
    public var userName: String?
}
