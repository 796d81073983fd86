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
        let isOver = Mutex(false)
        let writing = Task {
            var number = 50
            while !isOver.withLock({ $0 }), number < 20_000 {
                try await begin(number, in: store)
                if number % 2 == 0 { _ = try await store.delete(ID<Conversation>("c\(number - 20)"), of: .local) }
                number += 1
            }
            return number
        }
        for round in 0..<5 { #expect(try await run("backup", folder.path(of: "\(round).tar"), "--data", data).status == 0) }
        let made = try await run("backup", file, "--data", data)
        isOver.withLock { $0 = true }
        #expect(try await writing.value > 60, "nothing was written meanwhile")
        #expect(made.status == 0 && made.diagnostics.contains("has the data of \(data)"), "\(made)")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: data + "/.backup.draft"))
        let refused = try await run("restore", file, "--data", data)
        #expect(refused.status == 1 && refused.diagnostics.contains("a gateway runs on \(data)"), "\(refused)")
        gateway.signal(SIGTERM)
        _ = await gateway.outcome()
        #expect(try await run("restore", file, "--data", data).diagnostics.contains("is not empty"))

        for (round, archive) in ((0..<5).map { folder.path(of: "\($0).tar") } + [file]).enumerated() {
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
        let isDeleted = try await run("conversations", "delete", "c1", "--url", url, "--key", key)
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

        _ = try folder.write([1, 2, 3], as: "backup.tar.gz.partial")
        #expect(try await run("backup", file, "--data", data).status == 0)
        #expect(FileTree.names(in: folder.path).filter { $0.hasPrefix("backup") } == ["backup.tar.gz"])
    }

    @Test func `is restored again after a restore that was killed`() async throws {
        try await begin(1, in: try open(data).store)
        #expect(try await run("backup", file, "--data", data).status == 0)
        let place = folder.path(of: "place")
        try FileManager.default.createDirectory(atPath: place + "/.restore.draft/harken-backup", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: place + "/audio", withIntermediateDirectories: true)
        _ = try folder.write([1], as: "place/audio/half.ogg")
        let refused = try await run("serve", "--listen", "127.0.0.1:0", "--data", place)
        #expect(refused.status == 1 && refused.diagnostics.contains("harken restore was ended before it was done"), "\(refused)")
        #expect(try await run("restore", file, "--data", place).status == 0)
        #expect(FileTree.names(in: place + "/audio") == ["a1.ogg"])
        // Ended between the last step and the end.
        try FileManager.default.createDirectory(atPath: place + "/.restore.draft", withIntermediateDirectories: true)
        #expect(try await run("restore", file, "--data", place).diagnostics.contains("is not empty: it has audio"))
        #expect(FileTree.names(in: place).contains("harken.db") && !FileTree.names(in: place).contains(".restore.draft"))
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
        #expect(try await refused("ln -s /etc harken-backup/link").contains("could lead out"))
        #expect(try await refused("rm harken-backup/harken-backup.json").contains("is not a backup of harken"))
        // A database of a newer version, with its checksum in the manifest.
        let newer = """
            python3 -c "
            import sqlite3,hashlib,json
            p='harken-backup/data/harken.db'; c=sqlite3.connect(p); c.execute('insert into migrations values (9999)'); c.commit(); c.close()
            m=json.load(open('harken-backup/harken-backup.json')); m['harken']='9.0.0'
            b=open(p,'rb').read(); m['files']['harken.db']={'bytes':len(b),'sha256':hashlib.sha256(b).hexdigest()}
            json.dump(m,open('harken-backup/harken-backup.json','w'))"
            """
        let diagnostics = try await refused(newer)
        #expect(diagnostics.contains("was made by harken 9.0.0, which is newer than this one"), "\(diagnostics)")
    }
}
