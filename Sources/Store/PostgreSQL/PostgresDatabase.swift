package import Speech

/// The stores' tables in a PostgreSQL database. Several processes and machines may use it at once.
package final class PostgresDatabase: SQLDatabase {
    /// Maximum numbers of connections: for writes and queries, for the register of replicas, for access keys, and for searches.
    private static let connections = (work: 8, register: 2, keys: 2, searches: 3)
    /// Maximum number of the connections for writes and queries that have queries at a time.
    private static let reads = 6
    /// A search's best plan depends on its words.
    private static let searchSettings = "SET plan_cache_mode = force_custom_plan"

    package let health = StoreHealth()
    package let address: PostgresAddress
    package let words: any WordIndex
    /// The server's promise for a committed transaction.
    package let durability: PostgresDurability
    private let pool: PostgresPool
    private let reads: PostgresReads
    private let register: PostgresPool
    private let keys: PostgresPool
    private let searches: PostgresPool

    /// Connects once, and brings the schema up to date.
    ///
    /// - Parameters:
    ///   - replica: the id of this process, to which rows belong that it writes; nil when it is not a gateway.
    ///   - report: called before a step of the schema that may take long.
    /// - Throws: `databaseUnavailable` when the server cannot be reached or the client library is missing, `newerSchema` or `otherSchema` when another
    ///   build of Harken made the schema.
    package init(at address: PostgresAddress, replica: String? = nil, report: @Sendable (SchemaWork) -> Void = { _ in }) throws(StoreError) {
        self.address = address
        // The id has hexadecimal digits and a slash.
        let owner = replica.map { "SET harken.replica = '\($0)'; " } ?? ""
        words = try PostgresWordIndex()
        let connection = try PostgresConnection(address)
        try PostgresMigration.run(PostgresMigration.all, on: connection, report: report)
        durability = try PostgresDurability(of: SQLConnection(connection))
        pool = PostgresPool(address, settings: owner, most: Self.connections.work)
        reads = PostgresReads(on: pool, most: Self.reads)
        register = PostgresPool(address, settings: owner, most: Self.connections.register)
        keys = PostgresPool(address, settings: owner, most: Self.connections.keys)
        searches = PostgresPool(address, settings: owner + Self.searchSettings, most: Self.connections.searches)
    }

    /// Connects to a server and returns its version, such as `15.4`, and what it promises. Changes nothing.
    package static func server(at address: PostgresAddress) throws(StoreError) -> (version: String, durability: PostgresDurability) {
        let connection = try PostgresConnection(address)
        return (connection.serverVersion, try PostgresDurability(of: SQLConnection(connection)))
    }

    /// Returns the number of other sessions of the same user and the same application in the database.
    package static func otherSessions(at address: PostgresAddress) throws(StoreError) -> Int {
        let connection = SQLConnection(try PostgresConnection(address))
        let count = try connection.integer(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
            AND application_name = current_setting('application_name')
            """)
        return Int(count ?? 0)
    }

    package func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await health.watching(.write) { () throws(StoreError) in
            try await pool.run { lane, deadline in lane.write(isolation, until: deadline, body) }
        }
    }

    package func read<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await health.watching(.read) { () throws(StoreError) in try await reads.run(for: user, body) }
    }

    /// Writes to the register of replicas: words that wait to be stored do not delay signs of life and sessions that are resumed.
    func writeRegister<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        // A row that is there already is written again: it may succeed while there is no room for words.
        try await health.watching(.read) { () throws(StoreError) in
            try await register.run { lane, deadline in lane.write(.readCommitted, until: deadline, body) }
        }
    }

    package func makeReader(for use: SQLReaderUse) -> any SQLReader {
        switch use {
        case .keys: PostgresReader(keys, address, health)
        case .words, .windows: PostgresReader(searches, address, health)
        }
    }

    /// Does nothing: an index of PostgreSQL has no words of deleted rows that a query finds, and `VACUUM` removes what is left in the pages.
    package func eraseDeletions(ofWords: Bool) {}

    /// Does nothing: the server keeps the files.
    package func settle() {}

    /// Returns true: the server keeps its log as long as its operator says.
    package func emptyLog() -> Bool { true }

    /// Does nothing: the server's disk is the server's.
    package func keepRoom() {}

    package func giveUpRoom() -> Bool { false }

    /// Does nothing: the server's autovacuum gathers statistics.
    package func gatherStatistics() {}
}

/// Runs queries on the connections of a pool.
final class PostgresReader: SQLReader {
    private let pool: PostgresPool
    private let address: PostgresAddress
    private let health: StoreHealth

    init(_ pool: PostgresPool, _ address: PostgresAddress, _ health: StoreHealth) {
        self.pool = pool
        self.address = address
        self.health = health
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await health.watching(.read) { () throws(StoreError) in
            try await pool.run { lane, deadline in lane.read(until: deadline, body) }
        }
    }

    func runBlocking<Value: Sendable>(_ body: (borrowing SQLConnection) throws(StoreError) -> Value) throws(StoreError) -> Value {
        try health.told(Result { () throws(StoreError) in try body(SQLConnection(PostgresConnection(address))) }, .read)
    }
}
