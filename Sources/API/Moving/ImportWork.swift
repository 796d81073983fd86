internal import Audio
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The work on one archive: imports the archive's files in their order.
struct ImportWork {
    /// Maximum number of files in an archive.
    static let maxEntries = 2_000_000
    /// Maximum size of all documents of an archive in bytes: their content goes into the database.
    private static let maxDocuments = 4 << 30
    /// Room in the database for a byte of a document, with its indexes.
    private static let growth = 4
    /// Maximum size of a file with audio in bytes: a day of speech in one channel.
    private static let maxAudio = 256 << 20
    /// Number of bytes of audio that are written at a time.
    private static let block = 1 << 20
    /// Maximum difference between a file's duration and the one that its document names: a name may have been rounded.
    private static let tolerance = Duration.seconds(1)

    /// The object whose audio a file has.
    enum Place {
        case conversation(ID<Conversation>, StoredAudio)
        case sample(ID<SpeechSample>)
        /// The object names a file that an earlier import could not write.
        case lost(file: String)
        /// The object has its audio already.
        case present
    }

    /// A file with audio that comes now.
    private struct Incoming {
        let name: String
        let place: Place
        let draft: BlobDraft
        /// The account of the file's disk space, for as long as the file comes.
        let hold: DiskHold?
        var check = OggOpusCheck()
        /// Bytes that are not written yet.
        var waiting: [UInt8] = []
        /// Number of bytes that are written.
        var written = 0
    }

    /// A document that comes now.
    private struct IncomingDocument {
        let name: String
        let kind: ImportedDocument
        /// The memory and the disk space of the document.
        let room: DocumentMemory.Room?
        let hold: DiskHold?
        var content: [UInt8] = []
    }

    let store: any ConversationStores
    let documents: DocumentReading
    let target: ImportTarget
    let now: @Sendable () -> UnixTime
    private let audio: any BlobStore
    private let caller: UserImport.Caller
    private let newID: @Sendable () -> String
    var report = ImportReport()
    /// True after the head, which says that the archive is an export.
    var isKnown = false
    /// Files with audio that the latest document names.
    private var expected: [String: Place] = [:]
    /// True if the latest document is refused, and its files with it.
    private var areFilesRefused = false
    /// The file that comes now; none when it is skipped.
    private var document: IncomingDocument?
    private var incoming: Incoming?
    /// Number of bytes in all documents so far.
    private var documentBytes = 0

    init(
        store: any ConversationStores, audio: any BlobStore, documents: DocumentReading, target: ImportTarget, caller: UserImport.Caller,
        newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime
    ) {
        self.store = store
        self.audio = audio
        self.documents = documents
        self.target = target
        self.caller = caller
        self.newID = newID
        self.now = now
    }

    /// - Parameter bytes: the bytes of `.data`.
    mutating func add(_ event: TarEvent, _ bytes: [UInt8]) async throws(APIError) {
        switch event {
        case .file(let file): try await begin(file)
        case .data: try await add(bytes)
        case .fileEnd: try await end()
        case .end: break
        }
    }

    /// Returns the report at the archive's end.
    mutating func finished() throws(APIError) -> ImportReport {
        guard isKnown else { throw Self.notAnExport("") }
        forgetExpected()
        return report
    }

    // MARK: Files

    private mutating func begin(_ file: TarFile) async throws(APIError) {
        (document, incoming) = (nil, nil)
        let path = file.name.hasPrefix("./") ? String(file.name.dropFirst(2)) : file.name
        let folder = ExportFormat.folder + "/"
        let name = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : nil
        guard isKnown || name == ExportFormat.head else {
            guard name != ExportFormat.user else {
                throw APIError(
                    archive: "The archive was made by an earlier version of Harken, which left things out. Upgrade that gateway, and export again."
                )
            }
            throw Self.notAnExport(path)
        }
        guard let name else { return }
        if let kind = ImportedDocument(name) {
            try await begin(name, kind, file.byteCount)
        } else if name.hasPrefix(ExportFormat.audioFolder) || name.hasPrefix(ExportFormat.sampleFolder) {
            try await beginAudio(name, file.byteCount)
        }
    }

    static func notAnExport(_ path: String) -> APIError {
        APIError(
            archive: "The archive is not an export of Harken: its first file is \(path.shown). "
                + "Send the file that harken export, or the page's settings, have made.")
    }

    private mutating func begin(_ name: String, _ kind: ImportedDocument, _ byteCount: Int) async throws(APIError) {
        guard byteCount <= kind.maxByteCount else {
            guard isKnown else { throw Self.notAnExport(name) }
            forgetExpected()
            return report.reject(name, "the document has more than \(kind.maxByteCount >> 20) MiB")
        }
        documentBytes += byteCount
        guard documentBytes <= Self.maxDocuments else {
            throw APIError(archive: "The documents of the archive have more than \(Self.maxDocuments >> 30) GiB.")
        }
        try await caller.check()
        let hold = try caller.room(Self.growth * byteCount)
        document = IncomingDocument(name: name, kind: kind, room: await documents.memory.room(for: byteCount), hold: hold)
    }

