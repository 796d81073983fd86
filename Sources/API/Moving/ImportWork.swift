internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The work on one archive: takes the archive's files in their order.
struct ImportWork {
    /// Maximum number of files in an archive.
    static let maxEntries = 2_000_000
    /// Maximum size of a document in bytes.
    static let maxDocument = 64 << 20
    /// Maximum size of a file with audio in bytes: some days of speech.
    private static let maxAudio = 256 << 20
    /// Number of bytes of audio that are written at a time.
    private static let block = 1 << 20
    /// Beginning of every file with audio.
    private static let signature = Array("OggS".utf8)

    /// The object whose audio a file has.
    private enum Place {
        case conversation(ID<Conversation>, StoredAudio)
        case sample(ID<SpeechSample>)
        /// The object has its audio already.
        case present
    }

    /// The file that comes now.
    private enum Current {
        case skipped
        case document(name: String)
        case audio(name: String, Place, BlobDraft, DiskHold?)
    }

    private let store: any ConversationStores
    private let audio: any BlobStore
    private let documents: DocumentReading
    private let user: ID<User>
    private let newID: @Sendable () -> String
    private let room: UserImport.Room
    private(set) var report = ImportReport()
    private var isKnown = false
    /// Files with audio that the latest document names.
    private var expected: [String: Place] = [:]
    private var current = Current.skipped
    /// Bytes of the current file: of a document all of them, of audio those that are not written yet.
    private var waiting: [UInt8] = []
    /// Number of bytes of the current file with audio that are written.
    private var written = 0

    init(
        store: any ConversationStores, audio: any BlobStore, documents: DocumentReading, user: ID<User>, newID: @escaping @Sendable () -> String,
        room: @escaping UserImport.Room
    ) {
        self.store = store
        self.audio = audio
        self.documents = documents
        self.user = user
        self.newID = newID
        self.room = room
    }

    /// - Parameter bytes: the bytes of `.data`.
    mutating func take(_ event: TarEvent, _ bytes: [UInt8]) async throws(APIError) {
        switch event {
        case .file(let file): try await begin(file)
        case .data: try await add(bytes)
        case .fileEnd: try await end()
        case .end: break
        }
    }

    // MARK: Files

    private mutating func begin(_ file: TarFile) async throws(APIError) {
        let path = file.name.hasPrefix("./") ? String(file.name.dropFirst(2)) : file.name
        let folder = ExportFormat.folder + "/"
        guard path.hasPrefix(folder) else {
            guard isKnown else { throw Self.notAnExport(path) }
            current = .skipped
            return
        }
        let name = String(path.dropFirst(folder.count))
        if !isKnown, name != ExportFormat.head {
            guard name != ExportFormat.user else {
                throw APIError(
                    archive: "The archive was made by an earlier version of Harken, which left things out. Upgrade that gateway, and export again."
                )
            }
            throw Self.notAnExport(path)
        }
        if name.hasSuffix(".json") {
            guard file.byteCount <= Self.maxDocument else {
                guard isKnown else { throw Self.notAnExport(path) }
                report.reject(name, "the document has more than \(Self.maxDocument >> 20) MiB")
                current = .skipped
                return
            }
            current = .document(name: name)
            waiting = []
        } else if name.hasPrefix(ExportFormat.audioFolder) || name.hasPrefix(ExportFormat.sampleFolder) {
            try await beginAudio(name, file.byteCount)
        } else {
            current = .skipped
        }
    }

    private static func notAnExport(_ path: String) -> APIError {
        APIError(
            archive: "The archive is not an export of Harken: its first file is \(path.shown). "
                + "Send the file that harken export, or the page's settings, have made.")
    }

    private mutating func beginAudio(_ name: String, _ byteCount: Int) async throws(APIError) {
        current = .skipped
        switch expected.removeValue(forKey: name) {
        case nil: report.reject(name, "no document before the file says what it is, or that document was not taken")
        case .present?: report.audio.present += 1
        case let place?:
            guard byteCount <= Self.maxAudio else { return report.reject(name, "the file has more than \(Self.maxAudio >> 20) MiB") }
            let hold = try room(byteCount)
            let draft = try await APIError.stored { [audio] () throws(StoreError) in try await audio.makeDraft() }
            (waiting, written) = ([], 0)
            current = .audio(name: name, place, draft, hold)
        }
    }

    private mutating func add(_ bytes: [UInt8]) async throws(APIError) {
        switch current {
        case .skipped: return
        case .document: waiting += bytes
        case .audio(let name, _, let draft, _):
            waiting += bytes
            if written == 0, waiting.count >= Self.signature.count, !waiting.starts(with: Self.signature) {
                current = .skipped
                return report.reject(name, "the file is not Opus in Ogg")
            }
            if waiting.count >= Self.block { try await write(to: draft) }
        }
    }

    private mutating func write(to draft: BlobDraft) async throws(APIError) {
        let bytes = waiting, offset = written
        try await APIError.stored { () throws(StoreError) in try await draft.write(bytes, at: offset) }
        written += bytes.count
        waiting = []
    }

