internal import Admission
internal import Conversations
internal import Framing
internal import Journal
internal import Protocols
internal import Speech
internal import Store

/// Everything that the gateway has of a user, as one archive. Audio is named by its path in the API, because it may be large.
struct UserExport: Sendable {
    private static let folder = "harken-export"

    let store: any ConversationStores
    let ledger: any UsageStore
    let transcripts: TranscriptFolder
    let now: @Sendable () -> UnixTime

    func archive(of user: ID<User>) async throws(APIError) -> APIAnswer {
        let changed = now().milliseconds / 1_000
        var archive = TapeArchive()
        func add(_ name: String, _ content: [UInt8]) { archive.add("\(Self.folder)/\(name)", content, changedAt: changed) }
        let (people, voices, settings, keys) = try await APIError.stored { () throws(StoreError) in
            (
                try await store.people(of: user), try await store.voices(of: user), try await store.settings(of: user),
                try await store.providerKeys(of: user)
            )
        }
        add("user.json", Self.user(user, settings, keys))
        add("people.json", Self.list("people", people) { person, json in ConversationDocument.write(person, to: &json) })
        add("voices.json", Self.list("voices", voices) { voice, json in Self.write(voice, to: &json) })
        var audio: [StoredPart] = []
        // Clients may choose ids, which need not be names of files.
        for (number, id) in try await conversations(of: user).enumerated() {
            let (found, parts) = try await APIError.stored { () throws(StoreError) in
                (try await store.conversation(id, of: user), try await store.audio(of: id, of: user))
            }
            guard let found else { continue }
            add("conversations/\(number + 1).json", ConversationDocument(found, people: people, voices: voices).rendered(as: .json))
            audio += parts.enumerated().map { StoredPart(conversation: id, number: $0.offset, audio: $0.element) }
        }
        add("audio.json", Self.list("audio", audio) { part, json in part.write(to: &json) })
        for id in try await APIError.stored({ () throws(StoreError) in try await transcripts.sessions(of: user) }) {
            // A transcript that cannot be read here is left out: a newer version of the gateway has written it.
            if let stored = try? await transcripts.find(id) { add("sessions/\(id).json", stored.json()) }
        }
        let rows = try await APIError.stored { () throws(StoreError) in try await ledger.rows(UsageQuery(user: user, grouping: .day)) }
        add("usage.json", APIAnswer.json { UsageDocument.write(rows, to: &$0) }.body)
        return APIAnswer(
            contentType: "application/x-tar", headers: ["Content-Disposition": "attachment; filename=\"\(Self.folder).tar\""], body: archive.finish())
    }

    /// A file of a conversation's audio.
    private struct StoredPart {
        let conversation: ID<Conversation>
        let number: Int
        let audio: StoredAudio

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.member("conversation_id", conversation.rawValue)
            json.member("path", "\(APIOperation.root)/conversations/\(conversation)/audio?part=\(number)")
            json.member("start", audio.start / .seconds(1), decimals: 3)
            json.member("duration", audio.duration / .seconds(1), decimals: 3)
            json.member("bytes", audio.byteCount)
            json.endObject()
        }
    }

    private func conversations(of user: ID<User>) async throws(APIError) -> [ID<Conversation>] {
        var ids: [ID<Conversation>] = []
        var query = ConversationQuery(limit: ConversationLimits.page)
        repeat {
            let page = try await APIError.stored { [query] () throws(StoreError) in try await store.list(query, of: user) }
            ids += page.conversations.map(\.id)
            query.cursor = page.next
        } while query.cursor != nil
        return ids
    }

    private static func user(_ user: ID<User>, _ settings: [String: String], _ keys: [ProviderKey]) -> [UInt8] {
        APIAnswer.json { json in
            json.beginObject()
            json.member("id", user.rawValue)
            json.key("settings")
            json.beginObject()
            for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: name)
                json.value(value)
            }
            json.endObject()
            json.key("provider_keys")
            json.beginArray()
            for key in keys {
                json.beginObject()
                json.member("provider", key.provider.rawValue)
                json.member("fingerprint", key.fingerprint)
                json.member("created_at", key.created.rfc3339)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }.body
    }

    private static func list<Element>(_ name: StaticString, _ elements: [Element], _ write: (Element, inout JSONWriter) -> Void) -> [UInt8] {
        APIAnswer.json { json in
            json.beginObject()
            json.key(name)
            json.beginArray()
            for element in elements { write(element, &json) }
            json.endArray()
            json.endObject()
        }.body
    }

    private static func write(_ voice: Voice, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", voice.id.rawValue)
        json.member("label", SpeakerNames.label(of: voice))
        json.member("person_id", optional: { if case .person(let id) = voice.owner { id.rawValue } else { nil } }())
        json.member("is_user", voice.owner == .user)
        json.member("evidence", voice.evidence / .seconds(1), decimals: 3)
        json.member("created_at", voice.created.rfc3339)
        json.member("adopted_at", optional: voice.adoption?.time.rfc3339)
        json.member("model", voice.voiceprint.model)
        json.key("voiceprint")
        json.beginArray()
        for value in voice.voiceprint.direction { json.value(Double(value), decimals: 6) }
        json.endArray()
        json.endObject()
    }
}
