/// Limits of the queries that wait for a connection of a database.
struct ReadLimits: Sendable, Equatable {
    /// Maximum number of queries that wait, at least 2.
    var maxWaiting = 20_000
    /// Maximum time for which a query waits for its turn. Most clients have given up by then.
    var maxWait: Duration = .seconds(30)

    /// Maximum number of one user's queries that wait: the others get the rest of the places.
    var maxWaitingOfUser: Int { max(1, maxWaiting / 2) }
}
