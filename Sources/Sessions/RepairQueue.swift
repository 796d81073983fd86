package import Speech
import Synchronization

/// The queue of repairs of all sessions. A few are worked on at a time: an outage of one vendor must not take the machine down.
///
/// It learns how long each engine takes for a second of audio, and refuses at once what cannot be done in time.
package final class RepairQueue: Sendable {
    private struct Job {
        var engine: EngineName
        var audio: Duration
        /// nil: there is no hurry.
        var deadline: Instant?
        var start: @Sendable () -> Void
    }

    private struct State {
        var running = 0
        var waiting: [Job] = []
        /// Seconds of work for a second of audio, and besides, by engine: the mean of what was seen lately.
        var work: [EngineName: Double] = [:]
    }

    /// Repairs that are worked on at once.
    private let capacity: Int
    /// Repairs without a deadline that wait.
    private static let maxWaiting = 1_000
    /// Before anything is known of an engine.
    private static let firstGuess = 0.3
    private let state = Mutex(State())

    package init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Takes a repair on, which begins now or later; then `done` must follow.
    ///
    /// - Returns: false when it cannot be done before its deadline.
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
            // All that comes before it, and as much of what is being done as is left of it, on as many threads.
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

    /// A repair that was begun is over.
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

    /// Seconds.
    private func work(of job: Job, _ state: State) -> Double {
        (state.work[job.engine] ?? Self.firstGuess) * max(0.5, job.audio / .seconds(1))
    }
}