    private mutating func end() async throws(APIError) {
        let ended = current
        current = .skipped
        switch ended {
        case .skipped: return
        case .document(let name):
            let content = waiting
            waiting = []
            try await take(content, name)
        case .audio(let name, let place, let draft, let hold):
            guard written + waiting.count >= Self.signature.count else { return report.reject(name, "the file is not Opus in Ogg") }
            try await write(to: draft)
            try await keep(draft, name, place)
            withExtendedLifetime(hold) {}
        }
    }

    private mutating func keep(_ draft: BlobDraft, _ entry: String, _ place: Place) async throws(APIError) {
        let file = ImportedAudio.name(newID()), byteCount = written
        guard let name = BlobName(file) else { throw APIError(.internalError) }
        let (store, audio, user) = (store, audio, user)
        _ = try await APIError.stored { () throws(StoreError) in try await audio.put(draft, as: name) }
        var isTaken = false
        do throws(StoreError) {
            switch place {
            case .conversation(let id, var part):
                (part.file, part.byteCount) = (file, byteCount)
                isTaken = try await store.add(part, to: id, of: user)
            case .sample(let id): isTaken = try await store.setFile(file, of: id, of: user)
            case .present: break
            }
        } catch {
            try? await audio.delete(name)
            throw APIError(error)
        }
        if isTaken {
            report.audio.added += 1
        } else {
            // The conversation or the sample was deleted meanwhile.
            try? await audio.delete(name)
            report.reject(entry, "its conversation or sample is gone")
        }
    }

    /// Returns the report at the archive's end.
    func finished() throws(APIError) -> ImportReport {
        guard isKnown else { throw Self.notAnExport("") }
        return report
    }

    // MARK: Documents

    private mutating func take(_ content: [UInt8], _ name: String) async throws(APIError) {
        // Files with audio follow the document that names them.
        expected = [:]
        if !isKnown {
            try await takeHead(content)
        } else if name == ExportFormat.user {
            try await takeUser(content)
        } else if name == ExportFormat.people {
            try await takePeople(content)
        } else if name.hasPrefix(ExportFormat.conversations) {
            try await takeConversation(content, name)
        } else if ExportFormat.isName(name, of: ExportFormat.voices) {
            try await takeVoices(content, name)
        } else if ExportFormat.isName(name, of: ExportFormat.samples) {
            try await takeSamples(content, name)
        }
    }

    /// Returns the content of a document; nil, with a note in the report, when it cannot be read.
    private mutating func read<Value: Sendable>(
        _ content: [UInt8], _ name: String, _ body: @escaping @Sendable (JSONView) throws(DocumentFault) -> Value
    ) async -> Value? {
        do throws(DocumentFault) { return try await documents.read(content, body) } catch {
            report.reject(name, error.reason)
            return nil
        }
    }

    private mutating func takeHead(_ content: [UInt8]) async throws(APIError) {
        let format = await read(content, ExportFormat.head) { json throws(DocumentFault) in json["format"].int }
        guard let format, let format else { throw Self.notAnExport(ExportFormat.head) }
        guard format == ExportFormat.number else {
            throw APIError(
                archive:
                    "The archive has the form \(format), and this gateway knows the form \(ExportFormat.number). Upgrade this gateway, and send "
                    + "the archive again.")
        }
        isKnown = true
    }

    private mutating func takeUser(_ content: [UInt8]) async throws(APIError) {
        let found = await read(content, ExportFormat.user) { json throws(DocumentFault) in ImportedSettings(json) }
        guard let found else { return }
        let (store, user) = (store, user)
        let (known, keys) = try await APIError.stored { () throws(StoreError) in
            (try await store.settings(of: user), try await store.providerKeys(of: user))
        }
        for (name, value) in found.settings.sorted(by: { $0.key < $1.key }) {
            guard known[name] == nil else {
                report.settings.present += 1
                continue
            }
            let isTaken = try await attempt(ExportFormat.user, "the setting \(name)") { () throws(StoreError) in
                try await store.set(name, to: value, of: user)
            }
            if isTaken { report.settings.added += 1 }
        }
        for key in found.keys {
            guard !keys.contains(where: { $0.provider == key.provider }) else {
                report.settings.present += 1
                continue
            }
            let isTaken = try await attempt(ExportFormat.user, "the key of \(key.provider)") { () throws(StoreError) in
                try await store.set(key, of: user)
            }
            if isTaken { report.settings.added += 1 }
        }
    }

    private mutating func takePeople(_ content: [UInt8]) async throws(APIError) {
        let people = await list(content, ExportFormat.people, "people") { json throws(DocumentFault) in
            guard let id = json.id("id", as: Person.self), let name = json["name"].string, let created = json.time("created_at") else {
                throw DocumentFault("a person lacks the id, the name or the time")
            }
            return Person(id: id, name: name, created: created)
        }
        report.people += try await take(people, ExportFormat.people, "the person") { [store, user] some throws(StoreError) in
            try await store.take(some, of: user)
        } id: {
            $0.id.shown
        }
    }

