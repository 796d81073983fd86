package import Conversations
package import Speech

extension SQLConversationStore {
    package func speakers(_ speakers: Set<SpeakerIdentity.Who>, of user: ID<User>) async throws(StoreError) -> NamedSpeakers {
        var people: [String] = [], voices: [String] = []
        for speaker in speakers {
            switch speaker {
            case .person(let id): people.append(id.rawValue)
            case .voice(let id): voices.append(id.rawValue)
            case .user, .unknown: continue
            }
        }
        let wanted = [people, voices].map { SQLValue.text(SegmentCoding.list($0)) }
        return try await read(user) { (archive, connection) throws(StoreError) -> NamedSpeakers? in
            var found = NamedSpeakers()
            try connection.run(
                "SELECT id, name, created_at FROM people WHERE archive = ? AND id IN (SELECT value FROM json_each(?))",
                [.integer(archive.number), wanted[0]]
            ) { (row) throws(StoreError) in found.people.append(Person(row)) }
            try connection.run(
                "SELECT id, label FROM voices WHERE archive = ? AND id IN (SELECT value FROM json_each(?))", [.integer(archive.number), wanted[1]]
            ) { (row) throws(StoreError) in
                if let id = row.text(0), let label = row.integer(1) { found.voices[ID(id)] = Int(label) }
            }
            return found
        } ?? NamedSpeakers()
    }
}
