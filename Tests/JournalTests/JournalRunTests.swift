import Continuity
import Foundation
import Glibc
import HarkenTesting
@testable import Observability
import Speech
import Testing

@testable import Journal

@Suite struct `The part of a journal that belongs to one process` {
    private let folder = TemporaryFolder()
    private let quiet = Log(level: .error, write: { _ in })

    private func writer() throws -> JournalWriter { try JournalWriter(directory: folder.path, sync: .group(.milliseconds(1)), log: quiet) }

    private func log(_ writer: JournalWriter) throws -> JournalLog {
        try JournalLog(directory: folder.path, loop: 0, limits: JournalLimits(), startedAt: 1_000, writer: writer, log: quiet)
    }

    private var files: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted() }

    @Test func `is the lowest that no living process has`() throws {
        let first = try JournalRun.claimLowest(in: folder.path), second = try JournalRun.claimLowest(in: folder.path)
        #expect(first.number == 0 && second.number == 1)
        #expect(try JournalRun.claim(0, in: folder.path) == nil)
        first.remove()
        #expect(files == ["run-1.lock"])
        #expect(try JournalRun.claimLowest(in: folder.path).number == 0)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files to another user"))
    func `has a lock that belongs to the directory's owner when root makes it`() throws {
        try #require(chown(folder.path, 65_534, 65_533) == 0)
        let run = try JournalRun.claimLowest(in: folder.path)
        var information = stat()
        try #require(lstat(folder.path(of: "run-0.lock"), &information) == 0)
        #expect(information.st_uid == 65_534 && information.st_gid == 65_533)
        run.remove()
    }

    @Test(arguments: [("run-3.lock", 3), ("0.ring", 0), ("2001.ring", 2), ("1000-7.journal", 1), ("3002-1.words", 3)])
    func `is told by a file's name`(name: String, number: Int) {
        #expect(JournalRun.number(ofFile: name) == number)
    }

    @Test func `stays as it is while its process lives, and is taken afterwards`() throws {
        let first = try writer(), older = try log(first)
        var cursor = older.cursor(rate: .speech, channels: 1)
        older.open(SessionRecord(id: ID("older")), cursor: &cursor)
        let audio = [UInt8](repeating: 1, count: 32_000)
        audio.withUnsafeBytes { older.append(audio: $0, SampleRange(.zero, count: SampleCount(16_000)), cursor: &cursor) }
        let before = files
        let second = try writer(), newer = try log(second)
        #expect(second.earlier.hasLivingRuns)
        #expect(second.earlier.unfinishedSessions().sessions.isEmpty)
        #expect(Set(before).isSubset(of: files) && files.contains("1000.ring"))
        #expect(try !second.earlier.collect())
        first.run.release()
        #expect(try second.earlier.collect())
        #expect(!second.earlier.hasLivingRuns)
        let found = second.earlier.unfinishedSessions()
        #expect(found.sessions.map(\.record.id.rawValue) == ["older"])
        #expect(found.sessions.map(\.transcript.received) == [SampleCount(16_000)])
        #expect(second.earlier.unfinishedSessions().sessions.isEmpty, "a segment is read once")
        for file in found.files { second.earlier.remove(file) }
        #expect(!files.contains("run-0.lock"), "the number is free again")
        withExtendedLifetime((older, newer)) {}
    }
}
