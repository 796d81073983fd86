package import Speech

/// A database that has the stores' tables. No method blocks its caller's thread, unless its comment says so.
package protocol SQLDatabase: AnyObject, DatabaseUpkeep {
    /// The state of the database: usable, or the reason why it is not.
    var health: StoreHealth { get }

    /// The index of words for searches.
    var words: any WordIndex { get }

    /// Runs `body` in a transaction. Returns when the transaction is committed.
    ///
    /// - Parameter body: is run again when the database has undone the transaction for the sake of another one, so it changes nothing but the database.
    func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value

    /// Runs queries. Each query sees what was committed when it began.
    ///
    /// - Parameter user: the user who waits for the result, and whose queries do not hold up those of others; nil: the gateway itself.
    func read<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value

    /// Makes a reader for queries that must not wait for other queries.
    func makeReader(for use: SQLReaderUse) throws(StoreError) -> any SQLReader

    /// Erases what was deleted and is still in files: in a copy that a killed backup has left and, for deletions of words, in the index's pages.
    func eraseDeletions(ofWords: Bool) async throws(StoreError)

    /// Writes all changes into the database's files, so that a copy of the files has them.
    ///
    /// - Throws: `busy` when another process does not stop reading in time; nothing is lost then.
    func settle() async throws(StoreError)

    /// Tries to leave no deleted data in the database's log. Waits for readers for a moment only, because writes wait too.
    ///
    /// - Returns: false while another process, or a long query, still reads; the caller tries again later.
    func emptyLog() async throws(StoreError) -> Bool

    /// Gives up the room that is kept for deletions.
    ///
    /// - Returns: false when none was kept.
    func giveUpRoom() -> Bool
}

extension SQLDatabase {
    /// Runs queries for the gateway itself.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await read(for: nil, body)
    }

    /// Runs `body`, which deletes or hides, in a transaction as `write` does. A full disk gives up the room that is kept for deletions.
    func delete<Value: Sendable>(
        _ isolation: SQLIsolation = .serializable, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        do throws(StoreError) {
            return try await write(isolation, body)
        } catch {
            guard case .diskFull = error, giveUpRoom() else { throw error }
            return try await write(isolation, body)
        }
    }

    /// Runs `body` in a transaction that behaves as if no other one ran at the same time.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await write(.serializable, body)
    }
}

/// The changes of others that a transaction sees while both run.
package enum SQLIsolation: Sendable {
    /// Nothing. Of transactions that would disturb one another only one goes on, and the others begin anew.
    case serializable
    /// Committed transactions, none of the same user: transactions of one user wait for one another.
    case user(ID<User>)
    /// Committed transactions: for statements that lock the rows that they change, and do not depend on other rows.
    case readCommitted
}

/// The use of a reader.
package enum SQLReaderUse: Sendable {
    /// Access keys: short queries that requests wait for.
    case keys
    /// Searches for words.
    case words
    /// Searches by meaning.
    case windows
}

/// Runs queries of one use.
package protocol SQLReader: AnyObject, Sendable {
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value

    /// Runs queries on the caller's thread, which waits.
    func runBlocking<Value: Sendable>(_ body: (borrowing SQLConnection) throws(StoreError) -> Value) throws(StoreError) -> Value
}
