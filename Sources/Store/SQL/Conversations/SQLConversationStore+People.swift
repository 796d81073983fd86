package import Conversations
package import Speech

extension SQLConversationStore {
    package func people(of user: ID<User>) async throws(StoreError) -> [Person] {
        let people = try await read(user) { (archive, connection) throws(StoreError) -> [Person]? in
            var people: [Person] = []
            try connection.run(
                "SELECT id, name, created_at FROM people WHERE archive = ? ORDER BY lower(name), number", [.integer(archive.number)]
            ) { (row) throws(StoreError) in people.append(Person(row)) }
            return people
        }
        return people ?? []
    }

    package func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person {
        try ConversationLimits.check(person.id)
        try ConversationLimits.check(person.name, "a name", most: ConversationLimits.name)
        let kept = try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            if reusing {
                // SQLite knows only the case of ASCII letters.
                var found: Person?
                let name = person.name.lowercased()
                try connection.run("SELECT id, name, created_at FROM people WHERE archive = ? ORDER BY number", [.integer(archive.number)]) {
                    (row) throws(StoreError) in
                    let other = Person(row)
                    if found == nil, other.name.lowercased() == name { found = other }
                }
                if let found { return found }
            }
            let count = try connection.integer("SELECT count(*) FROM people WHERE archive = ?", [.integer(archive.number)]) ?? 0
            try ConversationLimits.check(Int(count) + 1, "people", most: ConversationLimits.people)
            try connection.run(
                "INSERT INTO people (archive, id, name, created_at) VALUES (?, ?, ?, ?)",
                [.integer(archive.number), .text(person.id.rawValue), .text(person.name), .time(person.created)])
            try archive.revise(on: connection)
            return person
        }
        revisions.tell(user)
        return kept
    }

    package func rename(_ person: ID<Person>, to name: String, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(name, "a name", most: ConversationLimits.name)
        return try await revise(user) { (archive, connection) throws(StoreError) in
            try connection.run(
                "UPDATE people SET name = ? WHERE archive = ? AND id = ?", [.text(name), .integer(archive.number), .text(person.rawValue)])
            return try connection.changedRows() == 1
        }
    }

    package func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user) { (archive, connection) throws(StoreError) in
            guard let gone = try archive.person(person, on: connection), let kept = try archive.person(other, on: connection) else { return false }
            guard gone != kept else { return true }
            let both: [SQLValue] = [.integer(kept), .integer(gone)]
            try connection.run("UPDATE segments SET person = ? WHERE person = ?", both)
            try connection.run("UPDATE voices SET person = ? WHERE person = ?", both)
            try connection.run("UPDATE speech_samples SET person = ? WHERE person = ?", both)
            try connection.run("UPDATE rejected_owners SET person = ? WHERE person = ?", both)
            try connection.run("DELETE FROM people WHERE number = ?", [.integer(gone)])
            return true
        }
    }

    package func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool {
        let done =
            try await revise(user) { (archive, connection) throws(StoreError) in
                guard let number = try archive.person(person, on: connection) else { return false }
                try connection.run(
                    """
                    UPDATE segments SET voice = NULL, identified_by = NULL, confidence = NULL WHERE voice IN (
                        SELECT number FROM voices WHERE person = ?1
                        UNION ALL SELECT v.number FROM voices w JOIN voices v ON v.joined_to = w.number WHERE w.person = ?1)
                    """, [.integer(number)])
                try connection.run(
                    "UPDATE segments SET person = NULL, voice = NULL, identified_by = NULL, confidence = NULL WHERE person = ?", [.integer(number)])
                try connection.run(
                    "INSERT INTO abandoned_files (file) SELECT file FROM speech_samples WHERE person = ? AND file IS NOT NULL ON CONFLICT DO NOTHING",
                    [.integer(number)])
                try connection.run("DELETE FROM voices WHERE person = ?", [.integer(number)])
                try connection.run("DELETE FROM people WHERE number = ?", [.integer(number)])
                try Self.noteErasure(on: connection)
                return true
            }
        if done { startErasing() }
        return done
    }

    package func revision(of user: ID<User>) async throws(StoreError) -> Int64 {
        try await database.read(for: user) { (connection) throws(StoreError) in
            try connection.integer("SELECT revision FROM archives WHERE user = ?", [.text(user.rawValue)]) ?? 0
        }
    }
}

extension Person {
    /// Reads a row of the columns id, name, created_at.
    init(_ row: borrowing SQLRow) {
        self.init(id: ID(row.text(0) ?? ""), name: row.text(1) ?? "", created: row.time(2))
    }
}
