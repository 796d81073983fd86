import Framing
public import Speech

/// The reason why a stream could not begin, or why a file could not be recognized. The description says what to do.
public enum KitError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The vendor's key was neither given nor found in the environment.
    case missingKey(vendor: String, variable: String)
    /// The text of the key cannot be a key. `name` is the parameter or the variable that gives the key. `problem` follows the name, without a part of
    /// the key.
    case invalidKey(name: String, problem: String)
    /// The address is not a valid URL.
    case invalidURL(String)
    /// The engine recognises live audio only, not files.
    case streamingOnly(String)
    /// The engine failed to recognize a file.
    case engine(EngineError)
    /// The engine cannot be used, for example because a model, a thread or a TLS context is missing.
    case unavailable(String)

    public var description: String {
        switch self {
        case .missingKey(let vendor, let variable): "\(vendor) needs a key: give `key:`, or set \(variable)"
        case .invalidKey(let name, let problem): "\(name) \(problem); use \(KeyText.accepted)"
        case .invalidURL(let url): "\"\(url)\" is not the address of a server; give one such as wss://host or https://host:port"
        case .streamingOnly(let vendor): "\(vendor) recognizes only live audio here; use `stream(_:)`, or another engine for files"
        case .engine(let error): error.explanation
        case .unavailable(let reason): reason
        }
    }
}
