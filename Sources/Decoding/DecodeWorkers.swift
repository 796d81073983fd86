package import Audio
internal import Glibc
package import Net
package import Speech
internal import Synchronization

/// Decodes recordings in processes that can do nothing else, each of which decodes one: what a file does to its decoder it does to nobody else.
///
/// A process is started for each recording. While recordings come one is kept ready, so that nobody waits for its start; without any, none runs.
package final class DecodeWorkers: MediaSource {
    package struct Configuration: Sendable {
        /// The program; `harken` itself.
        package var executable: String
        package var limits: DecodeWorker.Limits
        /// Processes at once; more recordings wait for their turn.
        package var maxWorkers: Int
        /// How long a worker that was asked for audio may say nothing.
        package var patience: Duration
        /// How long a worker without work is kept.
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

    /// The word that makes `harken` a worker.
    package static let command = "decode-worker"

    private struct State {
        var idle: [(process: WorkerProcess, since: ContinuousClock.Instant)] = []
        /// Taken by a recording.
        var busy: Set<Int32> = []
        var startingCount = 0
        /// In the order in which they came.
        var waiting: [(request: Request, continuation: CheckedContinuation<Result<WorkerProcess, MediaError>, Never>)] = []
        var isKnownUnconfined = false

        var count: Int { idle.count + busy.count + startingCount }
    }

    /// Somebody who asked for a turn.
    private final class Request: Sendable {
        /// Set with the state locked.
        let isCancelled = Atomic<Bool>(false)
    }

    let configuration: Configuration
    private let state = Mutex(State())
    /// Starts and ends the processes: they are killed when the thread that started them ends, so that one has to stay.
    private let loop: Loop
    private let report: @Sendable (DecodeEvent) -> Void

    /// Starts a thread; no process before it is needed.
    ///
    /// - Parameter report: called from any thread.
    package init(_ configuration: Configuration, report: @escaping @Sendable (DecodeEvent) -> Void = { _ in }) throws(SystemError) {
        self.configuration = configuration
        self.report = report
        loop = try Loop(name: "decoders")
    }

    deinit {
        for entry in state.withLock({ $0.idle }) { _ = entry.process.end() }
        loop.shutdown()
    }

    /// Numbers of the processes that decode now, in no order; for tests.
    package var busyProcesses: [Int32] { state.withLock { Array($0.busy) } }
    /// Processes that wait for work.
    package var idleCount: Int { state.withLock { $0.idle.count } }

    package func turn(for recording: Recording) async throws(MediaError) -> any MediaTurn {
        guard MediaFile.isInterpreted(recording.format) else { return InProcessTurn(recording) }
        let request = Request()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = Task.isCancelled
                let now: Result<WorkerProcess, MediaError>? = state.withLock { state in
                    if isCancelled || request.isCancelled.load(ordering: .relaxed) { return .failure(.cancelled) }
                    if let process = takeIdle(&state) { return .success(process) }
                    state.waiting.append((request, continuation))
                    return nil
                }
                startMissing()
                if let now { continuation.resume(returning: now) }
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

    private func takeIdle(_ state: inout State) -> WorkerProcess? {
        while let entry = state.idle.popLast() {
            guard entry.process.isAlive else {
                lost(entry.process)
                continue
            }
            state.busy.insert(entry.process.id)
            return entry.process
        }
        return nil
    }

    /// Of a worker without work.
    private func lost(_ process: WorkerProcess) {
        loop.execute { [report] in report(.lost(.crashed, end: process.end())) }
    }

    /// Starts what those who wait need, and one more to be ready for the next, as far as the limit allows.
    private func startMissing() {
        let count = state.withLock { state in
            let wanted = state.waiting.count + 1 - state.startingCount - state.idle.count
            let count = max(0, min(wanted, configuration.maxWorkers - state.count))
            state.startingCount += count
            return count
        }
        for _ in 0..<count { loop.execute { [self] in start() } }
    }

    /// On the loop.
    private func start() {
        let result: Result<WorkerProcess, SystemError>
        do throws(SystemError) { result = .success(try WorkerProcess.spawn(configuration)) } catch { result = .failure(error) }
        let now = loop.now
        let waiting = state.withLock { state in
            state.startingCount -= 1
            let waiting = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if case .success(let process) = result {
                if waiting == nil { state.idle.append((process, now)) } else { state.busy.insert(process.id) }
            }
            return waiting
        }
        switch result {
        case .success(let process):
            report(.started)
            waiting?.continuation.resume(returning: .success(process))
            if waiting == nil { sweepLater() }
        case .failure(let error):
            waiting?.continuation.resume(returning: .failure(.unavailable("No decoder can be started: \(error.description).")))
            if state.withLock({ !$0.waiting.isEmpty }) { startMissing() }
        }
    }

    /// On the loop.
    private func sweepLater() {
        loop.schedule(at: loop.now + configuration.idleTime) { [weak self] in self?.sweep() }
    }

    /// Ends the workers that were not needed for a while. On the loop.
    private func sweep() {
        let now = loop.now
        let old = state.withLock { state in
            let old = state.idle.filter { now - $0.since >= configuration.idleTime }
            state.idle.removeAll { now - $0.since >= configuration.idleTime }
            return old
        }
        for entry in old { _ = entry.process.end() }
    }

    /// Takes back a worker that has not been given a recording.
    func giveBack(_ process: WorkerProcess) {
        loop.execute { [self] in
            let now = loop.now
            let waiting = state.withLock { state in
                let waiting = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
                if waiting == nil {
                    state.busy.remove(process.id)
                    state.idle.append((process, now))
                }
                return waiting
            }
            if let waiting { waiting.continuation.resume(returning: .success(process)) } else { sweepLater() }
        }
    }

    /// Ends a worker that has had its recording.
    ///
    /// - Parameter loss: nil when nothing is wrong with it.
    func end(_ process: WorkerProcess, _ loss: DecodeEvent.Loss? = nil) {
        loop.execute { [self] in
            let end = process.end()
            state.withLock { _ = $0.busy.remove(process.id) }
            if let loss { report(.lost(loss, end: end)) }
            if state.withLock({ !$0.waiting.isEmpty }) { startMissing() }
        }
    }

    /// A worker's first message says that the system does not confine it.
    func foundUnconfined() {
        let isNews = state.withLock { state in
            defer { state.isKnownUnconfined = true }
            return !state.isKnownUnconfined
        }
        if isNews { report(.unconfined) }
    }
}
