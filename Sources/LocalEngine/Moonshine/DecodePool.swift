import Audio
import Glibc
import Speech
import Synchronization

/// The threads that recognise. Their priority is below that of the event loops, so that recognition never delays a socket.
///
/// Live work does not wait until prerecorded work ends: at the next token, a thread with prerecorded work runs the waiting live work first.
package final class DecodePool: Sendable {
    package typealias Work = @Sendable (DecodePermit) -> Void

    private let shared: Shared
    package let threadCount: Int

    /// State that the threads share with the pool, so that they do not keep the pool itself alive.
    final class Shared: Sendable {
        struct State {
            var queue = DecodeQueue<Entry>()
            var lastID: UInt64 = 0
            var isStopping = false
        }

        typealias Entry = (permit: DecodePermit, work: Work)

        let state = Monitor(State())
        /// Amount of live work that no thread has taken. Threads read this at every token, without the lock.
        let liveWaiting = Atomic(0)
        let liveStreams = Atomic(0)

        /// Runs the waiting live work on the calling thread.
        func giveWay() {
            while liveWaiting.load(ordering: .relaxed) > 0 {
                guard let entry = state.withLock({ $0.queue.nextLive() }) else { return }
                run(entry)
            }
        }

        func run(_ entry: Entry) {
            if entry.permit.urgency != .prerecorded { liveWaiting.subtract(1, ordering: .relaxed) }
            entry.work(entry.permit)
        }
    }

    /// - Parameter threads: number of threads, at least 1; usually the number of cores for recognition.
    package init(threads: Int) {
        shared = Shared()
        threadCount = max(1, threads)
        for _ in 0..<threadCount { Self.startThread(shared) }
    }

    /// Running work is finished; waiting work is dropped.
    deinit {
        shared.state.withLock { $0.isStopping = true }
        shared.state.signalAll()
    }

    /// Submits work, which runs once, on one of the pool's threads. Work whose job is cancelled while it waits never runs.
    @discardableResult
    package func submit(_ urgency: DecodeUrgency, _ work: @escaping Work) -> DecodeJob {
        let permit = shared.state.withLock { state in
            state.lastID += 1
            let permit = DecodePermit(id: state.lastID, urgency: urgency, shared)
            if urgency != .prerecorded { shared.liveWaiting.add(1, ordering: .relaxed) }
            state.queue.add((permit, work), id: permit.id, urgency: urgency)
            return permit
        }
        shared.state.signal()
        return DecodeJob(permit: permit)
    }

    /// Submits work and waits for its result; nil when the calling task was cancelled first.
    package func run<R: Sendable>(_ urgency: DecodeUrgency, _ body: @escaping @Sendable (DecodePermit) -> R) async -> R? {
        let pending = PendingResult<R>()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                pending.wait(continuation)
                pending.job(submit(urgency) { permit in pending.finish(body(permit)) })
            }
        } onCancel: {
            pending.cancel()
        }
    }

    /// Runs work of a recording and waits for its result.
    ///
    /// - Parameter body: returns nil when the work was cancelled.
    func prerecorded<R: Sendable>(_ body: @escaping @Sendable (DecodePermit) throws(InferenceError) -> R?) async throws(EngineError) -> R {
        let done = await run(.prerecorded) { permit in Result { () throws(InferenceError) in try body(permit) } }
        switch done {
        case nil, .success(nil)?: throw .cancelled
        case .failure(let error)?: throw .unavailable(error.description)
        case .success(let result?)?: return result
        }
    }

    /// Notes that a live stream is open, so that prerecorded work keeps its windows short. Each call needs a later `liveStreamClosed`.
    package func liveStreamOpened() { shared.liveStreams.add(1, ordering: .relaxed) }
    package func liveStreamClosed() { shared.liveStreams.subtract(1, ordering: .relaxed) }
    package var isLive: Bool { shared.liveStreams.load(ordering: .relaxed) > 0 }

    /// Amount of work that no thread has begun.
    package var waitingCount: Int { shared.state.withLock { $0.queue.count } }

    private static func startThread(_ shared: Shared) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(shared)
        let status = pthread_create(&thread, nil, runThread, context.toOpaque())
        guard status == 0 else {
            context.release()
            return
        }
        pthread_detach(thread)
    }
}

/// Body of a pool's thread.
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let shared = Unmanaged<DecodePool.Shared>.fromOpaque(context).takeRetainedValue()
    // On Linux this sets the priority of the calling thread only, not of the process.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, DecodePool.niceness)
    while true {
        let entry: DecodePool.Shared.Entry?? = shared.state.wait { state in
            state.isStopping ? .some(nil) : state.queue.next().map { .some($0) }
        }
        guard let entry, let entry else { return nil }
        shared.run(entry)
    }
}

extension DecodePool {
    fileprivate static let niceness: Int32 = 5
}
