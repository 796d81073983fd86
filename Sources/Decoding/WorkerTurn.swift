internal import Audio
internal import CSystem
internal import Glibc
internal import Net
internal import Speech
internal import Synchronization

/// A turn whose worker waits for its recording.
final class WorkerTurn: MediaTurn {
    private let workers: DecodeWorkers
    /// The worker; nil once it has the recording.
    private let process: Mutex<WorkerProcess?>
    private let recording: Recording

    init(workers: DecodeWorkers, process: WorkerProcess, recording: Recording) {
        self.workers = workers
        self.process = Mutex(process)
        self.recording = recording
    }

    deinit {
        if let process = process.withLock({ $0 }) { workers.end(process) }
    }

    func open(rate: SampleRate, channels: ChannelTreatment) throws(MediaError) -> sending any DecodedMedia {
        let file = Glibc.open(recording.path, O_RDONLY | O_CLOEXEC)
        let code = errno
        guard file >= 0 else { throw .opening("the file cannot be opened: \(SystemError.text(of: code))", code) }
        defer { close(file) }
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process else { throw .unavailable("A turn to decode is for one recording.") }
        let order = DecodeOrder(recording.format, rate: rate, treatment: channels, tracks: recording.tracks)
        return try WorkerMedia(process, of: workers, order, file: file)
    }
}
