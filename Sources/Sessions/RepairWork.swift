import Continuity
import Glibc
import Speech
import Synchronization

/// One repair, off the session's loop: its audio in a file for as long as an engine reads it.
final class RepairWork: Sendable {
    let repair: Repair
    private let engine: any PrerecordedEngine
    private let options: RecognitionOptions
    private let audio: [UInt8]
    private let rate: SampleRate
    private let path: String
    private let desk: RepairDesk
    private let task = Mutex<(task: Task<Void, Never>?, isCancelled: Bool)>((nil, false))

    /// - Parameter audio: the repair's channel alone, 16-bit little-endian.
    init(
        _ repair: Repair, engine: any PrerecordedEngine, options: RecognitionOptions, audio: [UInt8], rate: SampleRate, path: String, desk: RepairDesk
    ) {
        self.repair = repair
        self.engine = engine
        self.options = options
        self.audio = audio
        self.rate = rate
        self.path = path
        self.desk = desk
    }

    private var length: Duration { repair.range.count.duration(at: rate) }

    /// Begins, or waits for its turn.
    ///
    /// - Parameter finished: called once, from any thread.
    /// - Returns: false when it cannot be done in time; then nothing is called.
    func begin(now: Instant, finished: @escaping @Sendable (RepairOutcome) -> Void) -> Bool {
        desk.take(repair.engine, audio: length, deadline: repair.deadline, now: now) { [self] in
            let work = Task.detached { [self] in
                let clock = ContinuousClock()
                let began = clock.now
                let outcome = await run()
                desk.done(repair.engine, audio: length, took: began.duration(to: clock.now))
                finished(outcome)
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

    private func run() async -> RepairOutcome {
        guard !Task.isCancelled else { return .failed(.cancelled) }
        guard write() else { return .failed(.unavailable("The audio of a repair cannot be written.")) }
        defer { unlink(path) }
        do throws(EngineError) {
            let recording = Recording(path: path, format: .raw(.linear16, rate, channels: 1))
            let transcript = try await engine.recognize(recording, options: options) { _ in }
            return .words(placed(transcript))
        } catch {
            return .failed(error)
        }
    }

    /// On the session's timeline.
    private func placed(_ transcript: Transcript) -> [Word] {
        guard let words = transcript.channels.first?.words else { return [] }
        return words.map { word in
            var placed = word
            let own = word.range.converted(from: transcript.rate, to: rate)
            placed.range = own.shifted(by: repair.range.start - .zero)
            return placed
        }
    }

    private func write() -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        return audio.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(file, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else {
                    unlink(path)
                    return false
                }
                done += count
            }
            return true
        }
    }
}