    private mutating func beginAudio(_ name: String, _ byteCount: Int) async throws(APIError) {
        switch expected.removeValue(forKey: name) {
        case nil where areFilesRefused: return
        case nil: report.reject(name, "no document before the file says which audio it is")
        case .present?: report.audio.present += 1
        case let place?:
            guard byteCount <= Self.maxAudio else { return report.reject(name, "the file has more than \(Self.maxAudio >> 20) MiB") }
            try await caller.check()
            let hold = try caller.room(byteCount)
            let draft = try await APIError.stored { [audio] () throws(StoreError) in try await audio.makeDraft() }
            incoming = Incoming(name: name, place: place, draft: draft, hold: hold)
        }
    }

    private mutating func add(_ bytes: [UInt8]) async throws(APIError) {
        document?.content += bytes
        guard let name = incoming?.name else { return }
        do throws(MediaError) { try incoming?.check.append(bytes) } catch {
            incoming = nil
            return report.reject(name, "\(error)")
        }
        incoming?.waiting += bytes
        if let incoming, incoming.waiting.count >= Self.block { try await write() }
    }

    /// Writes the bytes of the file with audio that are not written yet.
    private mutating func write() async throws(APIError) {
        guard let present = incoming else { return }
        try await APIError.stored { () throws(StoreError) in try await present.draft.write(present.waiting, at: present.written) }
        incoming?.written += present.waiting.count
        incoming?.waiting = []
    }

    private mutating func end() async throws(APIError) {
        if let ended = document {
            document = nil
            forgetExpected()
            try await read(ended.content, ended.kind, ended.name)
            withExtendedLifetime((ended.room, ended.hold)) {}
        } else if let ended = incoming {
            let duration: Duration
            do throws(MediaError) { duration = try ended.check.finish() } catch {
                incoming = nil
                return report.reject(ended.name, "\(error)")
            }
            try await write()
            if let written = incoming { try await keep(written, duration) }
            incoming = nil
            withExtendedLifetime(ended.hold) {}
        }
    }

    // MARK: Audio

    /// Expects a file with audio.
    mutating func expect(_ entry: String, _ place: Place) { expected[entry] = place }

    /// Skips the files of the latest document, which is refused and reported.
    mutating func refuseFiles() { areFilesRefused = true }

    /// Reports files that a document names, and that do not follow it. The export could not read them, or they were deleted while it ran.
    private mutating func forgetExpected() {
        for (entry, place) in expected.sorted(by: { $0.key < $1.key }) {
            if case .present = place { continue }
            report.reject(entry, "the archive does not have the file")
        }
        expected = [:]
        areFilesRefused = false
    }

    /// Returns true if an import has named a file, and did not write it.
    func isLost(_ file: String) async throws(APIError) -> Bool {
        guard let name = BlobName(file), ImportedAudio.isName(name) else { return false }
        return try await APIError.stored { [audio] () throws(StoreError) in try await audio.find(name) == nil }
    }

    private mutating func keep(_ incoming: Incoming, _ duration: Duration) async throws(APIError) {
        let (store, audio, target) = (store, audio, target)
        var file = ImportedAudio.name(newID())
        if case .lost(let named) = incoming.place { file = named }
        guard let name = BlobName(file) else { throw APIError(.internalError) }
        let outcome = try await APIError.stored { [file] () throws(StoreError) -> AudioImport? in
            switch incoming.place {
            case .conversation(let id, var part):
                (part.file, part.byteCount) = (file, incoming.written)
                if abs((part.duration - duration) / .seconds(1)) > Self.tolerance / .seconds(1) { part.duration = duration }
                return try await store.importAudio(part, to: id, into: target)
            case .sample(let id): return try await store.importFile(file, of: id, into: target)
            case .lost: return .added
            case .present: return .present
            }
        }
        switch outcome {
        case nil: throw .userDeleted
        case .present?: report.audio.present += 1
        case .open?: report.reject(incoming.name, "its conversation is being recorded here")
        case .gone?: report.reject(incoming.name, "its conversation or sample is gone")
        case .added?:
            try await put(incoming.draft, as: name)
            if try await APIError.stored({ [file] () throws(StoreError) in try await store.unnamed([file]).isEmpty }) {
                report.audio.added += 1
            } else {
                // Its row was deleted before the file was there, and took no file along.
                try await APIError.stored { () throws(StoreError) in try await audio.delete(name) }
                report.reject(incoming.name, "its conversation or sample is gone")
            }
        }
    }

    /// Writes a file that a row names by now. The row does not stay without the file.
    private func put(_ draft: BlobDraft, as name: BlobName) async throws(APIError) {
        let (store, audio, target) = (store, audio, target)
        do throws(StoreError) { _ = try await audio.put(draft, as: name) } catch {
            // If this fails too, the next import writes the file.
            try? await store.removeImportedFile(name.text, from: target)
            throw APIError(error)
        }
    }
}
