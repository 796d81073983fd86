public import Speech

/// Records the microphone and says what was said: on this machine, by a managed server, or by a vendor with the user's own key. All are used alike.
///
/// The microphone is open only between a `start()` that has returned and `stop()`.
public protocol RecordingEngine: AnyObject, Sendable {
    /// Checks the settings, without a connection.
    ///
    /// - Throws: `RecordingError` that says which setting is missing or unknown.
    func initialize() async throws(RecordingError)

    /// Connects, and opens the microphone once the connection is ready. Takes at most 15 s. On any failure, and when `stop()` comes meanwhile,
    /// everything is closed and nothing was captured.
    func start() async throws(RecordingError)

    /// Ends the recording: no sample is captured after it returns, and the last words have been told. Takes at most 5 s; may be called again, and
    /// at any time.
    func stop() async

    /// Stops, and lets go of everything.
    func shutdown() async

    /// Initialised, and not shut down.
    var isReady: Bool { get }

    /// The microphone is open.
    var isRecording: Bool { get }

    /// The speaker, for the results from now on.
    func setUserName(_ name: String?)

    /// Takes what is being said, as it changes. Called from any thread, one call after the other, as are the others.
    func onRealtime(_ body: @escaping @Sendable (RecordingResult) -> Void)

    /// Takes what will not change.
    func onFinal(_ body: @escaping @Sendable (RecordingResult) -> Void)

    func onError(_ body: @escaping @Sendable (RecordingError) -> Void)

    /// Takes how much more will be recognised.
    func onCreditsLow(_ body: @escaping @Sendable (Duration) -> Void)
}

/// Something that was said. Its text is never blank.
public struct RecordingResult: Sendable, Equatable {
    public var text: String
    public var isFinal: Bool
    /// The time when the result came.
    public var timestamp: UnixTime
    public var userName: String?
}
