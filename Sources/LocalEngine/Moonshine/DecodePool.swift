import Audio
import Glibc
import Synchronization

/// The threads that recognise. They run below the priority of the loops, so that recognition never delays a socket.
///
/// Live work does not wait for prerecorded work to end: a thread that has some in hand does waiting live work in between, at the next token.
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
        /// Live work that no thread has taken: read at every token, without the lock.
        let liveWaiting = Atomic(0)
        let liveStreams = Atomic(0)

        /// Does live work that waits, on the calling thread.
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

    /// - Parameter threads: as many as there are cores for recognition; at least 1.
    package init(threads: Int) {
        shared = Shared()
        threadCount = max(1, threads)
        for _ in 0..<threadCount { Self.startThread(shared) }
    }

    /// Work in hand is finished; work that waits is dropped.
    deinit {
        shared.state.withLock { $0.isStopping = true }
        shared.state.signalAll()
    }

    /// Adds work. It is called once, on one of the pool's threads, unless the job is cancelled while it waits: then never.
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

    /// Adds work and waits for its result; nil when the task was cancelled first.
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

    /// Says that a live stream is open: prerecorded work keeps its windows short meanwhile. Balanced by `liveStreamClosed`.
    package func liveStreamOpened() { shared.liveStreams.add(1, ordering: .relaxed) }
    package func liveStreamClosed() { shared.liveStreams.subtract(1, ordering: .relaxed) }
    package var isLive: Bool { shared.liveStreams.load(ordering: .relaxed) > 0 }

    /// Work that no thread has begun.
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
    // On Linux a thread of its own, not the process.
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
