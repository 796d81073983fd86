package import Conversations
package import Speech

extension SQLConversationStore {
    /// Highest number of a voice that is imported. A voice with a higher one gets the user's next number.
    private static let maxNumber = 1_000_000
    /// Maximum number of values in an imported voiceprint: models have at most half of it. All voiceprints of a user are compared in memory.
    package static let maxImportedDimensions = 512

    package func beginImport(of user: ID<User>) async throws(StoreError) -> ImportTarget? {
        try await database.write(.user(user)) { (connection) throws(StoreError) -> ImportTarget? in
            guard try !UserPartition.isDeleted(user, on: connection) else { return nil }
            return ImportTarget(user: user, partition: try UserPartition.findOrMake(user, on: connection).number)
        }
    }

    package func importSettings(
        _ settings: [String: String], keys: [ProviderKey], retention: String, into target: ImportTarget
    ) async throws(StoreError) -> ImportedCount? {
        for (name, value) in settings {
            try ConversationLimits.check(name, "a setting's name", most: ConversationLimits.identifier)
            try ConversationLimits.check(value, "a setting", most: ConversationLimits.settingValue)
        }
        return try await importing(into: target) { (archive, connection) throws(StoreError) in
            var count = ImportedCount()
            let hasAudio = try Self.hasAudio(archive, on: connection)
            for (name, value) in settings {
                guard
                    try connection.integer("SELECT 1 FROM settings WHERE archive = ? AND name = ?", [.integer(archive.number), .text(name)]) == nil
                else {
                    count.present += 1
                    continue
                }
                guard name != retention || !hasAudio else {
                    count.incomplete += 1
                    continue
                }
                try connection.run(
                    "INSERT INTO settings (archive, name, value) VALUES (?, ?, ?)", [.integer(archive.number), .text(name), .text(value)])
                count.added += 1
            }
            for key in keys {
                try connection.run(
                    """
                    INSERT INTO provider_keys (archive, provider, fingerprint, created_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (archive, provider) DO NOTHING
                    """, [.integer(archive.number), .text(key.provider.rawValue), .text(key.fingerprint), .time(key.created)])
                if try connection.changedRows() == 1 { count.added += 1 } else { count.present += 1 }
            }
            return count
        }
    }

    package func importPeople(_ people: [Person], into target: ImportTarget) async throws(StoreError) -> ImportedCount? {
        for person in people {
            try ConversationLimits.check(person.id)
            try ConversationLimits.check(person.name, "a name", most: ConversationLimits.name)
        }
        return try await importing(into: target) { (archive, connection) throws(StoreError) in
            var count = ImportedCount()
            let known =
                try connection.integer(
                    "SELECT count(*) FROM people WHERE archive = ? AND joined_to IS NULL AND NOT is_gone", [.integer(archive.number)]) ?? 0
            for person in people {
                guard try archive.person(person.id, on: connection) == nil else {
                    count.present += 1
                    continue
                }
                count.added += 1
                try ConversationLimits.check(Int(known) + count.added, "people", most: ConversationLimits.people)
                try connection.run(
                    "INSERT INTO people (archive, id, name, created_at) VALUES (?, ?, ?, ?)",
                    [.integer(archive.number), .text(person.id.rawValue), .text(NameKey.trimmed(person.name)), .time(person.created)])
            }
            return count
        }
    }

    package func importVoices(_ voices: [PortableVoice], into target: ImportTarget) async throws(StoreError) -> ImportedCount? {
        for voice in voices {
            try ConversationLimits.check(voice.id)
            try ConversationLimits.check(voice.direction.count, "values in a voiceprint", most: Self.maxImportedDimensions)
            try ConversationLimits.check(voice.model, "a model's name", most: ConversationLimits.name)
            try ConversationLimits.check(voice.rejected.count, "rejected owners of a voice", most: ConversationLimits.rejectedOwners)
        }
        return try await importing(into: target) { (archive, connection) throws(StoreError) in
            var count = ImportedCount()
            let known = try connection.integer("SELECT count(*) FROM voices WHERE archive = ?", [.integer(archive.number)]) ?? 0
            for voice in voices {
                guard try archive.voice(voice.id, on: connection) == nil else {
                    count.present += 1
                    continue
                }
                var joined: Int64?
                if let other = voice.joined {
                    joined = try archive.voice(other, on: connection)
                    guard joined != nil else {
                        count.incomplete += 1
                        continue
                    }
                }
                count.added += 1
                try ConversationLimits.check(Int(known) + count.added, "voices", most: ConversationLimits.voices)
                try Self.insert(voice, joinedTo: joined, in: archive, on: connection)
            }
            return count
        }
    }

