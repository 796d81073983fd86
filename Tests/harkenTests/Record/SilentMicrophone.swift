import Recorder
import Synchronization

/// A microphone that says what the test wants, at once.
final class SilentMicrophone: Microphone {
    private let deliver: @Sendable (RawSpan) -> Void
    private let isOpen = Mutex(false)
    private let fault: CaptureError?

    init(_ deliver: @escaping @Sendable (RawSpan) -> Void, fault: CaptureError? = nil) {
        self.deliver = deliver
        self.fault = fault
    }

    func start() throws(CaptureError) {
        if let fault { throw fault }
        isOpen.withLock { $0 = true }
    }

    func stop() { isOpen.withLock { $0 = false } }

    var isStopped: Bool { isOpen.withLock { !$0 } }

    func say(_ samples: [Int16]) { deliver(samples.span.bytes) }
}
