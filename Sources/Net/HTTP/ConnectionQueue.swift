/// Numbers of connections in the order in which they came to a state. Those that have left it stay until they come to the front, or until there
/// are as many again.
struct ConnectionQueue {
    private var ids: [Int] = []
    private var first = 0
    private var sizeToTidy = 64

    /// - Parameter isCurrent: whether a connection is still in the state.
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
