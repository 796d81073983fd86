package import Speech
internal import Synchronization

/// The recent work of each engine, for operators: how soon its finals come, how many streams it had, and how these failed. From any thread.
package final class EngineStatistics: Sendable {
    /// The work of one engine since the gateway started.
    package struct Summary: Sendable, Equatable {
        /// Number of streams of live sessions that ended.
        package var streams = 0
        /// Number of failed attempts, by the kind of their error.
        package var errors: [String: Int] = [:]
        /// Median and 95th percentile of the latest waits for finals, in seconds of audio; nil when there were none.
        package var median: Double?
        package var slow: Double?
    }

    /// A stream that failed and that another stream replaced.
    package struct Failover: Sendable, Equatable {
        package var at: UnixTime
        package var session: ID<Session>
        package var from: EngineName
        /// The engine that took over; nil when it is not known.
        package var to: EngineName?
        package var reason: String

        package init(at: UnixTime, session: ID<Session>, from: EngineName, to: EngineName?, reason: String) {
            self.at = at
            self.session = session
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    private struct Record {
        var summary = Summary()
        /// The latest waits, the oldest overwritten first.
        var waits: [Double] = []
        var next = 0

        mutating func add(_ wait: Double) {
            if waits.count < EngineStatistics.maxWaits { waits.append(wait) } else { waits[next] = wait }
            next = (next + 1) % EngineStatistics.maxWaits
        }
    }

    private struct State {
        var records: [EngineName: Record] = [:]
        var failovers: [Failover] = []
    }

    /// Number of waits from which percentiles are made.
    private static let maxWaits = 500
    /// Number of failovers that are kept.
    package static let maxFailovers = 100

    private let state = Mutex(State())

    init() {}

    func finalCame(from engine: EngineName, behind seconds: Double) {
        state.withLock { $0.records[engine, default: Record()].add(seconds) }
    }

    func ran(_ run: RecognitionAttempt) {
        let kind: String? =
            switch run.outcome {
            case .completed, .cancelled, .declined: nil
            case .failed(let error): error.label
            case .givenUp, .connectTimedOut: run.outcome.label
            }
        state.withLock { state in
            if run.kind == .stream { state.records[run.engine, default: Record()].summary.streams += 1 }
            if let kind { state.records[run.engine, default: Record()].summary.errors[kind, default: 0] += 1 }
        }
    }

    func add(_ failover: Failover) {
        state.withLock { state in
            state.failovers.append(failover)
            if state.failovers.count > Self.maxFailovers { state.failovers.removeFirst() }
        }
    }

    package func summary(of engine: EngineName) -> Summary {
        let record = state.withLock { $0.records[engine] } ?? Record()
        var summary = record.summary
        let sorted = record.waits.sorted()
        guard !sorted.isEmpty else { return summary }
        summary.median = sorted[(sorted.count - 1) / 2]
        summary.slow = sorted[(sorted.count - 1) * 95 / 100]
        return summary
    }

    /// The latest failovers, the newest first.
    package var failovers: [Failover] { state.withLock { $0.failovers.reversed() } }
}
