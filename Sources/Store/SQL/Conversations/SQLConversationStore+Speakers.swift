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

    private static let counted =
        ComposedSQL("SELECT count(*), count(CASE WHEN ") + ownerless + ComposedSQL(" THEN 1 END), count(CASE WHEN ") + ownerless
        + ComposedSQL(" AND ") + heard + ComposedSQL(" THEN 1 END) FROM voices v WHERE v.archive = ? AND v.joined_to IS NULL AND NOT v.is_gone")

    package func voiceCount(of user: ID<User>) async throws(StoreError) -> VoiceCount {
        try await read(user) { (archive, connection) throws(StoreError) -> VoiceCount? in
            var count = VoiceCount(all: 0, unnamed: 0, heard: 0)
            try connection.run(Self.counted, [.integer(archive.number)]) { (row) throws(StoreError) in
                count = VoiceCount(all: Int(row.integer(0) ?? 0), unnamed: Int(row.integer(1) ?? 0), heard: Int(row.integer(2) ?? 0))
            }
            return count
        } ?? VoiceCount(all: 0, unnamed: 0, heard: 0)
    }
}
