package import Audio
internal import Glibc
package import Net
package import Speech
internal import Synchronization

/// Decodes recordings in processes that can only decode, one process for each recording, so that a malicious file cannot harm anything else.
///
/// A factory (`DecodeFactory`) starts a process for each recording. The factory runs only while recordings come.
package final class DecodeWorkers: MediaSource {
    package struct Configuration: Sendable {
        /// The program: `harken` itself.
        package var executable: String
        package var limits: DecodeWorker.Limits
        /// Maximum number of processes at once; further recordings wait for their turn.
        package var maxWorkers: Int
        /// Maximum time that a worker may take to answer a request for audio.
        package var patience: Duration
        /// Time for which the factory is kept without a worker.
        package var idleTime: Duration

        package init(
            executable: String = "/proc/self/exe", limits: DecodeWorker.Limits = .init(), maxWorkers: Int = 16, patience: Duration = .seconds(30),
            idleTime: Duration = .seconds(30)
        ) {
            self.executable = executable
            self.limits = limits
            self.maxWorkers = max(1, maxWorkers)
            self.patience = patience
            self.idleTime = idleTime
        }

        var words: [String] { [DecodeWorkers.command, "\(limits.memory)", "\(limits.processorSeconds)"] }
    }

    /// The command that makes `harken` the factory of workers.
    package static let command = "decode-worker"

    private struct State {
        /// Workers that a recording or a turn holds.
        var busy: Set<Int32> = []
        var startingCount = 0
        /// The time when the last worker ended.
        var lastUse: Instant?
        /// Waiting requests, in the order of their arrival.
        var waiting: [(request: Request, continuation: CheckedContinuation<Result<WorkerProcess, MediaError>, Never>)] = []
        var isKnownUnconfined = false

        var count: Int { busy.count + startingCount }
    }

    /// A request for a turn.
    private final class Request: Sendable {
        /// True if the request was cancelled. Set while the state is locked.
        let isCancelled = Atomic<Bool>(false)
    }

    let configuration: Configuration
    private let state = Mutex(State())
    /// The loop that starts and ends the processes. The factory is killed when the thread that started it ends, so that thread must stay.
    private let loop: Loop
    /// The running factory; nil: none runs. Changed on the loop only.
    private let factory = Mutex<FactoryProcess?>(nil)
    /// The time by which a worker's answers are awaited.
    let now: @Sendable () -> Instant
    private let report: @Sendable (DecodeEvent) -> Void

    /// Makes the source and its thread. Processes are started when they are needed.
    ///
    /// - Parameters:
    ///   - report: takes events, on any thread.
    ///   - now: the time by which `patience` is measured.
    package init(
        _ configuration: Configuration, report: @escaping @Sendable (DecodeEvent) -> Void = { _ in },
        now: @escaping @Sendable () -> Instant = { .now }
    ) throws(SystemError) {
        self.configuration = configuration
        self.now = now
        self.report = report
        loop = try Loop(name: "decoders")
    }

    deinit {
        factory.withLock { $0?.stop() }
        loop.shutdown()
    }

    /// Process numbers of the workers that decode now, in no order; for tests.
    package var busyProcesses: [Int32] { state.withLock { Array($0.busy) } }
    /// Number of recordings that wait for a worker; for tests.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// True if the factory runs; for tests.
    package var isFactoryRunning: Bool { factory.withLock { $0 != nil } }

    package func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        guard MediaFile.isInterpreted(recording.format) else { return InProcessTurn(recording) }
        let request = Request()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                let isOver = state.withLock { state in
                    if isCancelled || request.isCancelled.load(ordering: .relaxed) { return true }
                    state.waiting.append((request, continuation))
                    return false
                }
                if isOver { continuation.resume(returning: .failure(.cancelled)) } else { startMissing() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                request.isCancelled.store(true, ordering: .relaxed)
                return state.waiting.firstIndex { $0.request === request }.map { state.waiting.remove(at: $0) }
            }
            waiting?.continuation.resume(returning: .failure(.cancelled))
        }
        return WorkerTurn(workers: self, process: try result.get(), recording: recording)
    }

    /// Starts workers for waiting recordings, as far as the limit allows.
    private func startMissing() {
        let count = state.withLock { state in
            let count = max(0, min(state.waiting.count - state.startingCount, configuration.maxWorkers - state.count))
            state.startingCount += count
            return count
        }
        for _ in 0..<count { loop.execute { [self] in start() } }
    }

    /// Starts one worker. Runs on the loop.
    private func start() {
        // The request that needed this worker may have been cancelled.
        guard
            state.withLock({ state in
                guard state.waiting.isEmpty else { return true }
                state.startingCount -= 1
                return false
            })
        else { return }
        let result: Result<WorkerProcess, SystemError>
        do throws(SystemError) { result = .success(try startedWorker()) } catch { result = .failure(error) }
        let waiting = state.withLock { state in
            state.startingCount -= 1
            let waiting = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if case .success(let process) = result { state.busy.insert(process.id) }
            return waiting
        }
        switch result {
        case .success(let process):
            report(.started)
            if let waiting { waiting.continuation.resume(returning: .success(process)) } else { end(process) }
        case .failure(let error):
            waiting?.continuation.resume(returning: .failure(.unavailable("No decoder can be started: \(error.description).")))
            startMissing()
        }
    }

    /// Starts a worker by the running factory, or by a new one if it has ended. Runs on the loop.
    private func startedWorker() throws(SystemError) -> WorkerProcess {
        if let running = factory.withLock({ $0 }) {
            do throws(SystemError) { return try running.start() } catch {
                guard error.code == EPIPE else { throw error }
                stopFactory()
            }
        }
        let new = try FactoryProcess.spawn(configuration)
        factory.withLock { $0 = new }
        do throws(SystemError) { return try new.start() } catch {
            stopFactory()
            throw error
        }
    }

    /// Ends the factory and all its workers. Runs on the loop.
    private func stopFactory() {
        let last = factory.withLock { factory in
            defer { factory = nil }
            return factory
        }
        last?.stop()
    }

    /// Ends a worker that has decoded its recording, or whose turn ended without a recording.
    ///
    /// - Parameters:
    ///   - loss: the cause of the loss; nil when nothing is wrong with the worker.
    ///   - call: the system call for which the worker was killed.
    func end(_ process: WorkerProcess, _ loss: DecodeEvent.Loss? = nil, wanting call: String? = nil) {
        loop.execute { [self] in
            close(process.socket)
            var end = "with its factory"
            if let running = factory.withLock({ $0 }), running.id == process.factory {
                if let status = running.end(process.id) { end = status } else { stopFactory() }
            }
            state.withLock { state in
                state.busy.remove(process.id)
                state.lastUse = loop.now
            }
            if let call { end += " at the system call \(call)" }
            if let loss { report(.lost(loss, end: end)) }
            startMissing()
            loop.schedule(at: loop.now + configuration.idleTime) { [weak self] in self?.sweep() }
        }
    }

    /// Ends the factory when no worker was needed for a while. Runs on the loop.
    private func sweep() {
        let isIdle = state.withLock { state in
            state.count == 0 && state.waiting.isEmpty && state.lastUse.map { loop.now - $0 >= configuration.idleTime } != false
        }
        if isIdle { stopFactory() }
    }

    /// Notes that a worker's first message reports that the system does not confine it.
    func foundUnconfined() {
        let isNews = state.withLock { state in
            defer { state.isKnownUnconfined = true }
            return !state.isKnownUnconfined
        }
        if isNews { report(.unconfined) }
    }
}
