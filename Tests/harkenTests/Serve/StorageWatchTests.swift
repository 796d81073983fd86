import Foundation
import HarkenTesting
import Synchronization
import Testing

@testable import Observability
@testable import Store
@testable import harken

@Suite struct `The watch on the disks` {
    private final class Disk: Sendable {
        private let content = Mutex(50_000_000_000)

        var free: Int {
            get { content.withLock { $0 } }
            set { content.withLock { $0 = newValue } }
        }
    }

    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])

        func add(_ line: String) { all.withLock { $0.append(line) } }
        func take() -> [String] {
            all.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    private let folder = TemporaryFolder()
    private let disk = Disk(), lines = Lines()

    private func watch() throws -> StorageWatch {
        let meter = StorageMeter(
            of: try DataDirectory(creating: folder.path(of: "data")), models: nil,
            space: { [disk] _ in DiskSpace(free: disk.free, total: 100_000_000_000) })
        return StorageWatch(meter, log: Log(level: .info, write: { [lines] in lines.add($0) }))
    }

    @Test func `logs one line for each change and none for each measurement`() async throws {
        let watch = try watch(), path = folder.path(of: "data")
        for _ in 0..<3 { _ = await watch.measureDisks() }
        #expect(lines.take() == [])
        disk.free = 9_000_000_000
        for _ in 0..<3 { _ = await watch.measureDisks() }
        let low = lines.take()
        #expect(low.count == 1 && low[0].contains(" warning the disk fills up path=\(path) free=\"9.0 GB\" size=\"100 GB\""), "\(low)")
        disk.free = 100_000_000
        for _ in 0..<3 { _ = await watch.measureDisks() }
        let critical = lines.take()
        #expect(critical.count == 1 && critical[0].contains(" error the disk is nearly full"), "\(critical)")
        #expect(critical[0].contains("free=\"100 MB\""))
        disk.free = 60_000_000_000
        for _ in 0..<3 { _ = await watch.measureDisks() }
        let relieved = lines.take()
        #expect(relieved.count == 1 && relieved[0].contains(" info the disk has room again"), "\(relieved)")
    }

    @Test func `has the disk's level before the first line of log`() async throws {
        let watch = try watch()
        #expect(watch.status.report.level == .ok && watch.status.report.disks.isEmpty)
        disk.free = 1_500_000_000
        await watch.begin()
        #expect(watch.status.report.level == .critical && lines.take() == [])
        _ = await watch.measureDisks()
        #expect(watch.status.report.level == .critical && lines.take().count == 1)
    }

    @Test func `names the parts that take the room when room gets short`() async throws {
        let watch = try watch(), audio = folder.path(of: "data") + "/audio"
        try FileManager.default.createDirectory(atPath: audio, withIntermediateDirectories: true)
        _ = try folder.write([UInt8](repeating: 1, count: 3_000_000), as: "data/audio/a")
        disk.free = 9_000_000_000
        await watch.measureParts()
        #expect(await watch.measureDisks())
        #expect(lines.take().first?.contains("parts=\"audio 3.0 MB\"") == true)
    }
}

@Suite struct `The room in words` {
    @Test(arguments: [
        (0, "0 kB"), (999_999, "999 kB"), (1_000_000, "1.0 MB"), (1_949_999_999, "1.9 GB"), (12_345_000_000, "12 GB"),
        (2_300_000_000_000, "2.3 TB"),
    ])
    func `has the unit that suits it`(bytes: Int, text: String) {
        #expect(ByteText.short(bytes) == text)
    }

    @Test func `names the largest parts first and the free part of the database`() {
        let report = StorageReport(
            parts: [
                .init(.database, bytes: 1_900_000_000), .init(.audio, bytes: 2_300_000_000), .init(.uploads, bytes: 4_096),
                .init(.transcripts, bytes: 300_000_000),
            ], databaseFree: 1_100_000_000)
        #expect(report.readableParts == "audio 2.3 GB; database 1.9 GB, of which 1.1 GB free; transcripts 300 MB")
    }
}
