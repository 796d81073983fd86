import Continuity
import Speech
import Synchronization

/// One repair, off the session's loop. Its audio is read when its turn has come, and lies in a file while an engine reads it.
final class RepairWork: Sendable {
    /// The outcome, and the engine's name for the model that ran; nil: not known.
    typealias Answer = (outcome: RepairOutcome, model: String?)

    let repair: Repair
    private let engine: any PrerecordedEngine
    private let options: RecognitionOptions
    private let rate: SampleRate
    private let path: String
    private let repairQueue: RepairQueue
    private let read: @Sendable (SampleRange) async -> Result<[UInt8], AudioLost>
    private let task = Mutex<(task: Task<Void, Never>?, isCancelled: Bool)>((nil, false))

    /// - Parameter read: returns audio of the repair's channel alone, 16-bit little-endian PCM.
    init(
        _ repair: Repair, engine: any PrerecordedEngine, options: RecognitionOptions, rate: SampleRate, path: String, repairQueue: RepairQueue,
        read: @escaping @Sendable (SampleRange) async -> Result<[UInt8], AudioLost>
    ) {
        self.repair = repair
        self.engine = engine
        self.options = options
        self.rate = rate
        self.path = path
        self.repairQueue = repairQueue
        self.read = read
    }

    private var length: Duration { repair.range.count.duration(at: rate) }

    /// Begins the repair, or lets it wait for its turn.
    ///
    /// - Parameter finished: called once, from any thread.
    /// - Returns: false when the repair cannot be done in time. `finished` is not called then.
    func begin(now: Instant, finished: @escaping @Sendable (Answer) -> Void) -> Bool {
        repairQueue.take(repair.engine, audio: length, deadline: repair.deadline, now: now) { [self] in
            let work = Task.detached { [self] in
                let began = Instant.now
                let answer = await run()
                repairQueue.done(repair.engine, audio: length, took: began.duration(to: Instant.now))
                finished(answer)
            }
            let isCancelled = task.withLock { state in
                state.task = work
                return state.isCancelled
            }
            if isCancelled { work.cancel() }
        }
    }

    func cancel() {
        let work = task.withLock { state in
            state.isCancelled = true
            return state.task
        }
        work?.cancel()
    }

    private func run() async -> Answer {
        guard !Task.isCancelled else { return (.failed(.cancelled), nil) }
        do throws(RangeRecordingError) {
            let recording = try await RangeRecording.write(repair.range, at: rate, to: path) { range async throws(AudioLost) in
                try await self.read(range).get()
            }
            do throws(EngineError) {
                let (answer, words) = try await recording.recognize(by: engine, options)
                let hasTimes = answer.channels.allSatisfy(\.estimated.isEmpty)
                return (hasTimes ? .words(words) : .text(words), answer.model)
            } catch {
                return (.failed(error), nil)
            }
        } catch {
            switch error {
            case .lost(let loss): return (.failed(.unavailable("The session's audio cannot be read from the journal: \(loss)")), nil)
            case .notWritten(let problem): return (.failed(.unavailable("The audio of a repair cannot be written: \(problem)")), nil)
            }
        }
    }
}
