import Store
import Testing

@testable import harken

@Suite struct `Doctor's findings about disks` {
    private func findings(free: Int, total: Int = 100_000_000_000, parts: [StorageReport.Part] = []) -> [Finding] {
        let space = DiskSpace(free: free, total: total)
        return DiskFindings(StorageReport(disks: [.init(path: "/data", space: space, level: DiskLevel(of: space))], parts: parts)).all
    }

    @Test(arguments: [
        (50_000_000_000, "ok"), (9_900_000_000, "note"), (1_000_000_000, "note"), (200_000_000, "note"), (199_999_999, "missing"), (0, "missing"),
    ])
    func `note a disk that is low and fail one that is nearly full`(free: Int, word: String) {
        #expect(findings(free: free).map(\.word) == [word])
    }

    @Test func `say what is free and what takes the room`() {
        let found = findings(free: 50_000_000_000, parts: [.init(.audio, bytes: 2_300_000_000), .init(.database, bytes: 1_900_000_000)])
        #expect(found.map(\.part) == ["disk", "room"])
        #expect(found.map(\.detail) == ["50 GB of 100 GB free on the disk of /data", "audio 2.3 GB; database 1.9 GB"])
    }

    @Test func `note a disk whose room is unknown`() {
        let found = DiskFindings(StorageReport()).all
        #expect(found.map(\.word) == ["note"] && found.map(\.detail) == ["free space is unknown"])
    }

    @Test func `name the option that checks all of a large database`() {
        #expect(DiagnosticCheck.partlyChecked(false).contains("--deep"))
        #expect(!DiagnosticCheck.partlyChecked(true).contains("--deep"))
    }
}
