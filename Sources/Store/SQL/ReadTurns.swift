internal import Speech

/// The order in which queries get the connections of a database. Users whose queries wait get a connection in turn, and one user's queries never have all
/// connections, so that somebody who asks for much delays the others by one query at most.
///
/// A value without I/O.
struct ReadTurns<Query: Sendable>: Sendable {
    /// A query that may begin now, with the connection that it gets.
    struct Start: Sendable {
        let query: Query
        let user: ID<User>?
        let connection: Int
    }

    private let count: Int
    private var idle: [Int]
    /// Numbers of the queries that run, by user; nil stands for the gateway itself.
    private var running: [ID<User>?: Int] = [:]
    private var waiting: [ID<User>?: [Query]] = [:]
    /// The users whose queries wait, the one whose turn it is first.
    private var order: [ID<User>?] = []

    /// - Parameter connections: number of connections, at least 1.
    init(connections: Int) {
        count = connections
        idle = Array((0..<connections).reversed())
    }

    /// Adds a query.
    ///
    /// - Returns: the query, if it may begin at once.
    mutating func add(_ query: Query, of user: ID<User>?) -> Start? {
        if waiting[user] == nil { order.append(user) }
        waiting[user, default: []].append(query)
        return next()
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

    private mutating func next() -> Start? {
        guard let connection = idle.last else { return nil }
        guard let place = order.firstIndex(where: { running[$0, default: 0] < max(1, count - 1) }) else { return nil }
        let user = order.remove(at: place)
        guard var queries = waiting.removeValue(forKey: user), !queries.isEmpty else { return nil }
        let query = queries.removeFirst()
        if !queries.isEmpty {
            waiting[user] = queries
            order.append(user)
        }
        idle.removeLast()
        running[user, default: 0] += 1
        return Start(query: query, user: user, connection: connection)
    }
}
