internal import Admission
internal import Conversations
internal import Framing
internal import Journal
internal import Protocols
internal import Speech
internal import Store
internal import Synchronization

/// Everything that the gateway has of a user, as one archive that is made while it is sent. Audio is named by its path in the API, because it may be large.
struct UserExport: Sendable {
    private static let folder = "harken-export"

    let store: any ConversationStores
    let ledger: any UsageStore
    let transcripts: TranscriptFolder
    let now: @Sendable () -> UnixTime
    /// Users whose archive is being sent.
    private let underWay = UsersUnderWay()

    /// Returns the answer with a user's archive.
    ///
    /// - Throws: `conflict` while another archive of the same user is sent.
    func archive(of user: ID<User>) throws(APIError) -> APIAnswer {
        guard let turn = underWay.enter(user) else {
            throw APIError(.conflict, "conflict", "An archive of yours is being sent; ask again when it is complete.")
        }
        return APIAnswer(
            contentType: "application/x-tar", headers: ["Content-Disposition": "attachment; filename=\"\(Self.folder).tar\""],
            source: Source(self, of: user, turn))
    }

    /// The users who have something under way. Any thread may use it.
    private final class UsersUnderWay: Sendable {
        private let users = Mutex<Set<ID<User>>>([])

        /// Returns the user's turn, which the release of the reference ends; nil when the user has one already.
        func enter(_ user: ID<User>) -> Turn? { users.withLock { $0.insert(user).inserted } ? Turn(user, among: self) : nil }

        final class Turn: Sendable {
            private let user: ID<User>
            private let all: UsersUnderWay

            init(_ user: ID<User>, among all: UsersUnderWay) {
                self.user = user
                self.all = all
            }

            deinit { all.users.withLock { _ = $0.remove(user) } }
        }
    }

    /// Makes the archive file by file.
    private actor Source: AnswerSource {
        private enum Step {
            case user, conversations, audio, sessions, usage, end, over
        }

        private let export: UserExport
        private let user: ID<User>
        private let turn: UsersUnderWay.Turn
        private let changed: Int64
        private var archive = TapeArchive()
        private var step = Step.user
        private var people: [Person] = []
        private var voices: [Voice] = []
        private var ids: ArraySlice<ID<Conversation>> = []
        private var cursor: String?
        private var isListed = false
        private var number = 0
        private var audio: [StoredPart] = []
        private var sessions: ArraySlice<ID<Session>>?

        init(_ export: UserExport, of user: ID<User>, _ turn: UsersUnderWay.Turn) {
            self.export = export
            self.user = user
            self.turn = turn
            changed = export.now().milliseconds / 1_000
        }

        private func add(_ name: String, _ content: [UInt8]) { archive.add("\(UserExport.folder)/\(name)", content, changedAt: changed) }

        func next() async throws(APIError) -> [UInt8]? {
            while true {
                switch step {
                case .user:
                    try await addUser()
                    step = .conversations
                case .conversations: if try await !addConversation() { step = .audio }
                case .audio:
                    add("audio.json", UserExport.list("audio", audio) { part, json in part.write(to: &json) })
                    audio = []
                    step = .sessions
                case .sessions: if try await !addSession() { step = .usage }
                case .usage:
                    let rows = try await APIError.stored { () throws(StoreError) in
                        try await export.ledger.rows(UsageQuery(user: user, grouping: .day))
                    }
                    add("usage.json", APIAnswer.json { UsageDocument.write(rows, to: &$0) }.body)
                    step = .end
                case .end:
                    step = .over
                    return archive.finish()
                case .over: return nil
                }
                let bytes = archive.take()
                if !bytes.isEmpty { return bytes }
            }
        }

        private func addUser() async throws(APIError) {
            let store = export.store
            let (people, voices, settings, keys) = try await APIError.stored { () throws(StoreError) in
                (
                    try await store.people(of: user), try await store.voices(of: user), try await store.settings(of: user),
                    try await store.providerKeys(of: user)
                )
            }
            (self.people, self.voices) = (people, voices)
            add("user.json", UserExport.user(user, settings, keys))
            add("people.json", UserExport.list("people", people) { person, json in ConversationDocument.write(person, to: &json) })
            add("voices.json", UserExport.list("voices", voices) { voice, json in UserExport.write(voice, to: &json) })
        }

        /// Adds the next conversation. Returns false when there is none.
        private func addConversation() async throws(APIError) -> Bool {
            let store = export.store
            while true {
                guard let id = ids.popFirst() else {
                    guard !isListed else { return false }
                    var query = ConversationQuery(limit: ConversationLimits.page)
                    query.cursor = cursor
                    let page = try await APIError.stored { [query] () throws(StoreError) in try await store.list(query, of: user) }
                    ids = page.conversations.map(\.id)[...]
                    cursor = page.next
                    isListed = cursor == nil
                    continue
                }
                let (found, parts) = try await APIError.stored { () throws(StoreError) in
                    (try await store.conversation(id, of: user), try await store.audio(of: id, of: user))
                }
                guard let found else { continue }
                // Clients may choose ids, which need not be names of files.
                number += 1
                add("conversations/\(number).json", ConversationDocument(found, people: people, voices: voices).rendered(as: .json))
                audio += parts.enumerated().map { StoredPart(conversation: id, number: $0.offset, audio: $0.element) }
                return true
            }
        }

        /// Adds the next transcript of a session. Returns false when there is none.
        private func addSession() async throws(APIError) -> Bool {
            let transcripts = export.transcripts
            if sessions == nil { sessions = try await APIError.stored { () throws(StoreError) in try await transcripts.sessions(of: user) }[...] }
            while let id = sessions?.popFirst() {
                // A transcript that cannot be read here is left out: a newer version of the gateway has written it.
                guard let stored = try? await transcripts.find(id) else { continue }
                add("sessions/\(id).json", stored.json())
                return true
            }
            return false
        }
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
