public import Speech

/// A stream that could not begin, or a file that could not be recognized. The description says what to do.
public enum KitError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Neither given nor in the environment.
    case missingKey(vendor: String, variable: String)
    /// An address that is no address.
    case invalidURL(String)
    /// The engine recognises live audio only.
    case streamingOnly(String)
    /// The engine's error about a file.
    case engine(EngineError)
    /// Something that the engine needs is not there.
    case unavailable(String)

    public var description: String {
        switch self {
        case .missingKey(let vendor, let variable): "\(vendor) needs a key: give `key:`, or set \(variable)"
        case .invalidURL(let url): "\"\(url)\" is no address of a server; give one such as wss://host or https://host:port"
        case .streamingOnly(let vendor): "\(vendor) recognises live audio only here; use `stream(_:)`, or another engine for files"
        case .engine(let error): "\(error)"
        case .unavailable(let reason): reason
        }
    }
}
