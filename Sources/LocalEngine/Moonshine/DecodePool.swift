import Audio
import Glibc
import Speech
import Synchronization

/// The threads that recognise. Their priority is below that of the event loops, so that recognition never delays a socket.
///
/// Live work does not wait until prerecorded work ends: at the next token, a thread with prerecorded work runs the waiting live work first. Long work
/// has steps that cannot be interrupted, such as 0.6 s to encode 30 s for Whisper. While a live stream is open, it leaves a thread free, if there is a
/// second one. So the load decides when work is done, and never how: the words of a recording do not depend on it. Live work gives way in the same manner
/// to live work whose deadline is nearer: a reading that is needed in a second to one at a pause, and this to the work behind it. Interims give way to
/// all other live work, and leave a thread free too, since their encoder cannot be interrupted: without long work, no final waits for the words that are
/// shown before it. Long work and interims together can take all threads, with two threads one each. A final then waits for the first of their steps that
/// ends: no longer than for the encoder of an interim.
package final class DecodePool: Sendable {
    package typealias Work = @Sendable (DecodePermit) -> Void

    private let shared: Shared
    package let threadCount: Int

    /// State that the threads share with the pool, so that they do not keep the pool itself alive.
    final class Shared: Sendable {
        struct State {
            var queue = DecodeQueue<Entry>()
            var lastID: UInt64 = 0
            /// Amount of long work, and number of interims, that threads have taken.
            var longRunning = 0, interimsRunning = 0
            var isStopping = false
        }

        typealias Entry = (permit: DecodePermit, work: Work)

        let threadCount: Int
        let state = Monitor(State())
        /// Amount of live work that no thread has taken. Threads read this at every token, without the lock.
        let liveWaiting = Atomic(0)
        let liveStreams = Atomic(0)
        /// Amount of work that was done.
        let done = Atomic(0)

        init(threadCount: Int) { self.threadCount = threadCount }

        /// Runs the waiting live work on the calling thread.
        ///
        /// - Parameters:
        ///   - toInterims: false: interims wait on.
        ///   - limit: work whose deadline is no earlier waits on; nil: there is no limit.
        func giveWay(toInterims: Bool, before limit: Instant? = nil) {
            while liveWaiting.load(ordering: .relaxed) > 0 {
                guard let entry = state.withLock({ nextLive(&$0, toInterims: toInterims, before: limit) }) else { return }
                run(entry)
            }
        }

        /// Takes the next live work for a thread that gives way; nil when there is none that may run now.
        private func nextLive(_ state: inout State, toInterims: Bool, before limit: Instant?) -> Entry? {
            let entry = state.queue.nextLive(mayBeInterim: toInterims && mayBeInterim(state), before: limit)
            count(entry, by: 1, &state)
            return entry
        }

        /// Takes the next work for a thread that has none; nil when there is none that may run now.
        func next(_ state: inout State) -> Entry? {
            let limit = DecodePool.longLimit(threads: threadCount, isLive: liveStreams.load(ordering: .relaxed) > 0)
            let entry = state.queue.next(mayBeLong: state.longRunning < limit, mayBeInterim: mayBeInterim(state))
            count(entry, by: 1, &state)
            return entry
        }

        private func mayBeInterim(_ state: State) -> Bool { state.interimsRunning < DecodePool.interimLimit(threads: threadCount) }

        /// Counts work whose amount at once is limited.
        private func count(_ entry: Entry?, by step: Int, _ state: inout State) {
            guard let permit = entry?.permit else { return }
            if permit.isLong { state.longRunning += step }
            if permit.isInterim { state.interimsRunning += step }
        }

        func run(_ entry: Entry) {
            if entry.permit.urgency != .prerecorded { liveWaiting.subtract(1, ordering: .relaxed) }
            entry.work(entry.permit)
            done.add(1, ordering: .relaxed)
            guard entry.permit.isLong || entry.permit.isInterim else { return }
            state.withLock { count(entry, by: -1, &$0) }
            state.signal()
        }
    }

    /// - Parameter threads: number of threads, at least 1; usually the number of cores for recognition.
    package init(threads: Int) {
        threadCount = max(1, threads)
        shared = Shared(threadCount: threadCount)
        for _ in 0..<threadCount { Self.startThread(shared) }
    }

    /// Running work is finished; waiting work is dropped.
    deinit {
        shared.state.withLock { $0.isStopping = true }
        shared.state.signalAll()
    }

    /// Returns the maximum amount of long work at once. It takes up to 0.2 GB each: four fit into 2 GB with all models.
    static func longLimit(threads: Int, isLive: Bool) -> Int {
        let limit = max(4, threads / 2)
        return isLive ? max(1, min(limit, threads - 1)) : limit
    }

    /// Returns the maximum number of interims at once: one thread is free for answers, if there is a second one.
    static func interimLimit(threads: Int) -> Int { max(1, threads - 1) }

    /// Submits work, which runs once, on one of the pool's threads. Work whose job is cancelled while it waits never runs.
    ///
    /// - Parameter isLong: true for prerecorded work with steps of more than 0.2 s, which cannot be interrupted.
    @discardableResult
    package func submit(_ urgency: DecodeUrgency, isLong: Bool = false, _ work: @escaping Work) -> DecodeJob {
        let permit = shared.state.withLock { state in
            state.lastID += 1
            let permit = DecodePermit(id: state.lastID, urgency: urgency, isLong: isLong && urgency == .prerecorded, shared)
            if urgency != .prerecorded { shared.liveWaiting.add(1, ordering: .relaxed) }
            state.queue.add((permit, work), id: permit.id, urgency: urgency, isLong: permit.isLong)
            return permit
        }
        shared.state.signal()
        return DecodeJob(permit: permit)
    }

    /// Submits work and waits for its result; nil when the calling task was cancelled first.
    package func run<R: Sendable>(
        _ urgency: DecodeUrgency, isLong: Bool = false, _ body: @escaping @Sendable (DecodePermit) -> R
    ) async -> R? {
        let pending = PendingResult<R>()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                pending.wait(continuation)
                pending.job(submit(urgency, isLong: isLong) { permit in pending.finish(body(permit)) })
            }
        } onCancel: {
            pending.cancel()
        }
    }

    /// Runs work of a recording and waits for its result.
    ///
    /// - Parameters:
    ///   - isLong: as for `submit`.
    ///   - body: returns nil when the work was cancelled.
    func prerecorded<R: Sendable>(
        isLong: Bool = false, _ body: @escaping @Sendable (DecodePermit) throws(InferenceError) -> R?
    ) async throws(EngineError) -> R {
        try await finish(.prerecorded, isLong: isLong, body)
    }

    /// Runs work and waits for its result.
    ///
    /// - Parameters:
    ///   - isLong: as for `submit`.
    ///   - body: returns nil when the work was cancelled.
    func finish<R: Sendable>(
        _ urgency: DecodeUrgency, isLong: Bool = false, _ body: @escaping @Sendable (DecodePermit) throws(InferenceError) -> R?
    ) async throws(EngineError) -> R {
        let done = await run(urgency, isLong: isLong) { permit in Result { () throws(InferenceError) in try body(permit) } }
        switch done {
        case nil, .success(nil)?: throw .cancelled
        case .failure(let error)?: throw .unavailable(error.description)
        case .success(let result?)?: return result
        }
    }

    /// Submits the reading of a live stream's audio.
    ///
    /// - Parameters:
    ///   - patience: time that the reading may take.
    ///   - isInterim: true for words that are shown until better ones come.
    ///   - read: returns nil when the reading was cancelled.
    ///   - give: takes the outcome, once; it is not called when the reading was cancelled.
    /// - Returns: a closure that cancels the reading.
    func live<R: Sendable>(
        within patience: Duration, isInterim: Bool = false, _ read: @escaping @Sendable (DecodePermit) throws(InferenceError) -> R?,
        _ give: @escaping @Sendable (Result<R, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        let deadline = Instant.now + patience
        let job = submit(isInterim ? .interim(deadline: deadline) : .live(deadline: deadline)) { permit in
            switch Result(catching: { () throws(InferenceError) in try read(permit) }) {
            case .success(nil): return
            case .success(let result?): give(.success(result))
            case .failure(let error): give(.failure(.unavailable(error.description)))
            }
        }
        return { job.cancel() }
    }

    /// Notes that a live stream is open, so that long work leaves a thread free. Each call needs a later `liveStreamClosed`.
    package func liveStreamOpened() { shared.liveStreams.add(1, ordering: .relaxed) }

    package func liveStreamClosed() {
        // Under the lock: a thread that still saw the stream waits by now, and hears the signal.
        shared.state.withLock { _ in _ = shared.liveStreams.subtract(1, ordering: .relaxed) }
        shared.state.signalAll()
    }

    /// Amount of work that no thread has begun.
    package var waitingCount: Int { shared.state.withLock { $0.queue.count } }

    /// Amount of work that was done since the pool was made.
    package var doneCount: Int { shared.done.load(ordering: .relaxed) }

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
            state.isStopping ? .some(nil) : shared.next(&state).map { .some($0) }
        }
        guard let entry, let entry else { return nil }
        shared.run(entry)
    }
}

extension DecodePool {
    fileprivate static let niceness: Int32 = 5
}
