import Foundation
import Framing
import HarkenTesting
import Testing

@testable import harken

@Suite struct `The partial file of a backup` {
    private let folder = TemporaryFolder()
    private var archive: String { folder.path(of: "backup.tar") }
    private var path: String { archive + ".partial" }

    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

    private func leave(_ text: String, isCompressed: Bool) throws -> [UInt8] {
        let bytes = isCompressed ? try #require(Gzip.compressed(Array(text.utf8))) : Array(text.utf8)
        _ = try folder.write(bytes, as: "backup.tar.partial")
        return bytes
    }

    @Test(arguments: ["", "harken-ba", "harken-backup/", "harken-backup/\0\0 and more"], [false, true])
    func `is written over when a killed backup has left it`(content: String, isCompressed: Bool) throws {
        _ = try leave(content, isCompressed: isCompressed)
        var partial = try PartialArchive(of: archive)
        #expect(text(path) == "")
        try Data("all".utf8).write(to: URL(filePath: path))
        try partial.putInPlace()
        #expect(text(archive) == "all" && text(path) == nil)
    }

    @Test(arguments: ["my own notes", "harken notes", "harken-backup-notes"], [false, true])
    func `is refused and kept when it is a file of somebody's own`(content: String, isCompressed: Bool) throws {
        let bytes = try leave(content, isCompressed: isCompressed)
        let error = #expect(throws: ArchiveError.self) { _ = try PartialArchive(of: archive) }
        #expect(error?.description.contains("move the file away, or give another name") == true)
        #expect(FileManager.default.contents(atPath: path).map(Array.init) == bytes)
    }

    @Test func `is written by one backup at a time, and goes with a backup that fails`() throws {
        let partial = try PartialArchive(of: archive)
        let error = #expect(throws: ArchiveError.self) { _ = try PartialArchive(of: archive) }
        #expect(error?.description.contains("another command writes") == true)
        #expect(text(path) == "")
        _ = consume partial
        #expect(text(path) == nil)
    }

    @Test func `is not made where there is an archive`() throws {
        _ = try folder.write(Array("all".utf8), as: "backup.tar")
        let error = #expect(throws: ArchiveError.self) { _ = try PartialArchive(of: archive) }
        #expect(error?.description.contains("exists; give another name") == true)
        #expect(text(archive) == "all" && text(path) == nil)
    }

    @Test func `does not replace an archive that has come meanwhile`() throws {
        var partial = try PartialArchive(of: archive)
        _ = try folder.write(Array("other".utf8), as: "backup.tar")
        var error: ArchiveError?
        do { try partial.putInPlace() } catch let found as ArchiveError { error = found }
        #expect(error?.description.contains("exists; give another name") == true)
        #expect(text(archive) == "other")
    }

    @Test func `is left alone when another backup has put it in place since it was opened`() throws {
        _ = try folder.write(Array("harken-backup/".utf8), as: "backup.tar.partial")
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        #expect(rename(path, archive) == 0)
        #expect(try !PartialArchive.settle(descriptor, path, of: archive))
        // A third backup may have begun.
        _ = try folder.write([], as: "backup.tar.partial")
        #expect(try !PartialArchive.settle(descriptor, path, of: archive))
        #expect(text(archive) == "harken-backup/")
    }

    @Test(.hangLimit) func `is never emptied in its place by backups that begin at the same time`() async throws {
        let archive = archive
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        do {
                            var partial = try PartialArchive(of: archive)
                            try Data("\(number)".utf8).write(to: URL(filePath: partial.path))
                            try partial.putInPlace()
                        } catch is ArchiveError {
                            continue
                        }
                        #expect(text(archive) == "\(number)")
                        try FileManager.default.removeItem(atPath: archive)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(text(path) == nil)
    }
}
