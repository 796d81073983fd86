public import Speech

/// The reason why a recording could not be made. The description says what to do.
public enum RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A required setting is missing.
    case missingSetting(String)
    /// A setting has an unknown value; `known` lists the known values.
    case unknownSetting(String, value: String, known: String)
    /// `initialize()` was not called yet, or `shutdown()` was called.
    case notInitialized
    case alreadyRecording
    /// `stop()` was called during the start.
    case stopped
    /// The connection was not ready in time.
    case notReady
    case microphone(String)
    case engine(EngineError)
    /// The server reported an error, and the recording goes on.
    case complaint(EngineComplaint)

    public var description: String {
        switch self {
        case .missingSetting(let name): "the setting \(name) is missing"
        case .unknownSetting(let name, let value, let known): "\(name) cannot be \"\(value)\"; known: \(known)"
        case .notInitialized: "call initialize() first"
        case .alreadyRecording: "the engine is recording already; call stop() first"
        case .stopped: "the recording was stopped while it started"
        case .notReady: "the server was not ready within 15 s"
        case .microphone(let reason): reason
        case .engine(let error): error.explanation
        case .complaint(let complaint): "\(complaint)"
        }
    }
}