    private static func insert(
        _ voice: PortableVoice, joinedTo joined: Int64?, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        let owner = try joined == nil ? OwnerColumns(voice.owner, in: archive, on: connection) ?? .nobody : .nobody
        let adoption = owner.person == nil && !owner.isUser ? nil : voice.adoption
        let number = try connection.integer(
            """
            INSERT INTO voices (archive, id, label, person, is_user, model, direction, evidence, created_at, joined_to, adopted_at, adoption_distance)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
            """,
            [
                .integer(archive.number), .text(voice.id.rawValue), .integer(try self.number(for: voice, in: archive, on: connection)),
                .integer(owner.person), .flag(owner.isUser), .text(voice.model),
                .blob(DirectionCoding.encode(joined == nil ? voice.direction : [])), .duration(voice.evidence), .time(voice.created),
                .integer(joined), .time(adoption?.time), .real(adoption?.distance),
            ])
        var known: [Voice.Owner] = []
        for rejected in voice.rejected where rejected != .nobody && !known.contains(rejected) {
            known.append(rejected)
            guard let columns = try OwnerColumns(rejected, in: archive, on: connection) else { continue }
            try connection.run(
                "INSERT INTO rejected_owners (voice, person) VALUES (?, ?)", [.integer(number), .integer(columns.person)])
        }
    }

    /// Returns the voice's number if no other voice of the user has it, else the user's next one.
    private static func number(
        for voice: PortableVoice, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Int64 {
        let wanted = Int64(voice.number)
        if (1...Self.maxNumber).contains(voice.number),
            try connection.integer("SELECT 1 FROM voices WHERE archive = ? AND label = ?", [.integer(archive.number), .integer(wanted)]) == nil
        {
            try connection.run(
                "UPDATE archives SET next_voice = ?2 WHERE number = ?1 AND next_voice < ?2", [.integer(archive.number), .integer(wanted + 1)])
            return wanted
        }
        let next = try connection.integer(
            "UPDATE archives SET next_voice = next_voice + 1 WHERE number = ? RETURNING next_voice", [.integer(archive.number)])
        return (next ?? 2) - 1
    }

    package func importSamples(_ samples: [PortableSample], into target: ImportTarget) async throws(StoreError) -> ImportedCount? {
        for sample in samples {
            try ConversationLimits.check(sample.id)
            try ConversationLimits.check(sample.direction.count, "values in a voiceprint", most: Self.maxImportedDimensions)
            try ConversationLimits.check(sample.model, "a model's name", most: ConversationLimits.name)
            try ConversationLimits.check(sample.sources.count, "segments of a sample", most: ConversationLimits.sampleSources)
        }
        return try await importing(into: target) { (archive, connection) throws(StoreError) in
            var count = ImportedCount()
            for sample in samples {
                guard try archive.sample(sample.id, on: connection) == nil else {
                    count.present += 1
                    continue
                }
                guard sample.owner != .nobody, let owner = try OwnerColumns(sample.owner, in: archive, on: connection) else {
                    count.incomplete += 1
                    continue
                }
                count.incomplete += try Self.insert(sample, owner, in: archive, on: connection)
                count.added += 1
            }
            return count
        }
    }

    /// - Returns: the number of segments of the sample that do not exist.
    private static func insert(
        _ sample: PortableSample, _ owner: OwnerColumns, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Int {
        let voiceprint = sample.direction.isEmpty ? nil : sample.model
        let known = SpeechSample(id: sample.id, owner: sample.owner, duration: sample.duration, created: sample.created)
        let number = try insert(known, owner, in: archive, on: connection)
        var voice: Int64?
        if let id = sample.voice { voice = try archive.voice(id, on: connection) }
        try connection.run(
            "UPDATE speech_samples SET model = ?, direction = ?, voice = ?, makes_voice = ? WHERE number = ?",
            [
                .text(voiceprint), .blob(voiceprint.map { _ in DirectionCoding.encode(sample.direction) }), .integer(voice),
                .flag(sample.makesVoice && voice != nil), .integer(number),
            ])
        var missing = 0
        for source in sample.sources {
            let segment = try connection.integer(
                """
                SELECT s.number FROM conversations c JOIN segments s ON s.conversation = c.number
                WHERE c.archive = ? AND c.id = ? AND s.id = ?
                """, [.integer(archive.number), .text(source.conversation.rawValue), .text(source.segment.rawValue)])
            guard let segment else {
                missing += 1
                continue
            }
            try connection.run(
                "INSERT INTO speech_sample_sources (sample, segment) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.integer(number), .integer(segment)])
        }
        return missing
    }

    // MARK: Transactions

    private static func hasAudio(_ archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        try connection.integer(
            "SELECT 1 FROM conversation_audio a JOIN conversations c ON c.number = a.conversation WHERE c.archive = ? LIMIT 1",
            [.integer(archive.number)]) != nil
    }

    /// Runs `body` in a transaction with the target's partition. Returns nil when the user was deleted since the import began.
    func write<Value: Sendable>(
        into target: ImportTarget, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value? {
        try await database.write(.user(target.user)) { (connection) throws(StoreError) -> Value? in
            guard let archive = try UserPartition.find(target.user, on: connection), archive.number == target.partition else { return nil }
            return try body(archive, connection)
        }
    }

    /// Runs `body` as `write` does. If `body` has added objects, the watches of the user are called.
    private func importing(
        into target: ImportTarget, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> ImportedCount
    ) async throws(StoreError) -> ImportedCount? {
        let count = try await write(into: target) { (archive, connection) throws(StoreError) in
            let count = try body(archive, connection)
            if count.added > 0 { try archive.revise(on: connection) }
            return count
        }
        if let count, count.added > 0 { revisions.tell(target.user) }
        return count
    }
}
