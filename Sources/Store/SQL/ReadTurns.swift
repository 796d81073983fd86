internal import Speech

/// The order in which queries get the connections of a database. Users whose queries wait get a connection in turn, and one user's queries never have all
/// connections or all places to wait, so that somebody who asks for much delays the others by one query at most.
///
/// A value without I/O.
struct ReadTurns<Query: Sendable>: Sendable {
    /// A query that may begin now, with the connection that it gets.
    struct Start: Sendable {
        let query: Query
        let user: ID<User>?
        let connection: Int
    }

    /// The answer to a new query.
    enum Placement: Sendable {
        case begins(Start)
        case waits
        /// Too many queries wait. The query is not added.
        case full
        /// Too many queries of the same user wait. The query is not added.
        case fullForUser
    }

    /// A query that has waited for the maximum time.
    struct Late: Sendable {
        let query: Query
        /// True if an earlier query of the same user got a connection during the wait: the user's own queries have held this one up, and others had their
        /// turns. False for the gateway itself.
        let isBehindOwn: Bool
    }

    private struct Waiting: Sendable {
        let query: Query
        /// The time at which the query gives up its place.
        let end: Instant
        /// The line's turns when the query came.
        let turns: Int
    }

    /// The queries of one user that wait, in the order in which they came. At least one.
    private struct Line: Sendable {
        var queries: [Waiting] = []
        /// Number of queries of the line that have got a connection.
        var turns = 0
    }

    private let count: Int
    private let limits: ReadLimits
    private var idle: [Int]
    /// Numbers of the queries that run, by user; nil stands for the gateway itself.
    private var running: [ID<User>?: Int] = [:]
    private var waiting: [ID<User>?: Line] = [:]
    private var waitingCount = 0
    /// The users whose queries wait, the one whose turn it is first.
    private var order: [ID<User>?] = []

    /// - Parameter connections: number of connections, at least 1.
    init(connections: Int, limits: ReadLimits = ReadLimits()) {
        count = connections
        self.limits = limits
        idle = Array((0..<connections).reversed())
    }

    /// The time at which the first waiting query gives up its place; nil: no query waits.
    var nextEnd: Instant? { waiting.values.compactMap { $0.queries.first?.end }.min() }

    /// Adds a query. Queries of the gateway itself may have all places.
    mutating func add(_ query: Query, of user: ID<User>?, now: Instant) -> Placement {
        guard waitingCount < limits.maxWaiting else { return .full }
        let own = waiting[user]?.queries.count ?? 0
        guard user == nil || own < limits.maxWaitingOfUser else { return .fullForUser }
        if own == 0 { order.append(user) }
        let end = now + limits.maxWait, turns = waiting[user]?.turns ?? 0
        waiting[user, default: Line()].queries.append(Waiting(query: query, end: end, turns: turns))
        waitingCount += 1
        guard let start = next() else { return .waits }
        return .begins(start)
    }

    /// Notes that a query has ended.
    ///
    /// - Returns: the query that may begin now.
    mutating func ended(_ user: ID<User>?, on connection: Int) -> Start? {
        idle.append(connection)
        let left = running[user, default: 1] - 1
        running[user] = left > 0 ? left : nil
        return next()
    }

    /// Removes the queries that have waited for the maximum time.
    mutating func removeLate(now: Instant) -> [Late] {
        var late: [Late] = []
        for (user, line) in waiting {
            let own = line.queries.prefix { $0.end <= now }
            guard !own.isEmpty else { continue }
            late += own.map { Late(query: $0.query, isBehindOwn: user != nil && line.turns > $0.turns) }
            let left = Array(line.queries.dropFirst(own.count))
            waiting[user] = left.isEmpty ? nil : Line(queries: left, turns: line.turns)
        }
        waitingCount -= late.count
        order = order.filter { waiting[$0] != nil }
        return late
    }

    private mutating func next() -> Start? {
        guard let connection = idle.last else { return nil }
        guard let place = order.firstIndex(where: { running[$0, default: 0] < max(1, count - 1) }) else { return nil }
        let user = order.remove(at: place)
        guard var line = waiting.removeValue(forKey: user), !line.queries.isEmpty else { return nil }
        let query = line.queries.removeFirst().query
        line.turns += 1
        waitingCount -= 1
        if !line.queries.isEmpty {
            waiting[user] = line
            order.append(user)
        }
        idle.removeLast()
        running[user, default: 0] += 1
        return Start(query: query, user: user, connection: connection)
    }
}
