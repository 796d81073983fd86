import Conversations
import Foundation
import Glibc
import HarkenTesting
import Speech
import Testing

@testable import Store

@Suite(.enabled(if: geteuid() == 0, "only root can give files to another user"))
struct `What root makes in a data directory of another user` {
    private let temporary = TemporaryFolder()
    private let user: uid_t = 65_534, group: gid_t = 65_533

    private func makeDirectory() throws -> DataDirectory {
        let directory = try DataDirectory(creating: temporary.path(of: "data"))
        try #require(chown(directory.path, user, group) == 0)
        return directory
    }

    /// Returns the names below a directory, and those that another user owns.
    private func names(in directory: DataDirectory) throws -> (all: [String], others: [String]) {
        let all = try #require(FileManager.default.enumerator(atPath: directory.path)).compactMap { $0 as? String }.sorted()
        return (all, all.filter { owner(of: directory.path + "/" + $0) != [user, group] })
    }

    private func owner(of path: String) -> [UInt32] {
        var information = stat()
        return lstat(path, &information) == 0 ? [information.st_uid, information.st_gid] : []
    }

    @Test func `belongs to that user: the database with its log, blobs, locks and the marker`() async throws {
        let directory = try makeDirectory()
        let database = try SQLiteDatabase(in: directory), blobs = Blobs(in: directory)
        let store = SQLConversationStore(in: database, audio: blobs.audio, now: { UnixTime(milliseconds: 0) })
        _ = try await store.add(Person(id: ID("p"), name: "Ann", created: UnixTime(milliseconds: 0)), reusing: false, of: .local)
        try await blobs.transcripts.put([1], as: try #require(BlobName("a.json")))
        let file = try temporary.write([2], as: "file")
        try await blobs.audio.put(file, as: try #require(BlobName("a.ogg")))
        try KeysMarker(of: directory).write()
        try PrivateFile.write([3], to: directory.secret)
        let claim = try #require(try directory.claim())
        guard let draft = try BackupDraft(in: directory) else {
            Issue.record("another backup is at work")
            return
        }
        let (all, others) = try names(in: directory)
        let files = ["gateway.lock", "harken.db", "harken.db-shm", "harken.db-wal", "keys-exist", "secret"]
        let folders = [".backup.draft", "audio", "audio/a.ogg", "transcripts", "transcripts/a.json"]
        #expect(all == (files + folders).sorted())
        #expect(others == [])
        _ = consume draft
        withExtendedLifetime((claim, database)) {}
    }

    @Test func `leaves a file its owner that exists, and one to which a link leads`() throws {
        let directory = try makeDirectory()
        let other = try temporary.write([1], as: "other")
        try #require(symlink(other, directory.path + "/gateway.lock") == 0)
        #expect(try directory.claim() != nil)
        #expect(owner(of: other) == [0, 0])
        let second = directory.path + "/second"
        try #require(link(other, second) == 0)
        let descriptor = open(second, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        try #require(DirectoryOwner(of: directory.path)).give(descriptor)
        #expect(owner(of: other) == [0, 0])
    }

    @Test func `is root's where the directory is`() throws {
        let directory = try DataDirectory(creating: temporary.path(of: "data"))
        #expect(DirectoryOwner(of: directory.path) == nil)
        #expect(DirectoryOwner(besideFile: directory.database) == nil)
    }
}
