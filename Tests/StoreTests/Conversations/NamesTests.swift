import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Names in the store` {
    private let folder = TemporaryFolder()

    private func person(_ id: String, _ name: String) -> Person { Person(id: ID(id), name: name, created: .at(1)) }

    /// Returns the reason of the conflict in which a change ends; nil when it does not.
    private func conflict(_ change: () async throws -> Void) async throws -> String? {
        do {
            try await change()
            return nil
        } catch StoreError.conflict(let reason) {
            return reason
        }
    }

    /// Opens a store in which two people have one name, as an earlier version allowed.
    private func withNamesakes(_ kind: StoreKind) async throws -> any ConversationStores {
        let store = try kind.open(in: folder)
        for (id, name) in [("p1", "Anna"), ("p2", "Bert"), ("p3", "Carl")] {
            _ = try await store.add(person(id, name), reusing: false, of: .ann)
        }
        try await kind.write("UPDATE people SET name = 'ANNA' WHERE id = 'p2'", in: folder)
        return store
    }

    @Test(
        arguments: [
            ("Anna", "ANNA"), ("Zo\u{EB}", "ZOE\u{308}"), (" Anna ", "anna"), ("Anna Maria", "anna  maria"), ("Straße", "STRASSE"), ("İpek", "ipek"),
            ("IŞIL", "ışıl"), ("דנה", "\u{200F}דנה\u{200E}"), ("Anna", "An\u{0}n\u{3164}a"), ("Anna Maria", "Anna\r\nMaria"),
        ], StoreKind.allCases)
    func `are one person's, however they are written`(name: (first: String, second: String), kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let first = try await store.add(person("p1", name.first), reusing: true, of: .ann)
        #expect(first.name == NameKey.trimmed(name.first))
        #expect(try await store.add(person("p2", name.second), reusing: true, of: .ann) == first)
        let taken = try await conflict { _ = try await store.add(person("p2", name.second), reusing: false, of: .ann) }
        #expect(taken?.contains("p1") == true)
        _ = try await store.add(person("p2", "Other"), reusing: false, of: .ann)
        let refused = try await conflict { _ = try await store.rename(ID("p2"), to: name.second, of: .ann) }
        #expect(refused?.contains("POST /people/p1/merge") == true && refused?.contains("harken people merge p2 p1") == true, "\(refused ?? "")")
        #expect(try await store.people(of: .ann).map(\.name).sorted() == ["Other", first.name].sorted())
        // The person's own name may be written in another way, and another user's people have names of their own.
        #expect(try await store.rename(first.id, to: name.second + " ", of: .ann))
        #expect(try await store.people(of: .ann).first { $0.id == first.id }?.name == NameKey.trimmed(name.second))
        _ = try await store.add(person("p1", name.first), reusing: false, of: .bob)
        // A merged or deleted person has no name.
        #expect(try await store.merge(ID<Person>("p1"), into: ID("p2"), of: .ann))
        #expect(try await store.rename(ID("p2"), to: name.first, of: .ann))
        #expect(try await store.delete(ID<Person>("p2"), of: .ann))
        #expect(try await store.add(person("p3", name.second), reusing: true, of: .ann).id == ID("p3"))
    }

    @Test(arguments: StoreKind.allCases) func `are one person's too when they come at once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let ids: Set<ID<Person>> = try await withThrowingTaskGroup(of: ID<Person>.self) { group in
            for number in 0..<20 {
                group.addTask { [new = person("p\(number)", number.isMultiple(of: 2) ? "Anna" : "ANNA")] in
                    try await store.add(new, reusing: true, of: .ann).id
                }
            }
            return try await group.reduce(into: Set<ID<Person>>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await store.people(of: .ann).map(\.id) == Array(ids))
    }

    @Test(arguments: StoreKind.allCases) func `of two people from before are shown, and are one after a merge`(kind: StoreKind) async throws {
        let store = try await withNamesakes(kind)
        #expect(try await store.people(of: .ann).map(\.name) == ["Anna", "ANNA", "Carl"])
        let ambiguous = try await conflict { _ = try await store.add(person("p4", "anna"), reusing: true, of: .ann) }
        #expect(ambiguous?.contains("POST /people/p1/merge with {\"person_id\": \"p2\"}") == true, "\(ambiguous ?? "")")
        let refused = try await conflict { _ = try await store.rename(ID("p3"), to: "anna", of: .ann) }
        #expect(refused?.contains("POST /people/p1/merge with {\"person_id\": \"p3\"}") == true)
        #expect(try await store.merge(ID<Person>("p2"), into: ID("p1"), of: .ann))
        #expect(try await store.add(person("p4", "anna"), reusing: true, of: .ann).id == ID("p1"))
        #expect(try await store.people(of: .ann).map(\.name) == ["Anna", "Carl"])
    }

    @Test(arguments: StoreKind.allCases) func `of two people from before may become two`(kind: StoreKind) async throws {
        let store = try await withNamesakes(kind)
        #expect(try await store.rename(ID("p2"), to: "Anna B", of: .ann))
        #expect(try await store.add(person("p4", "anna"), reusing: true, of: .ann).id == ID("p1"))
    }
}

extension StoreKind {
    /// Runs a statement on the database that the stores in a folder use.
    fileprivate func write(_ statement: StaticString, in folder: TemporaryFolder) async throws {
        switch self {
        case .sqlite: try await run(statement, on: SQLiteDatabase(in: DataDirectory(creating: folder.path)))
        case .postgreSQL: try await run(statement, on: PostgresDatabase(at: Self.address(of: folder)))
        }
    }

    private func run(_ statement: StaticString, on database: some SQLDatabase) async throws {
        try await database.write { (connection) throws(StoreError) in try connection.run(statement) }
    }
}
