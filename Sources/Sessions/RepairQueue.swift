package import Speech
import Synchronization

/// The queue of the repairs of all sessions. Only a few repairs run at a time, so that an outage of one vendor does not overload the machine.
///
/// The queue measures how long each engine takes for a second of audio, and rejects repairs that cannot be done in time.
package final class RepairQueue: Sendable {
    private struct Job {
        var engine: EngineName
        var audio: Duration
        /// Time by which the repair must be done; nil: there is no hurry.
        var deadline: Instant?
        var start: @Sendable () -> Void
    }

    private struct State {
        var running = 0
        var waiting: [Job] = []
        /// Seconds of work for each second of audio, by engine: a moving average.
        var work: [EngineName: Double] = [:]
    }

    /// Maximum number of repairs that run at once.
    private let capacity: Int
    /// Maximum number of repairs without a deadline that wait.
    private static let maxWaiting = 1_000
    /// Seconds of work for each second of audio that are assumed before an engine has been measured.
    private static let firstGuess = 0.3
    private let state = Mutex(State())

    package init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Accepts a repair, which begins now or later. `done` must be called after it.
    ///
    /// - Returns: false when the repair cannot be done before its deadline, or too many repairs wait.
    package func take(_ engine: EngineName, audio: Duration, deadline: Instant?, now: Instant, start: @escaping @Sendable () -> Void) -> Bool {
        let job = Job(engine: engine, audio: audio, deadline: deadline, start: start)
        let (isTaken, begins) = state.withLock { state -> (Bool, Bool) in
            if state.running < capacity {
                state.running += 1
                return (true, true)
            }
            guard let deadline else {
                guard state.waiting.count < Self.maxWaiting else { return (false, false) }
                state.waiting.append(job)
                return (true, false)
            }
            // The repair's own work, half of the running work, and the waiting work before the repair, spread over all threads.
            var ahead = work(of: job, state) + 0.5 * Double(state.running) * work(of: job, state) / Double(capacity)
            var place = state.waiting.count
            for (index, other) in state.waiting.enumerated() {
                if let sooner = other.deadline, sooner <= deadline {
                    ahead += work(of: other, state) / Double(capacity)
                } else {
                    place = min(place, index)
                }
            }
            guard now + .seconds(ahead) <= deadline else { return (false, false) }
            state.waiting.insert(job, at: place)
            return (true, false)
        }
        if begins { start() }
        return isTaken
    }

    /// Records the end of a repair that was begun, and starts the next one.
    package func done(_ engine: EngineName, audio: Duration, took: Duration) {
        let next = state.withLock { state -> Job? in
            let rate = (took / .seconds(1)) / max(0.5, audio / .seconds(1))
            state.work[engine] = 0.7 * (state.work[engine] ?? rate) + 0.3 * rate
            state.running -= 1
            guard !state.waiting.isEmpty, state.running < capacity else { return nil }
            state.running += 1
            return state.waiting.removeFirst()
        }
        next?.start()
    }

    /// Expected duration of a repair, in seconds.
    private func work(of job: Job, _ state: State) -> Double {
        (state.work[job.engine] ?? Self.firstGuess) * max(0.5, job.audio / .seconds(1))
    }
}
