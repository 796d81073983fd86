import Foundation
import Glibc
import HarkenTesting
@testable import Store
import Testing

@Suite struct `The draft of a backup` {
    private let folder = TemporaryFolder()
    private var path: String { folder.path(of: ".backup.draft") }

    @Test(.enabled(if: geteuid() == 0, "only root gives files to others"))
    func `belongs to the owner of the data directory, also when root makes it`() throws {
        let directory = try DataDirectory(creating: folder.path)
        // The second draft is one that an earlier version has left.
        for isLeft in [false, true] {
            if isLeft { #expect(mkdir(path, 0o700) == 0) }
            #expect(chown(folder.path, 65_534, 65_533) == 0)
            guard let draft = try BackupDraft(in: directory) else {
                Issue.record("the folder is not free")
                return
            }
            var information = stat()
            #expect(stat(path, &information) == 0)
            #expect(information.st_uid == 65_534 && information.st_gid == 65_533)
            _ = consume draft
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test func `is not taken for another folder that has got its name`() {
        #expect(mkdir(path, 0o700) == 0)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        #expect(BackupDraft.isNamed(path, descriptor))
        #expect(rmdir(path) == 0)
        #expect(!BackupDraft.isNamed(path, descriptor))
        #expect(mkdir(path, 0o700) == 0)
        #expect(!BackupDraft.isNamed(path, descriptor))
    }

    @Test(.hangLimit) func `goes to the only backup while others delete what killed ones have left`() async throws {
        let directory = try DataDirectory(creating: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        try BackupDraft.removeAbandoned(in: directory)
                        await Task.yield()
                    }
                }
            }
            var count = 0
            for _ in 0..<500 {
                if let draft = try BackupDraft(in: directory) {
                    count += 1
                    _ = consume draft
                }
                await Task.yield()
            }
            #expect(count == 500)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test(.hangLimit) func `has one owner at a time, while others end and begin`() async throws {
        let directory = try DataDirectory(creating: folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        if number == 0 { try BackupDraft.removeAbandoned(in: directory) }
                        guard let draft = try BackupDraft(in: directory) else { continue }
                        let path = draft.path
                        // A folder that was deleted takes no file, and another one's folder has a file of its own.
                        try Data().write(to: URL(filePath: path + "/\(number)"))
                        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["\(number)"])
                        _ = consume draft
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(access(path, F_OK) != 0)
    }
}
