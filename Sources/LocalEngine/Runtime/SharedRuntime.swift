import Synchronization

/// The speech runtime that all models of an engine share. Opened for the first model; stays open.
final class SharedRuntime: Sendable {
    private let path: String
    private let opened = Mutex<InferenceRuntime?>(nil)

    init(_ folder: ModelFolder) { path = folder.path(of: .runtime) }

    func open() throws(InferenceError) -> InferenceRuntime {
        try opened.withLock { opened throws(InferenceError) in
            if let opened { return opened }
            let runtime = try InferenceRuntime(path: path)
            opened = runtime
            return runtime
        }
    }
}