    private mutating func takeVoices(_ content: [UInt8], _ name: String) async throws(APIError) {
        let voices = await list(content, name, "voices") { json throws(DocumentFault) in try PortableVoice(json) }
        report.voices += try await take(voices, name, "the voice") { [store, user] some throws(StoreError) in
            try await store.take(some, of: user)
        } id: {
            $0.id.shown
        }
    }

    private mutating func takeConversation(_ content: [UInt8], _ name: String) async throws(APIError) {
        let (store, user) = (store, user)
        let found = await read(content, name) { json throws(DocumentFault) in
            (try PortableConversation(json, of: user), try ImportedPart.all(in: json["audio"]))
        }
        guard let (conversation, parts) = found else { return }
        let id = conversation.conversation.id
        var isAdded = false
        let isTaken = try await attempt(name, "the conversation \(id.shown)") { () throws(StoreError) in
            isAdded = try await store.take(conversation, of: user)
        }
        guard isTaken else { return }
        if isAdded { report.conversations.added += 1 } else { report.conversations.present += 1 }
        guard !parts.isEmpty else { return }
        let known = isAdded ? [] : try await APIError.stored { () throws(StoreError) in try await store.audio(of: id, of: user) }
        for part in parts {
            // What was redacted or cut here since the last import has the same times, and other sound.
            let isPresent = known.contains { $0.start < part.audio.start + part.audio.duration && part.audio.start < $0.start + $0.duration }
            expected[part.entry] = isPresent ? .present : .conversation(id, part.audio)
        }
    }

    private mutating func takeSamples(_ content: [UInt8], _ name: String) async throws(APIError) {
        let samples = await list(content, name, "samples") { json throws(DocumentFault) in (try PortableSample(json), json["entry"].string) }
        report.samples += try await take(samples.map(\.0), name, "the sample") { [store, user] some throws(StoreError) in
            try await store.take(some, of: user)
        } id: {
            $0.id.shown
        }
        for case let (sample, entry?) in samples {
            let (store, user) = (store, user)
            let lacksFile = try await APIError.stored { () throws(StoreError) in try await store.lacksFile(sample.id, of: user) }
            expected[entry] = lacksFile ? .sample(sample.id) : .present
        }
    }

    // MARK: Lists

    /// Returns the objects of a list. An object that cannot be read is left out, with a note in the report.
    private mutating func list<Value: Sendable>(
        _ content: [UInt8], _ name: String, _ member: String, _ body: @escaping @Sendable (JSONView) throws(DocumentFault) -> Value
    ) async -> [Value] {
        let found = await read(content, name) { json throws(DocumentFault) in
            let list = json[member]
            guard list.isArray else { throw DocumentFault("the document has no list \(member)") }
            var values: [Value] = [], faults: [String] = []
            for index in 0..<list.count {
                do throws(DocumentFault) { values.append(try body(list[index])) } catch { faults.append(error.reason) }
            }
            return (values, faults)
        }
        guard let (values, faults) = found else { return [] }
        for fault in faults { report.reject(name, fault) }
        return values
    }

    /// Takes objects together. When one of them exceeds a limit, takes them one by one, and notes that one in the report.
    private mutating func take<Value: Sendable>(
        _ objects: [Value], _ name: String, _ what: String, _ take: ([Value]) async throws(StoreError) -> TakenCount, id: (Value) -> String
    ) async throws(APIError) -> TakenCount {
        var count = TakenCount()
        do throws(StoreError) { count = try await take(objects) } catch {
            guard error.isOfObject else { throw APIError(error) }
            for object in objects {
                _ = try await attempt(name, "\(what) \(id(object))") { () throws(StoreError) in count += try await take([object]) }
            }
        }
        if count.incomplete > 0 { report.reject(name, "\(count.incomplete) objects refer to people or voices that are not there") }
        return count
    }

    /// Stores an object.
    ///
    /// - Returns: false, with a note in the report, when the object exceeds a limit.
    private mutating func attempt(_ name: String, _ what: String, _ body: () async throws(StoreError) -> Void) async throws(APIError) -> Bool {
        do throws(StoreError) {
            try await body()
            return true
        } catch {
            guard error.isOfObject else { throw APIError(error) }
            report.reject(name, "\(what) is not taken: \(error.plainReason)")
            return false
        }
    }
}

extension StoreError {
    /// True if the error is of the object that was to be stored, and not of the store.
    fileprivate var isOfObject: Bool {
        switch self {
        case .tooMuch, .constraint, .conflict: true
        case .notUsable, .notPermitted, .diskFull, .corrupt, .newerSchema, .busy, .secretMissing, .keysLost, .cryptography, .databaseUnavailable,
            .tooSlow, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            false
        }
    }

    /// The reason in words for users.
    fileprivate var plainReason: String {
        if case .constraint = self { "an id stands twice in it" } else { description }
    }
}
