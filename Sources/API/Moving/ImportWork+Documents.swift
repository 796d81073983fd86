internal import Conversations
internal import Framing
internal import Protocols
internal import Speech
internal import Store

extension ImportWork {
    /// Maximum weight of the objects that one transaction writes, in rows: others wait for tenths of a second at most.
    private static let rowsAtOnce = 500
    /// Number of refused objects of a list after which the rest of the list is left out: each one takes a transaction.
    private static let maxRefusals = 20

    mutating func read(_ content: [UInt8], _ kind: ImportedDocument, _ name: String) async throws(APIError) {
        guard isKnown || kind == .head else { return }
        switch kind {
        case .head: try await readHead(content)
        case .user: try await readUser(content)
        case .people: try await readPeople(content)
        case .voices: try await readVoices(content, name)
        case .conversation: try await readConversation(content, name)
        case .samples: try await readSamples(content, name)
        }
    }

    /// Returns the content of a document; nil, with a note in the report, when it cannot be read.
    private mutating func parsed<Value: Sendable>(
        _ content: [UInt8], _ kind: ImportedDocument, _ name: String,
        _ body: @escaping @Sendable (JSONView) throws(DocumentFault) -> Value
    ) async -> Value? {
        do throws(DocumentFault) { return try await documents.read(content, as: kind, body) } catch {
            report.reject(name, error.reason)
            return nil
        }
    }

    private mutating func readHead(_ content: [UInt8]) async throws(APIError) {
        guard !isKnown else { return }
        let format = await parsed(content, .head, ExportFormat.head) { json throws(DocumentFault) in json["format"].int }
        guard let format, let format else { throw Self.notAnExport(ExportFormat.head) }
        guard format == ExportFormat.number else {
            throw APIError(
                archive:
                    "The archive has the form \(format), and this gateway knows the form \(ExportFormat.number). Upgrade this gateway, and send "
                    + "the archive again.")
        }
        isKnown = true
    }

    private mutating func readUser(_ content: [UInt8]) async throws(APIError) {
        let found = await parsed(content, .user, ExportFormat.user) { json throws(DocumentFault) in ImportedSettings(json) }
        guard let found else { return }
        for name in found.refused { report.reject(ExportFormat.user, "the value of \(name) is not accepted here") }
        let (store, target) = (store, target), retention = UserChoices.Setting.audioDays.rawValue
        var count: ImportedCount? = ImportedCount()
        let isDone = try await attempt(ExportFormat.user, "the settings") { () throws(StoreError) in
            count = try await store.importSettings(found.settings, keys: found.keys, retention: retention, into: target)
        }
        guard let count else { throw .userDeleted }
        guard isDone else { return }
        report.settings += count
        report.settings.incomplete = 0
        if count.incomplete > 0 {
            report.reject(ExportFormat.user, "\(retention) is left out, because it could delete audio that is here; set it by hand")
        }
    }

    private mutating func readPeople(_ content: [UInt8]) async throws(APIError) {
        let people = await list(content, .people, ExportFormat.people, "people") { json throws(DocumentFault) in
            guard let id = json.id("id", as: Person.self), let name = json["name"].string, !NameKey.trimmed(name).isEmpty,
                let created = json.time("created_at")
            else {
                throw DocumentFault("a person lacks the id, the name or the time")
            }
            return Person(id: id, name: name, created: created)
        }
        report.people += try await save(people, ExportFormat.people, "the person") { [store, target] some throws(StoreError) in
            try await store.importPeople(some, into: target)
        } id: {
            $0.id.shown
        } rows: { _ in
            1
        }
        let (store, user) = (store, target.user)
        let all = try await APIError.stored { () throws(StoreError) in try await store.people(of: user) }
        report.note(people, namesakes: Person.namesakes(among: all))
    }

    private mutating func readVoices(_ content: [UInt8], _ name: String) async throws(APIError) {
        let voices = await list(content, .voices, name, "voices") { json throws(DocumentFault) in try PortableVoice(json) }
        report.voices += try await save(voices, name, "the voice") { [store, target] some throws(StoreError) in
            try await store.importVoices(some, into: target)
        } id: {
            $0.id.shown
        } rows: {
            1 + $0.rejected.count
        }
    }

    private mutating func readConversation(_ content: [UInt8], _ name: String) async throws(APIError) {
        let (store, target, now) = (store, target, now())
        let found = await parsed(content, .conversation, name) { json throws(DocumentFault) in
            (
                try PortableConversation(json, of: target.user, now: now),
                try ImportedPart.all(in: json["audio"], now: now)
            )
        }
        guard let (conversation, parts) = found else { return refuseFiles() }
        let id = conversation.conversation.id
        var outcome: ConversationImport?
        let isDone = try await attempt(name, "the conversation \(id.shown)") { () throws(StoreError) in
            outcome = try await store.importConversation(conversation, into: target)
        }
        guard isDone else { return refuseFiles() }
        var known: [StoredAudio] = []
        switch outcome {
        case nil: throw .userDeleted
        case .added(let unknownSpeakers)?:
            report.conversations.added += 1
            report.reject(name, "the speakers of \(unknownSpeakers) segments do not exist, so they have none", count: unknownSpeakers)
        case .present?:
            report.conversations.present += 1
            known = try await APIError.stored { () throws(StoreError) in try await store.audio(of: id, of: target.user) }
        }
        // Audio of the same start and length is the part itself. Any other audio of a time is there because the part was redacted or cut since the last
        // import: it has the same time, and other sound.
        let same = parts.map { part in known.first { $0.start == part.audio.start && abs(($0.duration - part.audio.duration) / .seconds(1)) <= 1 } }
        let others = known.filter { audio in !same.contains { $0?.file == audio.file } }
        for (part, same) in zip(parts, same) {
            if let same {
                expect(part.entry, try await isLost(same.file) ? .lost(file: same.file) : .present)
            } else {
                let isThere = others.contains { $0.start < part.audio.start + part.audio.duration && part.audio.start < $0.start + $0.duration }
                expect(part.entry, isThere ? .present : .conversation(id, part.audio))
            }
        }
    }

