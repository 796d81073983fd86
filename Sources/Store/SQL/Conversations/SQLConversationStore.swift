package import Speech

/// The stores of conversations and of their speakers, in one SQLite file.
package final class SQLConversationStore: ConversationStores {
    let database: any SQLDatabase
    let zones: TimeZones
    let now: @Sendable () -> UnixTime
    let removal: DeletedDataRemoval
    let windowIndex = WindowIndex()
    let searchReaders: SearchReaders
    let revisions = RevisionWatches()

    /// - Parameters:
    ///   - audio: the files that the rows of audio name. The store deletes a file that no row names any more.
    ///   - zones: the time zones in which users name days and hours. A user's setting names the zone.
    ///   - now: returns the time of day, from which the store tells for how long a conversation has had its status.
    ///   - clock: the clock by which the store waits before it erases, and erases again.
    package init(
        in database: any SQLDatabase, audio: any BlobStore, zones: TimeZones = TimeZones(), now: @escaping @Sendable () -> UnixTime,
        clock: StoreClock = .system
    ) {
        self.database = database
        self.zones = zones
        self.now = now
        removal = DeletedDataRemoval(database, audio: audio, clock: clock)
        searchReaders = SearchReaders(database)
        // Erases what was deleted before a crash.
        startErasing()
    }

    /// Runs `body` in a transaction with the user's archive. Returns nil when nothing was ever stored for the user.
    ///
    /// - Parameter deletes: true if the change must be possible on a full disk, because it makes room.
    func change<Value: Sendable>(
        _ user: ID<User>, deletes: Bool = false,
        _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> Value?
    ) async throws(StoreError) -> Value? {
        let change: @Sendable (borrowing SQLConnection) throws(StoreError) -> Value? = { (connection) throws(StoreError) in
            guard let archive = try UserPartition.find(user, on: connection) else { return nil }
            return try body(archive, connection)
        }
        return deletes ? try await database.delete(.user(user), change) : try await database.write(.user(user), change)
    }

    /// Runs `body` as `change` does. If `body` returns true, people, voices or samples have changed, and the watches of the user are told.
    ///
    /// - Parameter erases: true if rows that the change removes are to be erased from the disk soon.
    func revise(
        _ user: ID<User>, deletes: Bool = false, erases: Bool = false,
        _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> Bool
    ) async throws(StoreError) -> Bool {
        try await reviseIfNeeded(user, deletes: deletes, erases: erases) { (archive, connection) throws(StoreError) -> RevisionOutcome in
            try body(archive, connection) ? .changed : .missing
        }
    }

    /// Runs `body` as `revise` does. Nobody is told of a change that `body` did not need to make, and nothing is erased for it.
    ///
    /// - Returns: false when what is to be changed is missing.
    func reviseIfNeeded(
        _ user: ID<User>, deletes: Bool = false, erases: Bool = false,
        _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> RevisionOutcome
    ) async throws(StoreError) -> Bool {
        let outcome =
            try await change(user, deletes: deletes) { (archive, connection) throws(StoreError) -> RevisionOutcome? in
                let outcome = try body(archive, connection)
                guard outcome == .changed else { return outcome }
                try archive.revise(on: connection)
                if erases { try Self.noteErasure(of: .rows, on: connection) }
                return outcome
            } ?? .missing
        switch outcome {
        case .missing: return false
        case .unchanged: return true
        case .changed:
            revisions.tell(user)
            if erases { startErasing() }
            return true
        }
    }

    /// Deletes a row because its user wants that, to be erased from the disk soon. Returns false when there is no such row.
    ///
    /// - Parameter statement: deletes the row; takes the archive's number and the row's name.
    func deleteRow(_ name: String, of user: ID<User>, by statement: StaticString) async throws(StoreError) -> Bool {
        let isDeleted =
            try await change(user) { (archive, connection) throws(StoreError) -> Bool? in
                try connection.run(statement, [.integer(archive.number), .text(name)])
                guard try connection.changedRows() == 1 else { return false }
                try Self.noteErasure(of: .rows, on: connection)
                return true
            } ?? false
        if isDeleted { startErasing() }
        return isDeleted
    }

    /// Takes a change that another process has made.
    func follow(_ change: ReplicaChange) {
        switch change {
        case .people(let user): revisions.tell(user)
        case .windows(let archive): windowIndex.drop(archive: archive)
        case .unknown:
            windowIndex.drop(archive: nil)
            revisions.tellAll()
        case .jobs, .engine, .usage, .wanted, .deletionBegun, .deletionEnded: break
        }
    }

    package func watch(_ user: ID<User>, _ changed: @escaping @Sendable () -> Void) -> RevisionWatch { revisions.add(user, changed) }

    /// Reads from the user's archive. Returns nil when nothing was ever stored for the user. All queries of `body` see the same moment.
    func read<Value: Sendable>(
        _ user: ID<User>, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> Value?
    ) async throws(StoreError) -> Value? {
        try await database.read(for: user) { (connection) throws(StoreError) -> Value? in
            try connection.snapshot { (connection) throws(StoreError) -> Value? in
                guard let archive = try UserPartition.find(user, on: connection) else { return nil }
                return try body(archive, connection)
            }
        }
    }
}
