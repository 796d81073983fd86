public import Speech

/// A recording that could not be made. The description says what to do.
public enum RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting without which nothing goes.
    case missingSetting(String)
    /// A setting whose value is not known. Says which are.
    case unknownSetting(String, value: String, known: String)
    /// `initialize()` was not called, or `shutdown()` was.
    case notInitialized
    case alreadyRecording
    /// `stop()` came while it was starting.
    case stopped
    /// The connection was not ready in time.
    case notReady
    case microphone(String)
    case engine(EngineError)

    public var description: String {
        switch self {
        case .missingSetting(let name): "the setting \(name) is missing"
        case .unknownSetting(let name, let value, let known): "\(name) cannot be \"\(value)\"; known: \(known)"
        case .notInitialized: "call initialize() first"
        case .alreadyRecording: "it is recording already; call stop() first"
        case .stopped: "it was stopped while it started"
        case .notReady: "the server was not ready within 15 s"
        case .microphone(let reason): reason
        case .engine(let error): "\(error)"
        }
    }
}
