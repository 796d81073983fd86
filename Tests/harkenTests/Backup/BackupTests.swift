import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@testable import harken

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `A backup` {
    private let folder = TemporaryFolder()
    private var data: String { folder.path(of: "data") }
    private var file: String { folder.path(of: "backup.tar.gz") }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(words, environment: ["HOME": folder.path])
    }

    private func open(_ path: String) throws -> (store: SQLConversationStore, blobs: any BlobStore) {
        let database = try SQLiteDatabase(in: DataDirectory(creating: path)), blobs = Blobs(in: database.directory).audio
        return (SQLConversationStore(in: database, audio: blobs, now: { UnixTime(milliseconds: 0) }), blobs)
    }

    private func begin(_ number: Int, in store: SQLConversationStore) async throws {
        let id = ID<Conversation>("c\(number)"), time = UnixTime(milliseconds: 1_800_000_000_000 + Int64(number) * 1_000)
        let segment = Segment(id: ID("s\(number)"), text: "Number \(number).", start: .zero, end: .seconds(1))
        _ = try await store.begin(
            Conversation(id: id, user: .local, status: .completed, source: "test", started: time, finished: time, segments: [segment]))
        try FileManager.default.createDirectory(atPath: data + "/audio", withIntermediateDirectories: true)
        // A blob gets its name when it is complete, and its row afterwards.
        try Data("audio \(number)".utf8).write(to: URL(filePath: data + "/audio/a\(number).ogg"), options: .atomic)
        let audio = StoredAudio(file: "a\(number).ogg", start: .zero, duration: .seconds(1), byteCount: 8, created: time)
        #expect(try await store.add(audio, to: id, of: .local))
    }

    @Test func `has each row's blob, made while others write and delete`() async throws {
        let key = try await run("keys", "create", "--data", data, "--user", "local").output
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: ["HOME": folder.path])
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        let store = try open(data).store
        for number in 0..<50 { try await begin(number, in: store) }
        let isOver = Mutex(false), written = Mutex(0)
        let writing = Task {
            var number = 50
            while !isOver.withLock({ $0 }), number < 20_000 {
                try await begin(number, in: store)
                if number % 2 == 0 { _ = try await store.delete(ID<Conversation>("c\(number - 20)"), of: .local) }
                number += 1
                written.withLock { $0 += 1 }
            }
        }
        let archives = (0..<5).map { folder.path(of: "\($0).tar") } + [file]
        for archive in archives {
            let before = written.withLock { $0 }
            let backup = try BuiltProgram.start(["backup", archive, "--data", data], environment: ["HOME": folder.path])
            // The other writer goes on, also when it is slower than the backup.
            try await until { written.withLock { $0 } >= before + 2 }
            let made = await backup.outcome()
            #expect(made.status == 0 && made.diagnostics.contains("has the data of \(data)"), "\(made)")
        }
        isOver.withLock { $0 = true }
        try await writing.value
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: data + "/.backup.draft"))
        let refused = try await run("restore", file, "--data", data)
        #expect(refused.status == 1 && refused.diagnostics.contains("a gateway runs on \(data)"), "\(refused)")
        gateway.signal(SIGTERM)
        _ = await gateway.outcome()
        #expect(try await run("restore", file, "--data", data).diagnostics.contains("is not empty"))

        for (round, archive) in archives.enumerated() {
            let place = folder.path(of: "restored\(round)")
            let restored = try await run("restore", archive, "--data", place)
            #expect(restored.status == 0, "\(restored)")
            #expect(!FileTree.names(in: place).contains { $0.hasSuffix(".draft") })
            let copy = try open(place).store
            var query = ConversationQuery(limit: 200), count = 0
            repeat {
                let page = try await copy.list(query, of: .local)
                for conversation in page.conversations {
                    for audio in try await copy.audio(of: conversation.id, of: .local) {
                        let expected = "audio \(conversation.id.rawValue.dropFirst())"
                        #expect(
                            FileManager.default.contents(atPath: place + "/audio/" + audio.file).map { String(decoding: $0, as: UTF8.self) }
                                == expected)
                        count += 1
                    }
                }
                query.cursor = page.next
            } while query.cursor != nil
            #expect(count > 20)
        }
        // The key is valid at the restored gateway.
        let place = folder.path(of: "restored5")
        let second = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", place], environment: ["HOME": folder.path])
        defer { second.signal(SIGTERM) }
        let url = try #require(try await second.line(beginning: "harken: ready on "))
        let list = try await run("conversations", "list", "--url", url, "--key", key.split(separator: "\n").joined())
        #expect(list.status == 0 && list.output.contains("c"), "\(list)")
    }

    /// A folder of a backup that was killed, with a copy of what was stored.
    private func leaveDraft() throws -> String {
        let draft = data + "/.backup.draft"
        try FileManager.default.createDirectory(atPath: draft + "/harken-backup/data/audio", withIntermediateDirectories: true)
        try FileManager.default.linkItem(atPath: data + "/audio/a1.ogg", toPath: draft + "/harken-backup/data/audio/a1.ogg")
        return draft
    }

    @Test func `that was killed keeps nothing of what is deleted later, and is in nobody's way`() async throws {
        let key = try await run("keys", "create", "--data", data, "--user", "local").output.split(separator: "\n").joined()
        for number in 1...3 { try await begin(number, in: try open(data).store) }
        let draft = try leaveDraft()
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: ["HOME": folder.path])
        defer { gateway.signal(SIGTERM) }
        let url = try #require(try await gateway.line(beginning: "harken: ready on "))
        #expect(!FileManager.default.fileExists(atPath: draft), "the start deletes it")

        _ = try leaveDraft()
        let isDeleted = try await run("conversations", "delete", "c1", "--for-good", "--url", url, "--key", key)
        #expect(isDeleted.status == 0, "\(isDeleted)")
        try await until { !FileManager.default.fileExists(atPath: draft) && !FileManager.default.fileExists(atPath: data + "/audio/a1.ogg") }

        // One that is at work is left alone.
        if let working = try BackupDraft(in: DataDirectory(creating: data)) {
            #expect(try BackupDraft.removeAbandoned(in: DataDirectory(creating: data)) == false)
            #expect(try await run("backup", file, "--data", data).diagnostics.contains("another backup of the same data is at work"))
            _ = consume working
        } else {
            Issue.record("the folder is not free")
        }

        #expect(try await run("backup", file, "--data", data).status == 0)
        let whole = try #require(FileManager.default.contents(atPath: file))
        try FileManager.default.removeItem(atPath: file)
        _ = try folder.write(whole.prefix(whole.count / 2), as: "backup.tar.gz.partial")
        #expect(try await run("backup", file, "--data", data).status == 0)
        #expect(FileTree.names(in: folder.path).filter { $0.hasPrefix("backup") } == ["backup.tar.gz"])
        // A file of somebody's own is no remains.
        let own = try folder.write([1, 2, 3], as: "other.tar.partial")
        #expect(try await run("backup", folder.path(of: "other.tar"), "--data", data).diagnostics.contains("move the file away"))
        #expect(FileManager.default.contents(atPath: own) == Data([1, 2, 3]))
    }

    @Test func `that was killed and cannot be deleted stops no gateway, and fails each erasure`() async throws {
        for number in 1...2 { try await begin(number, in: try open(data).store) }
        // A file in the folder's place: it is not deleted as a folder, not even by root.
        let draft = try folder.write([1], as: "data/.backup.draft")
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0", "--data", data], environment: ["HOME": folder.path])
        defer { gateway.signal(SIGTERM) }
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        try await until(showing: gateway.diagnostics) { gateway.diagnostics.contains("a backup that was killed has left a copy of the data") }
        let refused = try await run("conversations", "delete", "c1", "--for-good", "--data", data)
        #expect(refused.status == 1 && refused.diagnostics.contains(draft), "\(refused)")
        try FileManager.default.removeItem(atPath: draft)
        let deleted = try await run("conversations", "delete", "c2", "--for-good", "--data", data)
        #expect(deleted.status == 0, "\(deleted)")
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files to others"))
    func `that root makes has folders that the owner of the data can delete`() async throws {
        try await begin(1, in: try open(data).store)
        #expect(chown(data, 65_534, 65_533) == 0)
        let directory = try DataDirectory(creating: data)
        guard let draft = try BackupDraft(in: directory) else {
            Issue.record("the folder is not free")
            return
        }
        let path = draft.path
        let progress = ArchiveProgress("backup", in: CommandContext(environment: [:], verbosity: .quiet))
        try await BackupFolder(path: path + "/" + BackupFolder.name).fill(from: directory, progress)
        let made = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }
        #expect(made.contains("harken-backup/data/audio/a1.ogg"))
        for name in [path] + made.map({ path + "/" + $0 }) {
            var information = stat()
            #expect(lstat(name, &information) == 0)
            guard information.st_mode & S_IFMT == S_IFDIR else { continue }
            #expect(information.st_uid == 65_534 && information.st_gid == 65_533, "\(name)")
        }
        _ = consume draft
    }

    @Test func `is restored again after a restore that was killed`() async throws {
        try await begin(1, in: try open(data).store)
        #expect(try await run("backup", file, "--data", data).status == 0)
        let place = folder.path(of: "place")
        try FileManager.default.createDirectory(atPath: place + "/.restoring.draft/harken-backup/data", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: place + "/audio", withIntermediateDirectories: true)
        _ = try folder.write([1], as: "place/audio/half.ogg")
        let refused = try await run("serve", "--listen", "127.0.0.1:0", "--data", place)
        #expect(refused.status == 1 && refused.diagnostics.contains("harken restore was ended before it was done"), "\(refused)")
        #expect(try await run("restore", file, "--data", place).status == 0)
        #expect(FileTree.names(in: place + "/audio") == ["a1.ogg"])
        // Ended between the last step and the end.
        try FileManager.default.createDirectory(atPath: place + "/.restored.draft", withIntermediateDirectories: true)
        #expect(try await run("restore", file, "--data", place).diagnostics.contains("is not empty: it has audio"))
        #expect(FileTree.names(in: place).contains("harken.db") && !FileTree.names(in: place).contains(".restored.draft"))
    }

    /// Names that a killed restore can have left in a directory, with one name that another program has put there since.
    @Test(arguments: [
        // Nothing was moved yet: another command has made a database.
        (["gateway.lock", ".restore.draft/harken-backup/data/audio/a1.ogg", "harken.db"], "harken.db"),
        // The restore's database still waits.
        ([".restoring.draft/harken-backup/data/harken.db", "audio/a1.ogg", "harken.db"], "harken.db"),
        ([".restoring.draft/harken-backup/data/harken.db", "audio/a1.ogg", "recorder/heard", "secret"], "recorder"),
        ([".restored.draft/harken-backup/harken-backup.json", "audio/a1.ogg", "harken.db"], "audio"),
        // All is in its place, and only the folder did not get its last name.
        ([".restoring.draft/harken-backup/harken-backup.json", "audio/a1.ogg", "harken.db"], "audio"),
    ])
    func `is not restored where a killed restore has left a part and others have files`(names: [String], foreign: String) throws {
        for name in names {
            try FileManager.default.createDirectory(
                atPath: FileTree.folder(of: folder.path(of: "place/" + name)), withIntermediateDirectories: true)
            _ = try folder.write([1], as: "place/" + name)
        }
        let place = folder.path(of: "place")
        let error = #expect(throws: ArchiveError.self) { try Restore.clear(place) }
        #expect(error?.description.contains("is not empty: it has \(foreign);") == true, "\(error?.description ?? "")")
        #expect(FileTree.entries(below: place) == names.filter { !$0.hasSuffix("/harken-backup.json") }.sorted())
    }

    @Test func `is told to be a part when a restore fails between two steps, and the next restore completes it`() async throws {
        try await begin(1, in: try open(data).store)
        #expect(try await run("backup", file, "--data", data).status == 0)
        let place = folder.path(of: "place"), directory = try DataDirectory(creating: place)
        try FileManager.default.createDirectory(atPath: place + "/.restore.draft/harken-backup/data/audio", withIntermediateDirectories: true)
        _ = try folder.write([1], as: "place/.restore.draft/harken-backup/data/audio/half.ogg")
        _ = try folder.write([1], as: "place/.restore.draft/harken-backup/data/harken.db")
        let database = try folder.write([2], as: "place/harken.db")
        let error = #expect(throws: ArchiveError.self) { try Restore.place(in: directory) }
        #expect(error?.description.contains("file exists; \(place) has a part of the data only") == true, "\(error?.description ?? "")")
        #expect(Restore.remains(in: place) == .part)
        #expect(FileTree.names(in: place) == [".restoring.draft", "audio", "harken.db"])
        let started = try await run("serve", "--listen", "127.0.0.1:0", "--data", place)
        #expect(started.status == 1 && started.diagnostics.contains("harken restore was ended before it was done"), "\(started)")
        #expect(try await run("restore", file, "--data", place).diagnostics.contains("is not empty: it has harken.db"))
        #expect(FileManager.default.contents(atPath: database) == Data([2]))
        try FileManager.default.removeItem(atPath: database)
        let restored = try await run("restore", file, "--data", place)
        #expect(restored.status == 0, "\(restored)")
        #expect(FileTree.names(in: place + "/audio") == ["a1.ogg"])
        #expect(Restore.remains(in: place) == nil && !FileTree.names(in: place).contains { $0.hasSuffix(".draft") })
    }

    @Test func `is refused when it is damaged, foreign or newer`() async throws {
        try await begin(1, in: try open(data).store)
        #expect(try await run("backup", file, "--data", data).status == 0)
        #expect(try await run("backup", file, "--data", data).diagnostics.contains("exists; give another name"))
        #expect(try await run("backup", folder.path(of: "x.tar"), "--data", folder.path(of: "none")).diagnostics.contains("there is no data"))
        func refused(_ change: String) async throws -> String {
            let place = folder.path(of: "changed"), changed = folder.path(of: "changed.tar")
            let script = "rm -rf '\(place)'; mkdir '\(place)' && cd '\(place)' && tar -xf '\(file)' && \(change) && tar -cf '\(changed)' *"
            #expect(try ChildProcess.run(["bash", "-c", script]).status == 0)
            let target = folder.path(of: "target")
            let outcome = try await run("restore", changed, "--data", target)
            #expect(outcome.status == 1)
            #expect(FileTree.names(in: target) == ["gateway.lock"])
            return outcome.diagnostics
        }
        #expect(try await refused("echo x >> harken-backup/data/audio/a1.ogg").contains("audio/a1.ogg has 9 bytes in place of 7"))
        #expect(try await refused("cp harken-backup/data/audio/a1.ogg harken-backup/data/audio/other.ogg").contains("does not name audio/other.ogg"))
        let foreign = """
            mkdir harken-backup/data/recorder && printf x > harken-backup/data/recorder/x && python3 -c "
            import hashlib,json
            m=json.load(open('harken-backup/harken-backup.json')); m['files']['recorder/x']={'bytes':1,'sha256':hashlib.sha256(b'x').hexdigest()}
            json.dump(m,open('harken-backup/harken-backup.json','w'))"
            """
        #expect(try await refused(foreign).contains("it has recorder/x, which no backup of this version"))
        #expect(try await refused("ln -s /etc harken-backup/link").contains("could lead out"))
        #expect(try await refused("rm harken-backup/harken-backup.json").contains("is not a backup of harken"))
        // A database of a newer version, with its checksum in the manifest.
        let newer = """
            python3 -c "
            import sqlite3,hashlib,json
            p='harken-backup/data/harken.db'; c=sqlite3.connect(p); c.execute('insert into migrations (number) values (9999)'); c.commit(); c.close()
            m=json.load(open('harken-backup/harken-backup.json')); m['harken']='9.0.0'
            b=open(p,'rb').read(); m['files']['harken.db']={'bytes':len(b),'sha256':hashlib.sha256(b).hexdigest()}
            json.dump(m,open('harken-backup/harken-backup.json','w'))"
            """
        let diagnostics = try await refused(newer)
        #expect(diagnostics.contains("was made by harken 9.0.0, which is newer than this one"), "\(diagnostics)")
    }
}
