internal import Glibc
internal import Net
package import Speech
internal import Synchronization

/// A recording on the disk: its audio, the log of its events, and the items that are still to be delivered. Opening it again continues where it was,
/// however the program ended.
package final class SpooledRecording: Sendable {
    /// The part of a recording that changes while it is open.
    private struct State: ~Copyable {
        var log: Int32
        var audio: AudioFiles
        var history: RecordingHistory
        var delivery: RecordingDelivery
    }

    package let origin: RecordingOrigin
    package let path: String
    /// The time of an earlier process's last sample; nil when there was none, or when this process made the recording.
    package let lastWritten: UnixTime?
    private let budget: SpoolBudget
    private let sync: @Sendable (Int32) -> Int32
    private let state: Mutex<State>

    /// Makes one.
    init(
        _ origin: RecordingOrigin, path: String, overlap: SampleCount, budget: SpoolBudget, sync: @escaping @Sendable (Int32) -> Int32
    ) throws(SpoolError) {
        guard mkdir(path, 0o700) == 0 else { throw .disk(SystemError(call: "mkdir \(path)")) }
        let log = try Self.openLog(path, flags: O_CREAT | O_EXCL)
        self.origin = origin
        self.path = path
        lastWritten = nil
        self.budget = budget
        self.sync = sync
        state = Mutex(
            State(
                log: log, audio: AudioFiles(in: path, names: [], sync: sync), history: RecordingHistory(origin, overlap: overlap),
                delivery: RecordingDelivery()))
        try note(.begun(origin))
    }

    /// Opens an existing recording.
    ///
    /// - Throws: `.inUse` while another process has it open; `.unreadable` when it is none.
    init(
        opening path: String, names: [String], overlap: SampleCount, budget: SpoolBudget, sync: @escaping @Sendable (Int32) -> Int32
    ) throws(SpoolError) {
        let log = try Self.openLog(path, flags: 0)
        guard let bytes = Self.contents(of: log), let history = RecordingHistory(log: bytes, overlap: overlap) else {
            closeLocked(log)
            throw .unreadable(path)
        }
        // An incomplete last line is ended, so that the next line can be read.
        if bytes.last != 0x0A { _ = try? writeAll([0x0A].span.bytes, to: log) }
        origin = history.origin
        self.path = path
        self.budget = budget
        self.sync = sync
        let audio = AudioFiles(in: path, names: names, sync: sync)
        // Now: what is delivered meanwhile is removed.
        lastWritten = audio.lastWritten.map { UnixTime(milliseconds: $0) }
        budget.add(audio.byteCount)
        state = Mutex(
            State(
                log: log, audio: audio, history: history,
                delivery: RecordingDelivery(conversation: history.conversation, waiting: history.waiting, isComplete: history.isComplete)))
    }

    deinit { state.withLock { closeLocked($0.log) } }

    package var history: RecordingHistory { state.withLock { $0.history } }

    /// End of the last sample on the disk; nil when there is no audio.
    package var end: SampleIndex? { state.withLock { $0.audio.end } }

    // MARK: Recording

    /// Writes samples. When there is no space, no sample is written.
    ///
    /// - Returns: false when there was no space or the disk failed; nothing was written then.
    func append(_ samples: RawSpan, at start: SampleIndex) -> Bool {
        guard budget.hasRoom(for: samples.byteCount) else { return false }
        return state.withLock { state in
            do throws(SystemError) {
                try state.audio.append(samples, at: start)
            } catch {
                return false
            }
            budget.add(samples.byteCount)
            return true
        }
    }

    /// Brings the audio to the disk itself: a power cut takes nothing of what was appended before.
    func syncAudio() throws(SpoolError) {
        do throws(SystemError) {
            try state.withLock { (state) throws(SystemError) in try state.audio.sync() }
        } catch {
            throw .disk(error)
        }
    }

    /// Adds a line to the log, and applies it to the recording's state.
    func note(_ entry: RecordingEntry) throws(SpoolError) {
        do throws(SystemError) {
            try state.withLock { (state) throws(SystemError) in
                try writeAll(entry.line.span.bytes, to: state.log)
                guard sync(state.log) == 0 else { throw SystemError(call: "fdatasync \(path)/log") }
                let waited = state.history.waiting.count
                state.history.apply(entry)
                if state.history.waiting.count > waited, let chunk = state.history.waiting.last { state.delivery.add(chunk) }
                if entry == .complete { state.delivery.complete() }
                budget.release(state.audio.drop(before: state.history.next, keeping: (state.history.waiting + state.history.held).map(\.range)))
            }
        } catch {
            throw .disk(error)
        }
    }

    package func audio(of range: SampleRange) throws(SpoolError) -> [UInt8] {
        do throws(SystemError) {
            return try state.withLock { (state) throws(SystemError) in try state.audio.read(range) }
        } catch {
            throw .disk(error)
        }
    }

    // MARK: Delivery

    func next(now: Instant) -> RecordingDelivery.Action { state.withLock { $0.delivery.next(now: now) } }

    func answered(_ answer: DeliveryAnswer, conversation: String?, now: Instant, jitter: Double) {
        state.withLock { $0.delivery.answered(answer, conversation: conversation, now: now, jitter: jitter) }
    }

    /// The conversation to which the chunks are sent now.
    var conversation: String? { state.withLock { $0.delivery.conversation } }

    package var trouble: RecordingDelivery.Trouble? { state.withLock { $0.delivery.trouble } }

    /// Removes the recording from the disk. Chunks that the server rejected stay, with the log.
    func remove() {
        state.withLock { state in
            guard state.history.held.isEmpty else { return }
            let names = RecordingSpool.names(in: path)
            for name in names { unlink(path + "/" + name) }
            rmdir(path)
            budget.release(state.audio.byteCount)
        }
    }

    private static func openLog(_ path: String, flags: Int32) throws(SpoolError) -> Int32 {
        let file = path + "/log"
        let descriptor = open(file, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .unreadable(path) }
            throw .disk(SystemError(call: "open \(file)"))
        }
        // The system releases this lock, however the process ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path)
        }
        return descriptor
    }

    private static func contents(of descriptor: Int32) -> [UInt8]? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, done) }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }
}
