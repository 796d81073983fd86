package import Speech
internal import CSystem
import Glibc
import Synchronization

/// One thread that waits for sockets, timers and jobs, and an executor for the actors that live on it.
///
/// A batch is: wait, sockets, jobs of other threads, timers, the loop's own jobs, `atEndOfBatch` work, then every connection with output is written
/// once. Timers come after sockets, so that a delayed loop sees input that came in time before a timer reports it as late. Declarations that are
/// called loop-confined may be used on the loop's thread only; elsewhere they trap.
// Sendable by proof: `inbox` and `stopping` are shared and synchronised; every other stored property is touched on the loop's thread only,
// which `preconditionCurrent` checks where a call could come from elsewhere.
package final class Loop: SerialExecutor, @unchecked Sendable {
    /// A connection whose output is written at the end of the batch.
    typealias Flushable = Connection

    /// A job that may come from any thread.
    private enum ReceivedJob: Sendable {
        case unowned(UnownedJob)
        case closure(@Sendable () -> Void)
    }
    private enum Job {
        case received(ReceivedJob)
        case closure(() -> Void)
    }
    private struct Inbox {
        var jobs: [ReceivedJob] = []
        /// True if the eventfd was written after the loop last emptied the inbox.
        var isWoken = false
        var isClosed = false
    }
    private struct Slot {
        var source: (any EventSource)?
        var generation: UInt32 = 0
    }

    /// Size in bytes of the buffer into which all connections of a loop read.
    static let readBufferSize = 64 * 1024

    /// The loop's name, which is also its thread's name (15 bytes are kept).
    package let name: String
    /// Number of open connections on this loop, for balancing. May be read from any thread.
    let load = Atomic<Int>(0)
    /// The buffer into which every connection reads. Its content is valid only until the handler returns. Loop-confined.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Loop.readBufferSize, alignment: 16)
    /// Masks for the frames of this loop's client connections.
    let masks = MaskSource()
    private let epoll: Int32
    private let wakeUp: Int32
    private let inbox = Mutex(Inbox())
    private let clock: @Sendable () -> Instant
    private let thread = Atomic<UInt>(0)
    private let stopping = Atomic<Bool>(false)

    private var slots: [Slot] = []
    private let timers = TimerHeap()
    private var local: [Job] = []
    private var endOfBatch: [() -> Void] = []
    private var dirty: [Flushable] = []
    private var flushing: [Flushable] = []
    private var spareBuffers: [[UInt8]] = []
    private var cachedNow: Instant

    /// Starts the thread.
    ///
    /// - Parameter clock: the time by which timers fire. A test that moves its own clock wakes the loop with `execute`.
    package init(name: String = "loop", clock: @escaping @Sendable () -> Instant = { .now }) throws(SystemError) {
        self.name = name
        self.clock = clock
        cachedNow = clock()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError(call: "epoll_create1") }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        // From here on an error runs deinit, which closes both.
        guard wakeUp >= 0 else { throw SystemError(call: "eventfd") }
        // Edge-triggered: every write is a separate event, so the counter never needs to be read.
        var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: UInt64.max))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event) == 0 else { throw SystemError(call: "epoll_ctl eventfd") }
        try startThread(name: name) { [self] in run() }
    }

    deinit {
        readBuffer.deallocate()
        close(epoll)
        if wakeUp >= 0 { close(wakeUp) }
    }

    /// True if the caller runs on this loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == currentThread() }

    /// The time, read once per batch. Loop-confined.
    package var now: Instant {
        preconditionCurrent()
        return cachedNow
    }

    func preconditionCurrent() {
        precondition(isCurrent, "loop-confined: called from another thread than the loop's")
    }

    /// Runs `work` on the loop; calls from one thread keep their order. May be called from any thread.
    ///
    /// - Returns: true if `work` runs, even when the loop is shut down meanwhile; false when the loop has ended: `work` is dropped. Callers for whom
    ///   somebody waits answer then themselves.
    @discardableResult
    package func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
        add(.closure(work))
    }

    /// Runs `body` on the loop and returns its result; nil when the loop has ended, and `body` does not run.
    @discardableResult
    package func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            let isTaken = execute { continuation.resume(returning: body()) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Runs `work` at the given time or shortly after. Loop-confined.
    @discardableResult
    package func schedule(at deadline: Instant, _ work: @escaping () -> Void) -> Timer {
        preconditionCurrent()
        return timers.schedule(at: deadline, work)
    }

    /// Runs `work` once, after the events and jobs of this batch and before output is written. Loop-confined.
    package func atEndOfBatch(_ work: @escaping () -> Void) {
        preconditionCurrent()
        endOfBatch.append(work)
    }

    /// Runs `work` later in this batch or in the next, like `execute`, but for work that must stay on the loop. Loop-confined.
    package func soon(_ work: @escaping () -> Void) {
        preconditionCurrent()
        local.append(.closure(work))
    }

    /// Ends the thread after the present batch. Open connections are dropped without an orderly close, so stop servers first.
    package func shutdown() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.unowned(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        preconditionCurrent()
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    /// Returns false when the loop has ended.
    @discardableResult
    private func add(_ job: ReceivedJob) -> Bool {
        if isCurrent {
            local.append(.received(job))
            return true
        }
        let (isTaken, mustWake) = inbox.withLock { inbox in
            guard !inbox.isClosed else { return (false, false) }
            inbox.jobs.append(job)
            defer { inbox.isWoken = true }
            return (true, !inbox.isWoken)
        }
        if mustWake { wake() }
        return isTaken
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }
}

// MARK: Descriptors

extension Loop {
    /// Watches a descriptor. Loop-confined.
    func register(_ descriptor: Int32, for readiness: Readiness, source: any EventSource) throws(SystemError) -> Registration {
        preconditionCurrent()
        let index = Int(descriptor)
        while slots.count <= index { slots.append(Slot()) }
        slots[index].generation &+= 1
        slots[index].source = source
        let registration = Registration(descriptor: descriptor, generation: slots[index].generation)
        do {
            try control(EPOLL_CTL_ADD, registration, readiness)
        } catch {
            slots[index].source = nil
            throw error
        }
        return registration
    }

    /// Changes the conditions that are watched. Loop-confined.
    func modify(_ registration: Registration, for readiness: Readiness) throws(SystemError) {
        try control(EPOLL_CTL_MOD, registration, readiness)
    }

    /// Stops watching a descriptor that is closed right afterwards, which removes it from epoll. Loop-confined.
    func forget(_ registration: Registration) {
        preconditionCurrent()
        slots[Int(registration.descriptor)].source = nil
    }

    /// Stops watching a descriptor that stays open. Loop-confined.
    func unregister(_ registration: Registration) {
        forget(registration)
        try? control(EPOLL_CTL_DEL, registration, [])
    }

    private func control(_ operation: Int32, _ registration: Registration, _ readiness: Readiness) throws(SystemError) {
        let tag = UInt64(registration.generation) << 32 | UInt64(UInt32(registration.descriptor))
        var event = epoll_event(events: readiness.rawValue, data: epoll_data_t(u64: tag))
        guard epoll_ctl(epoll, operation, registration.descriptor, &event) == 0 else { throw SystemError(call: "epoll_ctl") }
    }
}

// MARK: Output

extension Loop {
    /// Writes the connection's output at the end of this batch.
    func markDirty(_ connection: Flushable) {
        dirty.append(connection)
    }

    /// Returns an empty buffer, with capacity if a spare one is available.
    func takeBuffer() -> [UInt8] {
        spareBuffers.popLast() ?? []
    }

    /// Returns a buffer for use by the next connection.
    func giveBack(_ buffer: consuming [UInt8]) {
        guard spareBuffers.count < 512, buffer.capacity > 0, buffer.capacity <= 8 * 1024 else { return }
        buffer.removeAll(keepingCapacity: true)
        spareBuffers.append(buffer)
    }
}

// MARK: The thread

extension Loop {
    private func run() {
        thread.store(currentThread(), ordering: .sequentiallyConsistent)
        let capacity = 512
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        defer { events.deallocate() }
        while !stopping.load(ordering: .acquiring) {
            let count = epoll_wait(epoll, events, Int32(capacity), timeoutMilliseconds())
            cachedNow = clock()
            if count > 0 { dispatch(UnsafeBufferPointer(start: events, count: Int(count))) }
            runReceivedJobs()
            runTimers()
            runLocalJobs()
            runEndOfBatch()
            flush()
        }
        finish()
    }

    private func timeoutMilliseconds() -> Int32 {
        guard local.isEmpty, endOfBatch.isEmpty, dirty.isEmpty else { return 0 }
        guard let next = timers.next else { return -1 }
        let wait = next - clock()
        guard wait > .zero else { return 0 }
        let (seconds, attoseconds) = wait.components
        guard seconds < 3600 else { return 3_600_000 }
        // Rounded up: a wait that ends too early would spin.
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func runTimers() {
        // A timer that this work sets fires in the next batch at the earliest: work that sets itself for a time that is over must not hold the loop.
        for timer in timers.popDue(now: cachedNow) { timer.fire() }
    }

    private func dispatch(_ events: UnsafeBufferPointer<epoll_event>) {
        for event in events {
            let tag = event.data.u64
            if tag == UInt64.max { continue }
            let slot = slots[Int(UInt32(truncatingIfNeeded: tag))]
            // The event belongs to a descriptor that was closed earlier in this batch; its number may be in use again.
            guard slot.generation == UInt32(truncatingIfNeeded: tag >> 32), let source = slot.source else { continue }
            source.ready(Readiness(rawValue: event.events))
        }
    }

    private func runReceivedJobs() {
        let received = inbox.withLock { inbox in
            inbox.isWoken = false
            guard !inbox.jobs.isEmpty else { return [ReceivedJob]() }
            defer { inbox.jobs.removeAll() }
            return inbox.jobs
        }
        for job in received { perform(job) }
    }

    private func runLocalJobs() {
        // Jobs that jobs add also run in this batch, so that their output is in the same write. The number of rounds is limited, so that sockets are
        // not starved.
        var round = 0
        while !local.isEmpty, round < 16 {
            let jobs = local
            local.removeAll()
            for job in jobs { perform(job) }
            round += 1
        }
    }

    private func perform(_ job: Job) {
        switch job {
        case .received(let job): perform(job)
        case .closure(let work): work()
        }
    }

    private func perform(_ job: ReceivedJob) {
        switch job {
        case .unowned(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .closure(let work): work()
        }
    }

    private func runEndOfBatch() {
        guard !endOfBatch.isEmpty else { return }
        let work = endOfBatch
        endOfBatch.removeAll()
        for item in work { item() }
    }

    private func flush() {
        guard !dirty.isEmpty else { return }
        // Two arrays are used in turn, so that both keep their memory. Connections that a flush marks again are written in the next batch.
        swap(&dirty, &flushing)
        for connection in flushing { connection.flush() }
        flushing.removeAll(keepingCapacity: true)
    }

    /// Runs all queued jobs, so that no continuation or actor job is lost, and then rejects further jobs.
    private func finish() {
        timers.removeAll()
        while true {
            runReceivedJobs()
            runLocalJobs()
            runEndOfBatch()
            let isDone = inbox.withLock { inbox in
                guard inbox.jobs.isEmpty else { return false }
                inbox.isClosed = true
                return true
            }
            if isDone && local.isEmpty { break }
        }
        dirty.removeAll()
        for index in slots.indices { slots[index].source = nil }
        // Sources that end with their sockets may hand work to the loop at the last moment. That work runs too.
        while !local.isEmpty || !endOfBatch.isEmpty {
            runLocalJobs()
            runEndOfBatch()
        }
        thread.store(0, ordering: .sequentiallyConsistent)
    }
}
