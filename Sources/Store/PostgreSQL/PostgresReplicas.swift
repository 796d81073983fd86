import Speech
import Synchronization

/// The register of replicas in a PostgreSQL database.
final class PostgresReplicas: ReplicaStore {
    /// Time without a sign of life after which a replica is dead.
    static let silenceLimit: Duration = .seconds(12)
    /// Time without a sign of life after which the open sessions of a replica count no longer: its clients have gone to others.
    private static let usageLimit: Duration = .seconds(5)
    /// Time for which the ends of sessions that were taken over are known: the longest time for which a replica may be away.
    private static let retention: Duration = .seconds(30 * 86_400)
    /// Time after which a session that no replica has is forgotten.
    private static let sessionRetention: Duration = .seconds(2 * 86_400)

    let id: String
    private let place: String
    private let database: PostgresDatabase
    private let contact = Mutex(ReplicaContact())
    private let listener: PostgresListener

    init(_ id: String, in database: PostgresDatabase) {
        self.id = id
        place = String(id.prefix { $0 != "/" })
        self.database = database
        listener = PostgresListener(database.address, replica: id)
    }

    // MARK: Signs of life

    func join(isAlone: Bool) async throws(StoreError) {
        try await database.writeRegister { [id, place] (connection) throws(StoreError) in
            if isAlone { try connection.run("DELETE FROM replicas WHERE place = ?", [.text(place)]) }
            try Self.add(id, place, "", on: connection)
            try Self.forgetOld(on: connection)
        }
    }

    func forgetOld() async throws(StoreError) {
        try await database.writeRegister { (connection) throws(StoreError) in try Self.forgetOld(on: connection) }
    }

    private static func forgetOld(on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run("DELETE FROM request_windows WHERE ends_at < replica_time()")
        try connection.run("DELETE FROM moved_sessions WHERE moved_at < replica_time() - ?", [.integer(milliseconds(retention))])
        try connection.run(
            "DELETE FROM live_sessions WHERE started_at < replica_time() - ? AND NOT coalesce(replica_lives(replica), FALSE)",
            [.integer(milliseconds(sessionRetention))])
    }

