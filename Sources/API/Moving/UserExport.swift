internal import Admission
internal import Conversations
internal import Framing
package import Journal
internal import Protocols
package import Speech
package import Store

/// Everything that the gateway has of a user, as one archive that is made while it is sent. An import takes it on another gateway.
package struct UserExport: Sendable {
    let store: any ConversationStores
    let audio: any BlobStore
    let ledger: any UsageStore
    let transcripts: TranscriptFolder
    /// The gateway's version.
    let version: String
    let now: @Sendable () -> UnixTime
    /// Users whose archive is being sent.
    private let turns = UserTurns()

    package init(
        store: any ConversationStores, audio: any BlobStore, ledger: any UsageStore, transcripts: TranscriptFolder, version: String,
        now: @escaping @Sendable () -> UnixTime
    ) {
        self.store = store
        self.audio = audio
        self.ledger = ledger
        self.transcripts = transcripts
        self.version = version
        self.now = now
    }

    /// Returns the answer with a user's archive.
    ///
    /// - Parameter withAudio: true if the archive has the files of audio; false if it has their paths in the API.
    /// - Throws: `conflict` while another archive of the same user is sent.
    func answer(_ user: ID<User>, withAudio: Bool) throws(APIError) -> APIAnswer {
        guard let source = archive(of: user, withAudio: withAudio) else {
            throw APIError(.conflict, "conflict", "An archive of yours is being sent; ask again when it is complete.")
        }
        return APIAnswer(
            contentType: ExportFormat.mediaType, headers: ["Content-Disposition": "attachment; filename=\"\(ExportFormat.folder).tar\""],
            source: source)
    }

    /// Returns the source of a user's archive; nil while there is another one of the same user.
    package func archive(of user: ID<User>, withAudio: Bool) -> (any AnswerSource)? {
        turns.enter(user).map { Source(self, of: user, withAudio: withAudio, $0) }
    }

    /// Makes the archive file by file, and files with audio piece by piece.
    private actor Source: AnswerSource {
        private enum Step {
            case user, voices, conversations, samples, audio, sessions, usage, end, over
        }

        /// A blob that becomes a file of the archive. The name is the file's.
        private struct WaitingBlob {
            let name: String
            let blob: String
        }

        private let export: UserExport
        private let user: ID<User>
        private let withAudio: Bool
        /// Released at the end of the archive, before the client sees that end.
        private var turn: UserTurns.Turn?
        private let made: UnixTime
        private var archive = TarArchive()
        private var step = Step.user
        private var people: [Person] = []
        private var voices: [Voice] = []
        private var ids: ArraySlice<ID<Conversation>> = []
        private var cursor: String?
        private var isListed = false
        private var number = 0
        private var audio: [ExportedAudio] = []
        private var blobs: ArraySlice<WaitingBlob> = []
        /// Reader of the file of the archive that was begun.
        private var reader: (any BlobReader)?
        private var pages: ArraySlice<PortableSample>?
        private var sessions: ArraySlice<ID<Session>>?

        init(_ export: UserExport, of user: ID<User>, withAudio: Bool, _ turn: UserTurns.Turn) {
            self.export = export
            self.user = user
            self.withAudio = withAudio
            self.turn = turn
            made = export.now()
        }

        private func add(_ name: String, _ content: [UInt8]) {
            archive.add("\(ExportFormat.folder)/\(name)", content, changedAt: made.milliseconds / 1_000)
        }

        func next() async throws(APIError) -> [UInt8]? {
            while true {
                if reader != nil || !blobs.isEmpty {
                    try await addAudio()
                } else {
                    guard try await takeStep() else { return nil }
                }
                let bytes = archive.take()
                if !bytes.isEmpty { return bytes }
            }
        }

        /// Adds the next files that come whole. Returns false when the archive is over.
        private func takeStep() async throws(APIError) -> Bool {
            switch step {
            case .user:
                try await addUser()
                step = .voices
            case .voices:
                try await addVoices()
                step = .conversations
            case .conversations: if try await !addConversation() { step = .samples }
            case .samples: if try await !addSamples() { step = .audio }
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
                archive.end()
                step = .over
            case .over:
                turn = nil
                return false
            }
            return true
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
            add(ExportFormat.head, head())
            add(ExportFormat.user, UserExport.user(user, settings, keys))
            add(ExportFormat.people, UserExport.list("people", people) { person, json in ConversationDocument.write(person, to: &json) })
        }

        private func head() -> [UInt8] {
            APIAnswer.json { json in
                json.beginObject()
                json.member("format", ExportFormat.number)
                json.member("made_at", made.rfc3339)
                json.member("version", export.version)
                json.member("audio", withAudio)
                json.endObject()
            }.body
        }

        private func addVoices() async throws(APIError) {
            let all = try await APIError.stored { () throws(StoreError) in try await export.store.portableVoices(of: user) }
            for (number, page) in UserExport.pages(of: all[...]).enumerated() {
                add(
                    ExportFormat.name(ExportFormat.voices, number + 1),
                    UserExport.list("voices", page) { voice, json in voice.write(to: &json) })
            }
        }

        /// Adds the next conversation. Its files with audio follow. Returns false when there is none.
        private func addConversation() async throws(APIError) -> Bool {
            let store = export.store
            while true {
                guard let id = ids.popFirst() else {
                    guard !isListed else { return false }
                    var query = ConversationQuery(limit: ConversationLimits.page, statuses: Set(Conversation.Status.allCases))
                    query.cursor = cursor
                    let page = try await APIError.stored { [query] () throws(StoreError) in try await store.list(query, of: user) }
                    ids = page.conversations.map(\.id)[...]
                    cursor = page.next
                    isListed = cursor == nil
                    continue
                }
                let (found, parts) = try await APIError.stored { () throws(StoreError) in
                    (try await store.portableConversation(id, of: user), try await store.audio(of: id, of: user))
                }
                guard let found else { continue }
                // Clients may choose ids, which need not be names of files.
                number += 1
                let files = parts.enumerated().map { place, part in
                    ExportedAudio(
                        conversation: id, number: place, audio: part,
                        entry: withAudio ? "\(ExportFormat.audioFolder)\(number)-\(place).opus" : nil)
                }
                add(
                    "\(ExportFormat.conversations)\(number).json",
                    APIAnswer.json { found.write(to: &$0, people: people, voices: voices, audio: files) }.body)
                audio += files
                blobs = files.compactMap { file in file.entry.map { WaitingBlob(name: $0, blob: file.audio.file) } }[...]
                return true
            }
        }

        /// Adds the next list of samples. The files with their audio follow. Returns false when there is none.
        private func addSamples() async throws(APIError) -> Bool {
            if pages == nil {
                pages = try await APIError.stored { () throws(StoreError) in try await export.store.portableSamples(of: user) }[...]
                number = 0
            }
            guard let page = pages?.prefix(ExportFormat.page), !page.isEmpty || number == 0 else { return false }
            pages?.removeFirst(page.count)
            number += 1
            let named = page.enumerated().map { place, sample in
                (sample, withAudio && sample.file != nil ? "\(ExportFormat.sampleFolder)\(number)-\(place).opus" : nil)
            }
            add(
                ExportFormat.name(ExportFormat.samples, number),
                UserExport.list("samples", named) { sample, json in sample.0.write(to: &json, entry: sample.1) })
            blobs =
                named.compactMap { sample, entry in
                    guard let entry, let file = sample.file else { return nil }
                    return WaitingBlob(name: entry, blob: file)
                }[...]
            return true
        }

        /// Adds the next piece of a file with audio, or begins the next such file. A blob that is gone by now is left out: the user or the retention
        /// of audio has deleted it meanwhile.
        private func addAudio() async throws(APIError) {
            if let reader {
                guard let piece = try await APIError.stored({ () throws(StoreError) in try await reader.next() }) else {
                    // Zeros in place of sound would be taken for sound by whoever reads the archive, so the archive is broken off.
                    throw APIError(.unavailable("A file of audio ends too early."))
                }
                archive.append(piece)
                if archive.isFileComplete { self.reader = nil }
                return
            }
            guard let waiting = blobs.popFirst(), let name = BlobName(waiting.blob) else { return }
            let found = try await APIError.stored { () throws(StoreError) in try await export.audio.read(name, nil) }
            guard let found, found.byteCount <= TarArchive.maxByteCount else { return }
            archive.begin("\(ExportFormat.folder)/\(waiting.name)", byteCount: found.byteCount, changedAt: made.milliseconds / 1_000)
            if found.byteCount > 0 { reader = found }
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

    // MARK: Documents

    /// Settings of the gateway's own that are of no use elsewhere.
    private static let ownSettings: Set<String> = [UserWebhook.seedSetting]

    private static func user(_ user: ID<User>, _ settings: [String: String], _ keys: [ProviderKey]) -> [UInt8] {
        APIAnswer.json { json in
            json.beginObject()
            json.member("id", user.rawValue)
            json.key("settings")
            json.beginObject()
            for (name, value) in settings.sorted(by: { $0.key < $1.key }) where !ownSettings.contains(name) {
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

    private static func list<Elements: Sequence>(
        _ name: StaticString, _ elements: Elements, _ write: (Elements.Element, inout JSONWriter) -> Void
    ) -> [UInt8] {
        APIAnswer.json { json in
            json.beginObject()
            json.key(name)
            json.beginArray()
            for element in elements { write(element, &json) }
            json.endArray()
            json.endObject()
        }.body
    }

    /// Returns the elements in pages; one empty page when there are none.
    private static func pages<Element>(of all: ArraySlice<Element>) -> [ArraySlice<Element>] {
        guard !all.isEmpty else { return [all] }
        return stride(from: 0, to: all.count, by: ExportFormat.page).map { all.dropFirst($0).prefix(ExportFormat.page) }
    }
}
