package import Speech

/// The order of work for the recogniser's threads: live work first, by deadline, then prerecorded work in the order of its arrival.
struct DecodeQueue<Work> {
    private struct Live {
        var deadline: Instant
        var id: UInt64
        var isInterim: Bool
        var work: Work
    }

    private struct Prerecorded {
        var id: UInt64
        var isLong: Bool
        var work: Work
    }

    private var live: [Live] = []
    private var prerecorded: [Prerecorded] = []

    var isLiveWaiting: Bool { !live.isEmpty }
    var count: Int { live.count + prerecorded.count }

    /// - Parameter isLong: true for prerecorded work that holds a thread, and much memory, for long.
    mutating func add(_ work: Work, id: UInt64, urgency: DecodeUrgency, isLong: Bool = false) {
        switch urgency {
        case .live(let deadline): live.append(Live(deadline: deadline, id: id, isInterim: false, work: work))
        case .interim(let deadline): live.append(Live(deadline: deadline, id: id, isInterim: true, work: work))
        case .prerecorded: prerecorded.append(Prerecorded(id: id, isLong: isLong, work: work))
        }
    }

    /// - Parameters:
    ///   - mayBeLong: false: long work stays in the queue, and work that came later overtakes it.
    ///   - mayBeInterim: false: interims stay in the queue.
    mutating func next(mayBeLong: Bool = true, mayBeInterim: Bool = true) -> Work? {
        if let work = nextLive(mayBeInterim: mayBeInterim) { return work }
        guard let index = prerecorded.firstIndex(where: { mayBeLong || !$0.isLong }) else { return nil }
        return prerecorded.remove(at: index).work
    }

    /// - Parameters:
    ///   - mayBeInterim: false: interims stay in the queue.
    ///   - limit: work whose deadline is no earlier stays in the queue; nil: there is no limit.
    mutating func nextLive(mayBeInterim: Bool = true, before limit: Instant? = nil) -> Work? {
        // Interims that stay come behind everything else.
        func rank(_ one: Live) -> (Int, Instant, UInt64) { (one.isInterim && !mayBeInterim ? 1 : 0, one.deadline, one.id) }
        guard let first = live.indices.min(by: { rank(live[$0]) < rank(live[$1]) }), mayBeInterim || !live[first].isInterim else { return nil }
        if let limit, live[first].deadline >= limit { return nil }
        return live.remove(at: first).work
    }

    /// - Returns: true if the work was still waiting.
    mutating func remove(id: UInt64) -> Bool {
        if let index = live.firstIndex(where: { $0.id == id }) {
            live.remove(at: index)
            return true
        }
        if let index = prerecorded.firstIndex(where: { $0.id == id }) {
            prerecorded.remove(at: index)
            return true
        }
        return false
    }
}

/// The urgency of a piece of work.
package enum DecodeUrgency: Sendable, Hashable {
    /// Work for somebody who is speaking now. The nearest deadline goes first, and live work gives way at every token to work whose deadline is nearer.
    case live(deadline: Instant)
    /// Work for words that are shown until better ones come: in line with live work by its deadline, and gives way to live work at every token.
    case interim(deadline: Instant)
    /// Work that gives way to live work at every token.
    case prerecorded
}
