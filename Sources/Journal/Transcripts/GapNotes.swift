internal import Continuity
internal import Observability
internal import Speech
internal import Store
internal import Synchronization

/// Notes of the gaps of stored transcripts on their way into the database, by which conversations with a gap are found.
///
/// They are written in the background, those of several sessions together. What the database does not take is kept, and tried again.
final class GapNotes: Sendable {
    private struct State {
        /// The newest gaps of each session that the database does not have yet.
        var waiting: [ID<Session>: [Range<Duration>]] = [:]
        /// True if a write is asked for that has not begun.
        var isAsked = false
    }

    /// Maximum number of sessions that wait while the database takes nothing. Further ones are not noted.
    private static let maxWaiting = 10_000

    private let store: any SessionGapStore
    private let log: Log
    private let state = Mutex(State())
    private let work: AsyncStream<@Sendable () async -> Void>.Continuation

    init(in store: any SessionGapStore, log: Log) {
        self.store = store
        self.log = log
        let (stream, continuation) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
        work = continuation
        Task(priority: .utility) { for await item in stream { await item() } }
    }

    deinit { work.finish() }

    /// Notes the gaps of a session, in place of earlier ones.
    func note(_ gaps: [Range<Duration>], of session: ID<Session>) {
        state.withLock { state in
            guard state.waiting[session] != nil || state.waiting.count < Self.maxWaiting else { return }
            state.waiting[session] = gaps
        }
        tryAgain()
    }

    /// Writes what waits, in the background.
    func tryAgain() {
        let isNew = state.withLock { state in
            guard !state.isAsked, !state.waiting.isEmpty else { return false }
            state.isAsked = true
            return true
        }
        if isNew { work.yield { [self] in await write() } }
    }

    /// Waits until what was noted before is in the database, or has been tried.
    func settle() async {
        await withCheckedContinuation { continuation in
            work.yield { [self] in
                await write()
                continuation.resume()
            }
        }
    }

    private func write() async {
        let gaps = state.withLock { state in
            let gaps = state.waiting
            state = State()
            return gaps
        }
        guard !gaps.isEmpty else { return }
        do throws(StoreError) {
            try await store.setGaps(gaps)
        } catch {
            log.warning("gaps of transcripts could not be noted; it is tried again", [.count: "\(gaps.count)", .error: "\(error)"])
            state.withLock { state in state.waiting.merge(gaps) { newer, _ in newer } }
        }
    }
}

extension SessionTranscript {
    /// The times of the session whose words are not known in one of the channels, in order, none of which touches another one.
    var gapTimes: [Range<Duration>] {
        let times = gaps.map { gap in
            (gap.range.start - .zero).duration(at: rate)..<max(gap.range.start - .zero, gap.range.end - .zero).duration(at: rate)
        }
        var joined: [Range<Duration>] = []
        for time in times.sorted(by: { $0.lowerBound < $1.lowerBound }) where !time.isEmpty {
            if let last = joined.last, time.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, time.upperBound)
            } else {
                joined.append(time)
            }
        }
        return joined
    }
}
