import Conversations
import Foundation
import HarkenTesting
import Speech
import Testing

@testable import Store

/// The SQL of the stores.
enum StoreStatements {
    /// The literals with SQL in the sources of the stores, but for the schema: whole statements, and pieces that statements are composed of.
    static func literals() throws -> [String] {
        let store = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }.appending(path: "Sources/Store")
        var literals: Set<String> = []
        for folder in ["SQL", "SQLite"] {
            let files = try #require(FileManager.default.enumerator(atPath: store.appending(path: folder).path)).compactMap { $0 as? String }
            for file in files where file.hasSuffix(".swift") && !file.hasPrefix("Migration") {
                let text = try String(contentsOf: store.appending(path: folder).appending(path: file), encoding: .utf8)
                literals.formUnion(self.literals(in: text))
            }
        }
        return literals.sorted()
    }

    /// Returns the literals with SQL of a source file, each in one line.
    static func literals(in source: String) -> [String] {
        source.matches(of: /\/\/.*|"""\n((?s:.*?))"""|"((?:\\.|[^"\\\n])*)"/).compactMap { match in
            guard let literal = match.1 ?? match.2 else { return nil }
            let text = line(literal.replacing("\\\"", with: "\""))
            return text.contains(/\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|FROM|RETURNING|CONFLICT|JOIN|SET|VALUES|LIMIT)\b/) ? text : nil
        }
    }

    /// True if SQL is for PostgreSQL only: it names replicas, locks rows, or calls a function of the server.
    static func isForPostgreSQL(_ text: String) -> Bool { text.contains(/replica|\bFOR (?:UPDATE|SHARE)\b|pg_/) }

    /// Uses the stores of an empty database, so that they compose all statements that they compose of pieces, and returns the statements that were run.
    static func composed(in folder: TemporaryFolder) async throws -> [String] {
        // One reader has prepared all that was read.
        let directory = try DataDirectory(creating: folder.path(of: "used")), database = try SQLiteDatabase(in: directory, readers: 1)
        // The schema's own statements are not judged.
        let schema = Set(try await prepared(in: database))
        let store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { .at(0) })
        let jobs = SQLJobQueue(in: database), usage = SQLUsageStore(in: database), id = ID<Conversation>("c1")
        _ = try await store.begin(.of(.ann, "c1", status: .processing, .said("s1", "one two"), .said("s2", "three", at: 2)))
        var update = ConversationUpdate(id, changed: [.said("s1", "one more")], status: .completed)
        update.delivery = ID("d1")
        _ = try await store.write(update, of: .ann)
        _ = try await store.claimDelivery(dueBy: .at(1), until: .at(40), except: [], onlyUntried: false)
        for isGivenUp in [false, true] { _ = try await store.deliveries(DeliveryQuery(isGivenUp: isGivenUp), of: .ann) }
        _ = try await store.conversation(id, of: .ann)
        _ = try await store.segments(SegmentQuery(limit: 1), in: id, of: .ann)
        _ = try await store.list(ConversationQuery(hasGaps: true), of: .ann)
        try await database.read { (connection) throws(StoreError) in
            _ = try SQLConversationStore.conversationsWithGaps(of: UserPartition(number: 1), in: 0..<1, on: connection)
        }
        _ = try await store.outlines(of: [id], of: .ann)
        _ = try await store.places(in: id, of: .ann)
        _ = try await store.setText("four", of: ID("s1"), in: id, of: .ann)
        try await database.read { (connection) throws(StoreError) in try connection.run(HitReading.statement, [.text("[]")]) }
        _ = try await store.add(NewVoice(id: ID("v1"), voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        _ = try await store.add(NewVoice(id: ID("v2"), owner: .user, voiceprint: try .of(2), evidence: .seconds(9), created: .at(0)), of: .ann)
        _ = try await store.voiceCount(of: .ann)
        _ = try await (store.voices(of: .ann), store.namedVoices(and: ID("v1"), of: .ann))
        for onlyNamed in [false, true] { _ = try await store.listedVoices(onlyNamed: onlyNamed, of: .ann) }
        _ = try await store.unnamedVoices(VoiceQuery(), of: .ann)
        _ = try await store.removeVoices(unheardSince: .at(9))
        _ = try await store.withoutWindows(model: "m", limit: 9)
        for user in [nil, ID<User>.ann] { _ = try await usage.rows(UsageQuery(user: user)) }
        _ = try await jobs.add(.of("a1", .ann), most: 9, hasNotice: false)
        _ = try await jobs.take()
        for day in [nil, UnixTime.at(0)] {
            for after in [nil, ID<TranscriptionJob>("a1")] {
                _ = try await jobs.list(of: .ann, dialect: "assemblyai", TranscriptionJobQuery(limit: 1, day: day, after: after))
            }
        }
        var generator = SeededGenerator(seed: 1)
        try await usage.note([.random(0, by: &generator)])
        try await usage.bookAll()
        for isRestored in [true, false] {
            _ = try await store.delete(id, of: .ann, keptUntil: .at(9))
            if isRestored { _ = try await store.restore(id, of: .ann) }
        }
        _ = try await store.endDeletions(keptUntil: .at(9))
        _ = try await store.beginDeletion(of: .ann)
        while try await store.deleteRows(of: .ann, sessions: []) {}
        // Statistics that are there are dropped of a small store.
        try await database.write { (connection) throws(StoreError) in try connection.run("ANALYZE") }
        try await database.gatherStatistics()
        // The keys have a reader of their own.
        let keys = try SQLAccessKeyStore(in: database, of: directory, hashing: TestHashing(), now: { .at(0) })
        _ = try await keys.verify("hk_unknown")
        _ = try await keys.standing(of: ID("k1"))
        _ = try await keys.list()
        let ofKeys = try await keys.reader.run { (connection) throws(StoreError) in connection.preparedStatements() }.map(line)
        return try await (prepared(in: database) + ofKeys).filter { !schema.contains($0) }
    }

    /// Copies an empty database, and returns the statements that were run for it.
    static func copying(in folder: TemporaryFolder) async throws -> [String] {
        let source = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "source")))
        // One reader has prepared all that is compared.
        let copy = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "copy")), readers: 1)
        _ = try await StoreTransfer.copy(from: source, to: copy)
        return try await prepared(in: copy)
    }

    /// Returns the triggers that a connection creates for itself.
    static func triggers(in folder: TemporaryFolder) async throws -> [String] {
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "triggers")))
        return try await database.write { (connection) throws(StoreError) in
            var triggers: [String] = []
            try connection.run("SELECT sql FROM sqlite_temp_schema WHERE type = 'trigger'") { (row) throws(StoreError) in
                triggers.append(line(row.text(0) ?? ""))
            }
            return triggers
        }
    }

    private static func prepared(in database: SQLiteDatabase) async throws -> [String] {
        let read = try await database.read { (connection) throws(StoreError) in connection.preparedStatements() }
        let written = try await database.write { (connection) throws(StoreError) in connection.preparedStatements() }
        // FTS5 has statements of its own, on tables of its own.
        return Set((read + written).map(line)).filter { $0.hasPrefix(/SELECT|INSERT|UPDATE|DELETE|WITH/) && !$0.contains("segment_words_") }.sorted()
    }

    private static func line(_ text: some StringProtocol) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

extension String {
    fileprivate func hasPrefix(_ pattern: some RegexComponent) -> Bool { prefixMatch(of: pattern) != nil }
}

extension SQLiteDatabase {
    /// Fills an empty database with a year of use.
    ///
    /// - Parameter missing: a table that an earlier schema does not have; nil: the schema is that of today.
    func fill(with year: YearOfUse, without missing: String? = nil) async throws(StoreError) {
        let statements = year.statements.filter { statement in missing.map { !statement.sql.description.contains("INTO \($0) ") } ?? true }
        try await write { (connection) throws(StoreError) in
            for statement in statements { try connection.run(statement.sql, statement.values.map { .integer($0) }) }
        }
    }
}
