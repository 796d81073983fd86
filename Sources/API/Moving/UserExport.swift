internal import Admission
internal import Conversations
internal import Framing
package import Journal
internal import Protocols
package import Speech
package import Store

/// Export of all data of a user as one archive, which is made while it is sent. `UserImport` reads it on another gateway.
package struct UserExport: Sendable {
    let store: any ConversationStores
    let audio: any BlobStore
    let ledger: any UsageStore
    let transcripts: TranscriptFolder
    /// The gateway's version.
    let version: String
    let now: @Sendable () -> UnixTime
    /// Finishes changes of audio that have begun: audio that is to be cut is not listed. The wait has no limit, because an archive that went on without it
    /// would lack audio. A cut copies packets and decodes nothing, and a failed cut ends the wait for it. The archive's first file is sent before.
    let settleAudio: @Sendable () async -> Void
    /// Users whose archive is being sent.
    private let turns = UserTurns()

    package init(
        store: any ConversationStores, audio: any BlobStore, ledger: any UsageStore, transcripts: TranscriptFolder, version: String,
        now: @escaping @Sendable () -> UnixTime, settleAudio: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        self.audio = audio
        self.ledger = ledger
        self.transcripts = transcripts
        self.version = version
        self.now = now
        self.settleAudio = settleAudio
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
            case head, user, voices, conversations, samples, audio, sessions, usage, end, over
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
        private var step = Step.head
        private var people: [Person] = []
        private var voices: [Voice] = []
        private var ids: ArraySlice<ID<Conversation>> = []
        /// Place of the next page of voices, conversations or samples; nil when no page follows.
        private var cursor: PortableCursor? = .start
        /// Number of the latest file of the present kind.
        private var number = 0
        /// Files with audio that are not listed yet.
        private var audio: [ExportedAudio] = []
        /// Number of lists of audio so far.
        private var audioLists = 0
        private var blobs: ArraySlice<WaitingBlob> = []
        /// Reader of the file of the archive that was begun.
        private var reader: (any BlobReader)?
        private var samples: ArraySlice<PortableSample> = []
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
            case .head:
                add(ExportFormat.head, head())
                step = .user
            case .user:
                await export.settleAudio()
                try await addUser()
                step = .voices
            case .voices: if try await !addVoices() { go(to: .conversations) }
            case .conversations: if try await !addConversation() { go(to: .samples) }
            case .samples: if try await !addSamples() { go(to: .audio) }
            case .audio:
                if !audio.isEmpty || audioLists == 0 { listAudio() }
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

        private func go(to next: Step) {
            (step, cursor, number) = (next, .start, 0)
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

        /// Adds the next list of voices. Returns false when there is none.
        private func addVoices() async throws(APIError) -> Bool {
            guard let place = cursor else { return false }
            let page = try await APIError.stored { () throws(StoreError) in
                try await export.store.portableVoices(of: user, after: place, limit: ExportFormat.page)
            }
            cursor = page.next
            guard !page.elements.isEmpty || number == 0 else { return false }
            number += 1
            add(
                ExportFormat.name(ExportFormat.voices, number),
                UserExport.list("voices", page.elements) { voice, json in voice.write(to: &json) })
            return true
        }

        /// Adds the next conversation. Its files with audio follow. Returns false when there is none.
        ///
        /// The oldest conversation comes first: an import numbers words in the order in which they come, and searches take the highest numbers for
        /// the latest words.
        private func addConversation() async throws(APIError) -> Bool {
            let store = export.store
            // The files of the last conversation are complete, so the list does not come between a conversation and its files.
            if audio.count >= ExportFormat.page { listAudio() }
            while true {
                guard let id = ids.popFirst() else {
                    guard let place = cursor else { return false }
                    let page = try await APIError.stored { () throws(StoreError) in
                        try await store.portableConversations(of: user, after: place, limit: ExportFormat.page)
                    }
                    ids = page.elements[...]
                    cursor = page.next
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

        /// Adds a list of the files with audio that are not listed yet.
        private func listAudio() {
            audioLists += 1
            add(ExportFormat.name(ExportFormat.audio, audioLists), UserExport.list("audio", audio) { part, json in part.write(to: &json) })
            audio = []
        }

        /// Adds the next list of samples. The files with their audio follow. Returns false when there is none.
        private func addSamples() async throws(APIError) -> Bool {
            if samples.isEmpty, let place = cursor {
                let page = try await APIError.stored { () throws(StoreError) in
                    try await export.store.portableSamples(of: user, after: place, limit: ExportFormat.page)
                }
                samples = page.elements[...]
                cursor = page.next
            }
            guard !samples.isEmpty || number == 0 else { return false }
            let page = UserExport.part(of: samples)
            samples = samples.dropFirst(page.count)
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

    /// Returns the first samples, with as many segments as a document may have.
    private static func part(of samples: ArraySlice<PortableSample>) -> ArraySlice<PortableSample> {
        var weight = 0
        let others = samples.dropFirst().prefix { sample in
            weight += sample.sources.count
            return weight + (samples.first?.sources.count ?? 0) <= ExportFormat.maxSources
        }
        return samples.prefix(1 + others.count)
    }
}
