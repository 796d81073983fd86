package import Conversations
package import Speech

extension SQLConversationStore {
    package func people(of user: ID<User>) async throws(StoreError) -> [Person] {
        let people = try await read(user) { (archive, connection) throws(StoreError) -> [Person]? in
            var people: [Person] = []
            try connection.run(
                "SELECT id, name, created_at FROM people WHERE archive = ? AND joined_to IS NULL AND NOT is_gone ORDER BY lower(name), number",
                [.integer(archive.number)]
            ) { (row) throws(StoreError) in people.append(Person(row)) }
            return people
        }
        return people ?? []
    }

    package func add(_ person: Person, reusing: Bool, of user: ID<User>) async throws(StoreError) -> Person {
        let person = Person(id: person.id, name: NameKey.trimmed(person.name), created: person.created)
        try ConversationLimits.check(person.id)
        try ConversationLimits.check(person.name, "a name", most: ConversationLimits.name)
        let kept = try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            let namesakes = try archive.people(named: person.name, on: connection)
            if let namesake = namesakes.first {
                guard reusing, namesakes.count == 1 else { throw .taken(person.name, by: namesake.id, and: namesakes.dropFirst().first?.id) }
                return namesake
            }
            let count =
                try connection.integer(
                    "SELECT count(*) FROM people WHERE archive = ? AND joined_to IS NULL AND NOT is_gone", [.integer(archive.number)]) ?? 0
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
        let name = NameKey.trimmed(name)
        try ConversationLimits.check(name, "a name", most: ConversationLimits.name)
        return try await revise(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.person(person, on: connection) else { return false }
            if let other = try archive.people(named: name, on: connection).first(where: { $0.id != person }) {
                throw .taken(name, by: other.id, and: person)
            }
            try connection.run("UPDATE people SET name = ? WHERE number = ?", [.text(name), .integer(number)])
            return true
        }
    }

    package func merge(_ person: ID<Person>, into other: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await reviseIfNeeded(user, erases: true) { (archive, connection) throws(StoreError) in
            guard let gone = try archive.person(person, on: connection), let kept = try archive.person(other, on: connection) else {
                return .missing
            }
            guard gone != kept else { return .unchanged }
            let both: [SQLValue] = [.integer(kept), .integer(gone)]
            // Segments keep pointing to the merged person, so that the cost of merging does not depend on their number.
            try connection.run("UPDATE people SET joined_to = ?1 WHERE number = ?2 OR joined_to = ?2", both)
            try connection.run("UPDATE people SET id = 'joined ' || number, name = '' WHERE number = ?", [.integer(gone)])
            try connection.run("UPDATE voices SET person = ? WHERE person = ?", both)
            try connection.run("UPDATE speech_samples SET person = ? WHERE person = ?", both)
            try connection.run("UPDATE rejected_owners SET person = ? WHERE person = ?", both)
            return .changed
        }
    }

    package func delete(_ person: ID<Person>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user, deletes: true, erases: true) { (archive, connection) throws(StoreError) in
            guard let number = try archive.person(person, on: connection) else { return false }
            var voices: [Int64] = []
            try connection.run("SELECT number FROM voices WHERE person = ?", [.integer(number)]) { (row) throws(StoreError) in
                if let voice = row.integer(0) { voices.append(voice) }
            }
            for voice in voices { try Self.forget(voice: voice, on: connection) }
            try connection.run(
                "INSERT INTO abandoned_files (file) SELECT file FROM speech_samples WHERE person = ? AND file IS NOT NULL ON CONFLICT DO NOTHING",
                [.integer(number)])
            try connection.run("DELETE FROM speech_samples WHERE person = ?", [.integer(number)])
            try connection.run("DELETE FROM rejected_owners WHERE person = ?", [.integer(number)])
            // Segments that name the person are changed by `GoneSpeakers`, in parts.
            try connection.run(
                "UPDATE people SET is_gone = TRUE, id = 'gone ' || number, name = '' WHERE number = ?1 OR joined_to = ?1", [.integer(number)])
            return true
        }
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
