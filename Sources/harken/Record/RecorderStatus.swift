import Recorder
import Speech

/// The status of a recorder, for the status line.
struct RecorderStatus: Equatable {
    var isListening = false
    var isStopping = false
    var level = ChunkRecorder.Level()
    /// Number of chunks on the disk that the gateway does not have yet.
    var waiting = 0
    var waitingTime: Duration = .zero
    var sent = 0
    /// Total duration of the chunks that have speech.
    var spoken: Duration = .zero
    /// Number of chunks that the gateway will never accept.
    var held = 0

    init() {}

    init(_ recorder: ChunkRecorder, _ queue: UploadQueue, isStopping: Bool) {
        if case .running = recorder.phase { isListening = true }
        self.isStopping = isStopping
        level = recorder.level
        let tally = queue.tally
        sent = tally.sent
        spoken = tally.spoken.duration(at: .speech)
        held = tally.held
        for history in queue.recordings.map(\.history) {
            waiting += history.waiting.count
            waitingTime += history.waiting.reduce(.zero) { $0 + $1.range.count.duration(at: .speech) }
        }
    }

    /// The status line: `● 12:03 █████░░░░░ 2 wait (0:21) 41 sent 08:12 spoken`.
    var line: String {
        let what = "\(waiting) wait (\(TimeText.clock(waitingTime / .seconds(1))))  \(sent) sent  \(TimeText.clock(spoken / .seconds(1))) spoken"
        if isStopping { return "■ sending waiting chunks  \(what)" }
        guard isListening else { return "○ \(what)" }
        return "● \(TimeText.clock(level.recorded / .seconds(1)))  \(meter)  \(what)"
    }

    /// The level meter, in ten steps of 5 dB.
    private var meter: String {
        var steps = 0
        var threshold = 1.0
        // The factor is 10^(−1/4), which is 5 dB.
        for step in stride(from: 10, to: 0, by: -1) {
            threshold *= 0.562_341_325
            if level.peak > threshold {
                steps = step
                break
            }
        }
        return String(repeating: "█", count: steps) + String(repeating: "░", count: 10 - steps)
    }
}
