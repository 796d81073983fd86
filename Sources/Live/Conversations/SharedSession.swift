internal import Conversations
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// A live session with which another gateway of the same database can go on: its row in the database, and the audio whose words the database has.
///
/// Lives on the session's loop and is called there only.
package final class SharedSession {
    /// Maximum amount of audio before the newest that clients keep: the words of a longer utterance may be lost with the gateway's disk.
    private static let maxUnacknowledged: Duration = .seconds(60)

    private let replicas: any ReplicaStore
    private let held: HeldSessions
    /// The session's row.
    let row: OpenLiveSession
    /// The conversation in which the session has spoken before; nil: none.
    let continued: ConversationMachine.Continued?
    /// Place in the client's audio at which the session goes on here; nil when it began here.
    let start: SampleIndex?
    /// Amount of the client's first audio whose words are stored, at the session's rate.
    let repeated: SampleCount
    /// End of the words of each channel that another gateway has stored, if this lies after the start here.
    let known: [ChannelIndex: Duration]
    private let rate: SampleRate
    private let log: Log
    private var committed: [SampleIndex]
    /// End of the audio whose words the database has, as far as is known; nil: none.
    private(set) var storedThrough: SampleIndex?
    /// True once another gateway has the session.
    var isMoved = false
    /// True if nobody has asked for the session, and this gateway ends.
    var isLeft = false

    /// - Parameters:
    ///   - part: the id of the session here.
    ///   - taken: the session that another gateway had until now; nil when the session begins.
    ///   - resumed: the client's request to go on with the session; nil when the session begins.
    init(
        in replicas: any ReplicaStore, held: HeldSessions, part: ID<Session>, of user: ID<User>, started: UnixTime, taken: TakenSession?,
        resumed: LiveResume?, rate: SampleRate, clientRate: SampleRate, channels: Int, log: Log
    ) {
        self.replicas = replicas
        self.held = held
        self.rate = rate
        self.log = log
        committed = Array(repeating: .zero, count: channels)
        guard let taken, let resumed else {
            row = OpenLiveSession(id: part, user: user, part: part, started: started)
            continued = nil
            start = nil
            repeated = .zero
            known = [:]
            return
        }
        // The client has forgotten the audio before the place that it names: that place was acknowledged.
        let stored = SampleIndex.zero + SampleCount(taken.base + taken.storedThrough(channels: channels), at: clientRate)
        let start = max(resumed.start, stored)
        let base = (start - .zero).duration(at: clientRate)
        let end = base - taken.base
        self.start = start
        repeated = SampleCount((start - resumed.start).duration(at: clientRate), at: rate)
        row = OpenLiveSession(
            id: taken.id, user: user, part: part, base: base, earlier: .init(part: taken.part, end: end), started: started)
        let seen = (resumed.start - .zero).duration(at: clientRate) - taken.base
        continued = taken.conversation.map { .init(conversation: $0.id, shift: $0.shift + end, seenThrough: $0.shift + seen) }
        known = taken.ends.mapValues { $0 - end }.filter { $0.value > .zero }
    }

    /// The session has begun here.
    func began() { held.hold(row.id) }

    /// Notes an event of the session.
    func heard(_ event: SessionEvent) {
        switch event {
        case .commit(let commit): advance(commit.channel, to: commit.range.end)
        case .gap(let channel, let range, _): advance(channel, to: range.end)
        case .interim, .speechStarted, .turnEnded, .flushed, .ready, .ended: break
        }
    }

    private func advance(_ channel: ChannelIndex, to end: SampleIndex) {
        guard committed.indices.contains(channel.number) else { return }
        committed[channel.number] = max(committed[channel.number], end)
    }

    /// Returns the end of the audio that the client need not send again.
    ///
    /// - Parameters:
    ///   - durable: the end of the audio that is on this machine's disk.
    ///   - isStored: true if the database has all words that were committed.
    func acknowledged(_ durable: SampleIndex, received: SampleIndex, isStored: Bool) -> SampleIndex {
        if isStored, let end = committed.min() { storedThrough = max(storedThrough ?? .zero, end) }
        return min(durable, max(storedThrough ?? .zero, received - SampleCount(Self.maxUnacknowledged, at: rate)))
    }

    /// Gives the row up, or to the gateway that has asked for it, when everything that the session has left is stored.
    func ended(behind stored: Task<Bool, Never>?) {
        let part = row.part, id = row.id
        // The client may come back from the other gateway before everything is stored.
        if isMoved { held.letGo(id) }
        Task { [replicas, held, log, isMoved] in
            _ = await stored?.value
            do throws(StoreError) {
                if isMoved { try await replicas.release(part) } else { try await replicas.close(part) }
            } catch {
                log.warning("a session's row is still in the database", [.session: part.rawValue, .error: "\(error)"])
            }
            if !isMoved { held.letGo(id) }
        }
    }
}
