public import Speech

/// The reason why a recording could not be made. The description says what to do.
public enum RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A required setting is missing.
    case missingSetting(String)
    /// A setting has an unknown value; `known` lists the known values.
    case unknownSetting(String, value: String, known: String)
    /// The key or the token cannot be one. `problem` follows the setting's name, without a part of the value.
    case invalidSetting(String, problem: String)
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
    /// The connection was lost. The recording goes on, and its audio is sent when there is a connection again.
    case connectionLost(EngineError)

    /// True if nothing more is recorded.
    public var endsRecording: Bool {
        switch self {
        case .complaint, .connectionLost: false
        case .missingSetting, .unknownSetting, .invalidSetting, .notInitialized, .alreadyRecording, .stopped, .notReady, .microphone, .engine: true
        }
    }

    public var description: String {
        switch self {
        case .missingSetting(let name): "the setting \(name) is missing"
        case .unknownSetting(let name, let value, let known): "\(name) cannot be \"\(value)\"; known: \(known)"
        case .invalidSetting(let name, let problem): "\(name) \(problem)"
        case .notInitialized: "call initialize() first"
        case .alreadyRecording: "the engine is recording already; call stop() first"
        case .stopped: "the recording was stopped while it started"
        case .notReady: "the server was not ready within 15 s"
        case .microphone(let reason): reason
        case .engine(let error): error.explanation
        case .complaint(let complaint): "\(complaint)"
        case .connectionLost(let error): "the connection was lost, and is made again; no audio is lost (\(error.explanation))"
        }
    }
}
