/// A queue of connections' numbers, in the order in which the connections entered a state. A connection that left the state stays in the queue until
/// it reaches the front, or until the queue has doubled.
struct ConnectionQueue {
    private var ids: [Int] = []
    private var first = 0
    private var sizeToTidy = 64

    /// - Parameter isCurrent: returns true if a connection is still in the state.
    mutating func append(_ id: Int, isCurrent: (Int) -> Bool) {
        if ids.count >= sizeToTidy {
            ids = ids[first...].filter(isCurrent)
            first = 0
            sizeToTidy = max(64, 2 * ids.count)
        }
        ids.append(id)
    }

    mutating func popFirst() -> Int? {
        guard first < ids.count else { return nil }
        defer { first += 1 }
        return ids[first]
    }
}
