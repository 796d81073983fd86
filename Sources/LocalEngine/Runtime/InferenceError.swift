import Glibc

/// The reason why the speech runtime could not do its work.
package enum InferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file that set-up makes does not exist.
    case missingFile(String)
    /// A file exists, but this user may not read it.
    case unreadableFile(String)
    /// The runtime's library exists but cannot be used.
    case unusableRuntime(path: String, reason: String)
    /// A model file exists but cannot be loaded, or has another model than expected.
    case unusableModel(path: String, reason: String)
    /// A loaded model rejected its input or failed while it ran.
    case failedRun(model: String, reason: String)

    /// Makes the error of a file that could not be opened, by the cause that the system has just reported.
    init(unopened path: String) { self = errno == EACCES ? .unreadableFile(path) : .missingFile(path) }

    package var description: String {
        switch self {
        case .missingFile(let path):
            "\(path) is missing. Install the models with `harken models install`, or point HARKEN_MODELS at the models folder."
        case .unreadableFile(let path):
            "\(path) cannot be read: permission denied. Let this user read it, or point HARKEN_MODELS at a folder of models that this user can read."
        case .unusableRuntime(let path, let reason):
            "The speech runtime \(path) cannot be used: \(reason). Install the models again with `harken models install`."
        case .unusableModel(let path, let reason):
            "The model \(path) cannot be used: \(reason). Install the models again with `harken models install`."
        case .failedRun(let model, let reason): "The model \(model) failed: \(reason)."
        }
    }
}
