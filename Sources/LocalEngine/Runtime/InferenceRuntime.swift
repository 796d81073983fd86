import COrt
import Glibc

/// ONNX Runtime, opened from its library file. One instance per process is enough; all inference sessions share it.
package final class InferenceRuntime: Sendable {
    package let path: String
    // A pointer to tables that are written once, before `init` returns, and never freed.
    nonisolated(unsafe) let handle: OpaquePointer

    /// - Parameter path: the path of `libonnxruntime.so`.
    package init(path: String) throws(InferenceError) {
        guard access(path, R_OK) == 0 else { throw InferenceError(unopened: path) }
        var handle: OpaquePointer?
        if let reason = failure(cort_runtime_open(path, &handle)) { throw .unusableRuntime(path: path, reason: reason) }
        guard let handle else { throw .unusableRuntime(path: path, reason: "the library returned no handle") }
        self.path = path
        self.handle = handle
    }
}

/// Returns the text of an error message from the shim, and frees the message; nil for success.
func failure(_ message: UnsafeMutablePointer<CChar>?) -> String? {
    guard let message else { return nil }
    defer { cort_message_free(message) }
    return String(cString: message)
}