    private mutating func readSamples(_ content: [UInt8], _ name: String) async throws(APIError) {
        let samples = await list(content, .samples, name, "samples") { json throws(DocumentFault) in
            (try PortableSample(json), json["entry"].string)
        }
        report.samples += try await save(samples.map(\.0), name, "the sample") { [store, target] some throws(StoreError) in
            try await store.importSamples(some, into: target)
        } id: {
            $0.id.shown
        } rows: {
            1 + $0.sources.count
        }
        for case let (sample, entry?) in samples {
            let (store, user) = (store, target.user)
            switch try await APIError.stored({ () throws(StoreError) in try await store.file(of: sample.id, of: user) }) {
            case .noSample: continue
            case .none: expect(entry, .sample(sample.id))
            case .named(let file): expect(entry, try await isLost(file) ? .lost(file: file) : .present)
            }
        }
    }

    // MARK: Lists

    /// Returns the objects of a list. An object that cannot be read is left out, with a note in the report.
    private mutating func list<Value: Sendable>(
        _ content: [UInt8], _ kind: ImportedDocument, _ name: String, _ member: String,
        _ body: @escaping @Sendable (JSONView) throws(DocumentFault) -> Value
    ) async -> [Value] {
        let found = await parsed(content, kind, name) { json throws(DocumentFault) in
            let list = json[member]
            guard list.isArray else { throw DocumentFault("the document has no list \(member)") }
            var values: [Value] = [], faults: [String] = [], faultCount = 0
            for index in 0..<list.count {
                do throws(DocumentFault) { values.append(try body(list[index])) } catch {
                    faultCount += 1
                    if faults.count < ImportReport.maxRejections { faults.append(error.reason) }
                }
            }
            return (values, faults, faultCount)
        }
        guard let (values, faults, faultCount) = found else { return [] }
        for fault in faults { report.reject(name, fault) }
        report.reject(name, "more objects cannot be read", count: faultCount - faults.count)
        return values
    }

    /// Saves objects, some in each transaction. When one of them exceeds a limit, saves these one by one, and notes that one in the report.
    ///
    /// - Parameter rows: returns the number of rows that an object takes.
    private mutating func save<Value: Sendable>(
        _ objects: [Value], _ name: String, _ what: String, _ save: ([Value]) async throws(StoreError) -> ImportedCount?,
        id: (Value) -> String, rows: (Value) -> Int
    ) async throws(APIError) -> ImportedCount {
        var count = ImportedCount(), refusals = 0, done = 0
        while done < objects.count, refusals < Self.maxRefusals {
            var end = done, weight = 0
            while end < objects.count, end == done || weight + rows(objects[end]) <= Self.rowsAtOnce {
                weight += rows(objects[end])
                end += 1
            }
            let part = Array(objects[done..<end])
            var saved: ImportedCount? = ImportedCount()
            do throws(StoreError) {
                saved = try await save(part)
                done = end
            } catch {
                guard error.isOfObject else { throw APIError(error) }
                for object in part where refusals < Self.maxRefusals {
                    var one: ImportedCount? = ImportedCount()
                    let isSaved = try await attempt(name, "\(what) \(id(object))") { () throws(StoreError) in one = try await save([object]) }
                    guard let one else { throw .userDeleted }
                    if isSaved { count += one } else { refusals += 1 }
                    done += 1
                }
            }
            guard let saved else { throw .userDeleted }
            count += saved
        }
        report.reject(name, "\(objects.count - done) objects after \(refusals) refused ones are not tried", count: objects.count - done)
        report.reject(name, "\(count.incomplete) references are to people, voices or segments that do not exist", count: count.incomplete)
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
            report.reject(name, "\(what) is not imported: \(error.plainReason)")
            return false
        }
    }
}

extension StoreError {
    /// True if the error is of the object that was to be stored, and not of the store.
    fileprivate var isOfObject: Bool {
        switch self {
        case .tooMuch, .constraint, .conflict: true
        case .notUsable, .notPermitted, .diskFull, .shortage, .corrupt, .newerSchema, .otherSchema, .busy, .erasing, .secretMissing, .keysLost,
            .cryptography, .databaseUnavailable,
            .overloaded, .tooManyOfUser, .tooSlow, .databaseFailed, .objectStorageAway, .objectStorage, .failed:
            false
        }
    }

    /// The reason in words for users.
    fileprivate var plainReason: String {
        if case .constraint = self { "an id stands twice in it" } else { description }
    }
}
