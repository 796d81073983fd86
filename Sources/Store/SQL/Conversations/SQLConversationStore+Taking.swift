package import Conversations
package import Speech

extension SQLConversationStore {
    /// Highest number of a voice that is taken over. A voice with a higher one gets the user's next number.
    private static let maxNumber = 1_000_000_000

    package func take(_ people: [Person], of user: ID<User>) async throws(StoreError) -> TakenCount {
        for person in people {
            try ConversationLimits.check(person.id)
            try ConversationLimits.check(person.name, "a name", most: ConversationLimits.name)
        }
        return try await taking(user) { (archive, connection) throws(StoreError) in
            var count = TakenCount()
            let known = try connection.integer("SELECT count(*) FROM people WHERE archive = ?", [.integer(archive.number)]) ?? 0
            for person in people {
                guard try archive.person(person.id, on: connection) == nil else {
                    count.present += 1
                    continue
                }
                count.added += 1
                try ConversationLimits.check(Int(known) + count.added, "people", most: ConversationLimits.people)
                try connection.run(
                    "INSERT INTO people (archive, id, name, created_at) VALUES (?, ?, ?, ?)",
                    [.integer(archive.number), .text(person.id.rawValue), .text(person.name), .time(person.created)])
            }
            return count
        }
    }

    package func take(_ voices: [PortableVoice], of user: ID<User>) async throws(StoreError) -> TakenCount {
        for voice in voices {
            try ConversationLimits.check(voice.id)
            try ConversationLimits.check(voice.direction.count, "values in a voiceprint", most: ConversationLimits.voiceprintDimensions)
            try ConversationLimits.check(voice.model, "a model's name", most: ConversationLimits.name)
            try ConversationLimits.check(voice.rejected.count, "rejected owners of a voice", most: ConversationLimits.people)
        }
        return try await taking(user) { (archive, connection) throws(StoreError) in
            var count = TakenCount()
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
        for rejected in voice.rejected where rejected != .nobody {
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

    package func take(_ conversation: PortableConversation, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(conversation.conversation)
        try ConversationLimits.check(conversation.segments.count, "segments in a conversation", most: ConversationLimits.segments)
        let now = now()
        return try await database.write(.user(user)) { [words = database.words] (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            guard try Self.insert(conversation.conversation, in: archive, now: now, on: connection),
                let number = try archive.conversation(conversation.conversation.id, on: connection)
            else { return false }
            if conversation.isTitledByHand {
                try connection.run("UPDATE conversations SET is_titled = TRUE WHERE number = ?", [.integer(number)])
            }
            try SegmentWriting(words, archive, conversation: number, on: connection).take(conversation.segments, on: connection)
            return true
        }
    }

    package func take(_ samples: [PortableSample], of user: ID<User>) async throws(StoreError) -> TakenCount {
        for sample in samples {
            try ConversationLimits.check(sample.id)
            try ConversationLimits.check(sample.direction.count, "values in a voiceprint", most: ConversationLimits.voiceprintDimensions)
            try ConversationLimits.check(sample.model, "a model's name", most: ConversationLimits.name)
            try ConversationLimits.check(sample.sources.count, "segments of a sample", most: ConversationLimits.segments)
        }
        return try await taking(user) { (archive, connection) throws(StoreError) in
            var count = TakenCount()
            for sample in samples {
                guard try archive.sample(sample.id, on: connection) == nil else {
                    count.present += 1
                    continue
                }
                guard sample.owner != .nobody, let owner = try OwnerColumns(sample.owner, in: archive, on: connection) else {
                    count.incomplete += 1
                    continue
                }
                try Self.insert(sample, owner, in: archive, on: connection)
                count.added += 1
            }
            return count
        }
    }

    private static func insert(
        _ sample: PortableSample, _ owner: OwnerColumns, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) {
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
        for source in sample.sources {
            let segment = try connection.integer(
                """
                SELECT s.number FROM conversations c JOIN segments s ON s.conversation = c.number
                WHERE c.archive = ? AND c.id = ? AND s.id = ?
                """, [.integer(archive.number), .text(source.conversation.rawValue), .text(source.segment.rawValue)])
            guard let segment else { continue }
            try connection.run(
                "INSERT INTO speech_sample_sources (sample, segment) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.integer(number), .integer(segment)])
        }
    }

    package func setFile(_ file: String, of sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool {
        try Self.checkName(file)
        return try await revise(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.sample(sample, on: connection) else { return false }
            try Self.checkIsFree(file, on: connection)
            try connection.run("UPDATE speech_samples SET file = ? WHERE number = ? AND file IS NULL", [.text(file), .integer(number)])
            return try connection.changedRows() == 1
        }
    }

    package func lacksFile(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await read(user) { (archive, connection) throws(StoreError) -> Bool? in
            try connection.integer(
                "SELECT 1 FROM speech_samples WHERE archive = ? AND id = ? AND file IS NULL",
                [.integer(archive.number), .text(sample.rawValue)]) != nil
        } ?? false
    }

    /// Runs `body` in a transaction with the user's partition, which is made if it does not exist. If objects were added, the watches of the user are told.
    private func taking(
        _ user: ID<User>, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> TakenCount
    ) async throws(StoreError) -> TakenCount {
        let count = try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            let count = try body(archive, connection)
            if count.added > 0 { try archive.revise(on: connection) }
            return count
        }
        if count.added > 0 { revisions.tell(user) }
        return count
    }
}
