internal import CSystem
import Glibc

/// Returns the calling thread as a number that can be compared.
func currentThread() -> UInt {
    UInt(pthread_self())
}

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Starts a detached thread that ends when `body` returns.
package func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, runThread, start.toOpaque())
    guard code == 0 else {
        start.release()
        throw SystemError(call: "pthread_create \(name)", code: code)
    }
    pthread_detach(thread)
}

/// The C entry point of a thread. A function of the file, so that no actor's isolation is inferred for it.
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    _ = system_name_thread(start.name)
    start.body()
    return nil
}
