internal import Glibc
internal import Synchronization

/// The thread that delivers blocks to the recorder, so that a slow receiver never delays the sound system's own thread.
///
/// `@unchecked Sendable`: several threads may use `semaphore`, `thread` is used under its lock, and everything else is constant or atomic.
final class CaptureDelivery: @unchecked Sendable {
    let ring: BlockRing
    private let deliver: @Sendable (RawSpan) -> Void
    private let overran: @Sendable (Int) -> Void
    private let failed: @Sendable (CaptureError) -> Void
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let over = Atomic<Bool>(false)
    private let lost = Atomic<Bool>(false)
    private let deviceName = Mutex("microphone")
    private let thread = Mutex<pthread_t?>(nil)

    init(
        ring: BlockRing, deliver: @escaping @Sendable (RawSpan) -> Void, overran: @escaping @Sendable (Int) -> Void,
        failed: @escaping @Sendable (CaptureError) -> Void
    ) {
        self.ring = ring
        self.deliver = deliver
        self.overran = overran
        self.failed = failed
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    var isOver: Bool { over.load(ordering: .acquiring) }

    func name(_ device: String) { deviceName.withLock { $0 = device } }

    func start() throws(CaptureError) {
        let retained = Unmanaged.passRetained(self)
        var id = pthread_t()
        guard pthread_create(&id, nil, runCaptureDelivery, retained.toOpaque()) == 0 else {
            retained.release()
            throw .failed("no thread can be started")
        }
        thread.withLock { [id] in $0 = id }
    }

    /// Copies one block of `ring.blockSize` samples, without waiting. The sound system's thread calls this.
    func take(_ block: UnsafePointer<Int16>) {
        guard !isOver else { return }
        ring.write(block)
        sem_post(semaphore)
    }

    /// Notes that the device stopped. The sound system's thread calls this.
    func deviceEnded() {
        lost.store(true, ordering: .releasing)
        sem_post(semaphore)
    }

    /// Ends the delivery. Only a block that is being delivered now is still delivered.
    func end() {
        over.store(true, ordering: .releasing)
        sem_post(semaphore)
    }

    /// Waits until the thread has ended. When called on that thread, detaches it.
    func join() {
        guard
            let id = thread.withLock({ thread in
                defer { thread = nil }
                return thread
            })
        else { return }
        if pthread_equal(id, pthread_self()) != 0 {
            pthread_detach(id)
        } else {
            pthread_join(id, nil)
        }
    }

    fileprivate func run() {
        while !isOver {
            sem_wait(semaphore)
            while !isOver && ring.take(lost: overran, deliver) {}
            if lost.load(ordering: .acquiring) && !isOver {
                over.store(true, ordering: .releasing)
                failed(.lost(device: deviceName.withLock { $0 }))
            }
        }
    }
}

private func runCaptureDelivery(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let opaque else { return nil }
    Unmanaged<CaptureDelivery>.fromOpaque(opaque).takeRetainedValue().run()
    return nil
}