    private static func add(_ id: String, _ place: String, _ usage: String, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO replicas (id, place, seen_at, open_usage) VALUES (?, ?, replica_time(), ?)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, open_usage = excluded.open_usage
            """, [.text(id), .text(place), .text(usage)])
    }

    func count(_ policy: String, by user: ID<User>, window: Duration, most: Int) async throws(StoreError) -> Duration? {
        try await database.writeRegister { (connection) throws(StoreError) in
            var wait: Duration?
            // A count above the maximum tells that this request was one too many. It does not grow further.
            try connection.run(
                """
                INSERT INTO request_windows AS w (user, policy, ends_at, count) VALUES (?1, ?2, replica_time() + ?3, 1)
                ON CONFLICT (user, policy) DO UPDATE SET
                count = CASE WHEN w.ends_at <= replica_time() THEN 1 ELSE least(w.count, ?4) + 1 END,
                ends_at = CASE WHEN w.ends_at <= replica_time() THEN excluded.ends_at ELSE w.ends_at END
                RETURNING count > ?4, ends_at - replica_time()
                """,
                [.text(user.rawValue), .text(policy), .integer(Self.milliseconds(window)), .integer(Int64(most))]
            ) { (row) throws(StoreError) in
                if row.flag(0) { wait = .milliseconds(max(1, row.integer(1) ?? 1)) }
            }
            return wait
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }

    func beat(_ open: [OpenUserUsage]) async throws(StoreError) -> ReplicaBeat {
        let usage = OpenUserUsage.document(open)
        let beat = try await database.writeRegister { [self] (connection) throws(StoreError) in
            try Self.add(id, place, usage, on: connection)
            var beat = ReplicaBeat(living: 0, removed: 0, wanted: [], isLate: contact.withLock { $0.isBroken(.now) }, open: [])
            // The database may have been waited for until now.
            if contact.withLock({ $0.mayJudge(.now, silenceLimit: Self.silenceLimit) }) {
                try connection.run(
                    "DELETE FROM replicas WHERE seen_at < replica_time() - ?", [.integer(Self.milliseconds(Self.silenceLimit))])
                beat.removed = try connection.changedRows()
            }
            beat.living = Int(try connection.integer("SELECT count(*) FROM replicas") ?? 1)
            try connection.run("SELECT id FROM live_sessions WHERE replica = ? AND wanted_by IS NOT NULL", [.text(id)]) { (row) throws(StoreError) in
                if let session = row.text(0) { beat.wanted.append(ID(session)) }
            }
            try connection.run(
                "SELECT open_usage FROM replicas WHERE id <> ? AND open_usage <> '' AND seen_at >= replica_time() - ?",
                [.text(id), .integer(Self.milliseconds(Self.usageLimit))]
            ) { (row) throws(StoreError) in beat.open += OpenUserUsage.read(row.text(0) ?? "") }
            return beat
        }
        contact.withLock { $0.reached(.now) }
        return beat
    }

    func leave() async throws(StoreError) {
        listener.stop()
        try await database.writeRegister { [id] (connection) throws(StoreError) in
            try connection.run("DELETE FROM replicas WHERE id = ?", [.text(id)])
        }
    }

    func listen(_ changed: @escaping @Sendable (ReplicaChange) -> Void) { listener.add(changed) }

    func tell(failed engine: EngineName) async throws(StoreError) {
        try await database.writeRegister { (connection) throws(StoreError) in
            try connection.run("SELECT tell_replicas('engine', ?)", [.text(engine.rawValue)])
        }
    }

    // MARK: Live sessions

    func open(_ session: OpenLiveSession) async throws(StoreError) {
        try await database.writeRegister { (connection) throws(StoreError) in
            try connection.run(
                """
                INSERT INTO live_sessions (id, user, part, base, replica, started_at) VALUES (?, ?, ?, ?, this_replica(), ?)
                ON CONFLICT (id) DO UPDATE SET part = excluded.part, base = excluded.base WHERE live_sessions.replica = this_replica()
                """,
                [
                    .text(session.id.rawValue), .text(session.user.rawValue), .text(session.part.rawValue), .duration(session.base),
                    .time(session.started),
                ])
            guard let earlier = session.earlier else { return }
            try connection.run(
                "INSERT INTO moved_sessions (part, ends, moved_at) VALUES (?, ?, replica_time()) ON CONFLICT (part) DO UPDATE SET ends = excluded.ends",
                [.text(earlier.part.rawValue), .duration(earlier.end)])
        }
    }

    func close(_ part: ID<Session>) async throws(StoreError) {
        try await database.writeRegister { (connection) throws(StoreError) in
            try connection.run("DELETE FROM live_sessions WHERE part = ? AND replica = this_replica()", [.text(part.rawValue)])
        }
    }

    func take(_ session: ID<Session>, of user: ID<User>, isForced: Bool) async throws(StoreError) -> LiveSessionClaim {
        try await database.writeRegister { (connection) throws(StoreError) in
            var claim = LiveSessionClaim.none
            var isFree = false
            try connection.run(
                """
                SELECT part, base, replica IS DISTINCT FROM this_replica() AND coalesce(replica_lives(replica), FALSE) FROM live_sessions
                WHERE id = ? AND user = ? FOR UPDATE
                """, [.text(session.rawValue), .text(user.rawValue)]
            ) { (row) throws(StoreError) in
                isFree = !row.flag(2)
                claim = .taken(part: ID(row.text(0) ?? ""), base: row.duration(1))
            }
            guard case .taken = claim else { return .none }
            guard isFree || isForced else {
                try connection.run(
                    "UPDATE live_sessions SET wanted_by = this_replica() WHERE id = ? AND wanted_by IS DISTINCT FROM this_replica()",
                    [.text(session.rawValue)])
                return .asked
            }
            try connection.run(
                "UPDATE live_sessions SET replica = this_replica(), wanted_by = NULL WHERE id = ?", [.text(session.rawValue)])
            return claim
        }
    }

    func release(_ part: ID<Session>) async throws(StoreError) {
        try await database.writeRegister { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE live_sessions SET replica = NULL WHERE part = ? AND replica = this_replica()", [.text(part.rawValue)])
        }
    }

    func parts() async throws(StoreError) -> Set<ID<Session>> {
        try await database.read { (connection) throws(StoreError) in
            var parts: Set<ID<Session>> = []
            try connection.run("SELECT part FROM live_sessions WHERE replica = this_replica()") { (row) throws(StoreError) in
                if let part = row.text(0) { parts.insert(ID(part)) }
            }
            return parts
        }
    }

    func hasLost(_ part: ID<Session>) async throws(StoreError) -> Bool {
        try await database.read { (connection) throws(StoreError) in
            try connection.integer(
                """
                SELECT 1 WHERE EXISTS (SELECT 1 FROM moved_sessions WHERE part = ?)
                OR EXISTS (SELECT 1 FROM live_sessions WHERE part = ? AND replica IS DISTINCT FROM this_replica())
                """, [.text(part.rawValue), .text(part.rawValue)]) != nil
        }
    }

    func fate(of part: ID<Session>, isLate: Bool) async throws(StoreError) -> LiveSessionFate {
        try await database.writeRegister { (connection) throws(StoreError) in
            var fate = LiveSessionFate.over
            // A replica that has just taken the session, and has not begun with it, has its row already.
            try connection.run("SELECT 1 FROM live_sessions WHERE part = ? FOR UPDATE", [.text(part.rawValue)]) { (_) throws(StoreError) in
                fate = .waits
            }
            try connection.run("SELECT ends FROM moved_sessions WHERE part = ?", [.text(part.rawValue)]) { (row) throws(StoreError) in
                fate = .moved(row.duration(0))
            }
            guard isLate, fate == .waits else { return fate }
            try connection.run(
                "DELETE FROM live_sessions WHERE part = ? AND NOT coalesce(replica_lives(replica), FALSE)", [.text(part.rawValue)])
            return try connection.changedRows() > 0 ? .over : .waits
        }
    }
}
