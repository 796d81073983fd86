internal import Continuity
internal import Observability
internal import Speech
internal import Store

/// Notes of the gaps of stored transcripts in the database, by which conversations with a gap are found.
///
/// Notes that the database refuses are kept in memory, and tried again.
actor GapNotes {
    private let store: any SessionGapStore
    private let log: Log
    /// The newest gaps of each session that the database does not have yet.
    private var waiting: [ID<Session>: [Range<Duration>]] = [:]
    /// True if the database has refused the last write. Notes then wait for `tryAgain`: a database that cannot be reached holds each write up for
    /// seconds, and with it all work on transcripts.
    private var isRefused = false
    /// Number of writes that the database has refused.
    private(set) var refusals = 0
    /// Sessions whose gaps are being written.
    private var underWay: Set<ID<Session>> = []
    /// Sessions that had gaps in the database and no transcript at the last call of `prune`.
    private var missing: Set<ID<Session>> = []

    /// Number of sessions that wait in memory from which on further gaps are not noted. The removal of gaps is always noted.
    static let maxWaiting = 10_000
    /// Number of sessions in one transaction, so that other writes wait for milliseconds only.
    private static let sessionsAtOnce = 100
    /// Number of sessions that are read at once.
    private static let page = 1_000

    init(in store: any SessionGapStore, log: Log) {
        self.store = store
        self.log = log
    }

    /// Notes the gaps of sessions, in place of earlier ones; an empty list removes them. Returns when they are in the database, or wait in memory.
    func note(_ gaps: [ID<Session>: [Range<Duration>]]) async {
        for (session, gaps) in gaps {
            guard gaps.isEmpty || waiting[session] != nil || waiting.count < Self.maxWaiting else { continue }
            waiting[session] = gaps
        }
        if !isRefused { await tryAgain() }
    }

    /// Removes the gaps of sessions.
    func remove(_ sessions: [ID<Session>]) async { await note(sessions.reduce(into: [:]) { $0[$1] = [] }) }

    /// Writes what waits, until the database refuses it.
    func tryAgain() async {
        while !waiting.isEmpty {
            let part = waiting.prefix(Self.sessionsAtOnce).reduce(into: [ID<Session>: [Range<Duration>]]()) { $0[$1.key] = $1.value }
            for session in part.keys { waiting[session] = nil }
            underWay.formUnion(part.keys)
            do throws(StoreError) {
                try await store.setGaps(part)
                underWay.subtract(part.keys)
                isRefused = false
            } catch {
                underWay.subtract(part.keys)
                waiting.merge(part) { newer, _ in newer }
                isRefused = true
                refusals += 1
                return log.warning(
                    "gaps of transcripts could not be noted; it is tried again", [.count: "\(waiting.count)", .error: "\(error)"])
            }
        }
    }

    /// Writes what waits, unless the database has refused a write since there were `count` refusals: it would hold the caller up once more.
    func tryAgain(unlessRefusedSince count: Int) async { if refusals == count { await tryAgain() } }

    /// Returns true if the database does not have the newest gaps of one of these sessions yet.
    func isWaiting(for sessions: Set<ID<Session>>) -> Bool {
        !underWay.isDisjoint(with: sessions) || waiting.keys.contains { sessions.contains($0) }
    }

    /// Returns the sessions that have gaps in the database.
    func noted() async throws(StoreError) -> Set<ID<Session>> {
        var sessions: [ID<Session>] = [], page: [ID<Session>]
        repeat {
            page = try await store.sessionsWithGaps(after: sessions.last, limit: Self.page)
            sessions += page
        } while page.count == Self.page
        return Set(sessions)
    }

    /// Removes the gaps of sessions whose transcripts are gone.
    ///
    /// - Parameter missing: sessions without a transcript. Those that had one at the last call stay: another gateway notes the gaps of a transcript
    ///   before it stores the transcript.
    func prune(_ missing: Set<ID<Session>>) async {
        let gone = missing.intersection(self.missing)
        self.missing = missing.subtracting(gone)
        await remove(Array(gone))
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
