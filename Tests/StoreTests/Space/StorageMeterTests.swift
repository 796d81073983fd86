import Foundation
import HarkenTesting
import Testing

@testable import Store

@Suite struct `The measurement of an installation` {
    private let folder = TemporaryFolder()

    @Test func `counts the files of each part and what the database holds`() throws {
        let directory = try DataDirectory(creating: folder.path(of: "data"))
        let database = try SQLiteDatabase(in: directory)
        defer { withExtendedLifetime(database) {} }
        for (path, count) in [(directory.audio + "/a/b", 300_000), (directory.transcripts, 20_000)] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(repeating: 1, count: count).write(to: URL(filePath: path + "/file"))
        }
        // A link to elsewhere is not part of the installation.
        try FileManager.default.createSymbolicLink(atPath: directory.audio + "/link", withDestinationPath: "/usr")
        let (parts, databaseFree) = StorageMeter(of: directory, models: nil).parts()
        func bytes(_ part: DataPart) -> Int? { parts.first { $0.part == part }?.bytes }
        #expect((300_000..<340_000).contains(bytes(.audio) ?? 0))
        #expect((20_000..<40_000).contains(bytes(.transcripts) ?? 0))
        #expect((bytes(.database) ?? 0) > 100_000 && databaseFree != nil)
        #expect(bytes(.uploads) == nil && bytes(.models) == nil)
    }

    @Test func `tells how much of the database's file is free`() async throws {
        let directory = try DataDirectory(creating: folder.path(of: "data"))
        let database = try SQLiteDatabase(in: directory)
        try await database.write { (connection) throws(StoreError) in
            try connection.run("CREATE TABLE large (content BLOB) STRICT")
            try connection.run("INSERT INTO large VALUES (zeroblob(2000000))")
        }
        try await database.write { (connection) throws(StoreError) in try connection.run("DROP TABLE large") }
        // What the schema's own steps have left free counts too.
        let free = try #require(StorageMeter(of: directory, models: nil).parts().databaseFree)
        #expect((1_900_000..<2_900_000).contains(free))
    }

    @Test func `names each file system once, by its first folder`() {
        let directory = DataDirectory(unchecked: "/data")
        let devices: [String: UInt] = ["/data": 1, "/data/audio": 2, "/data/journal": 1, "/data/uploads": 2, "/data/spool": 3]
        let meter = StorageMeter(
            of: directory, models: "/models", space: { $0 == "/data/spool" ? nil : DiskSpace(free: $0.utf8.count, total: 100) },
            device: { devices[$0] })
        let disks = meter.disks()
        #expect(disks.map(\.path) == ["/data", "/data/audio"])
        #expect(disks.map(\.space.free) == [5, 11])
    }

    @Test func `finds no parts where there is no installation`() {
        let meter = StorageMeter(of: DataDirectory(unchecked: folder.path(of: "none")), models: nil)
        #expect(meter.disks().isEmpty && meter.parts().parts.isEmpty && meter.parts().databaseFree == nil)
    }
}
