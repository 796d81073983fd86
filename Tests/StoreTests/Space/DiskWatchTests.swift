import Testing

@testable import Store

@Suite struct `A disk's level` {
    private static let gigabyte = 1_000_000_000

    @Test(arguments: [
        (free: 50, total: 100, level: DiskLevel.ok), (free: 10, total: 100, level: .ok), (free: 9, total: 100, level: .low),
        (free: 2, total: 100, level: .low), (free: 1, total: 100, level: .critical),
        // Of a large disk a tenth is plenty.
        (free: 60, total: 4_000, level: .ok), (free: 49, total: 4_000, level: .low), (free: 3, total: 4_000, level: .low),
        (free: 1, total: 4_000, level: .critical),
    ])
    func `is judged by the share of the disk that is free`(free: Int, total: Int, level: DiskLevel) {
        #expect(DiskLevel(of: DiskSpace(free: free * Self.gigabyte, total: total * Self.gigabyte)) == level)
    }

    @Test(arguments: [(free: 1_000, level: DiskLevel.ok), (free: 999, level: .low), (free: 200, level: .low), (free: 199, level: .critical)])
    func `is judged by the megabytes that are free on a small disk`(megabytes: Int, level: DiskLevel) {
        #expect(DiskLevel(of: DiskSpace(free: megabytes * 1_000_000, total: 4 * Self.gigabyte)) == level)
    }

    @Test(arguments: [(free: 500, level: DiskLevel.ok), (free: 129, level: .ok), (free: 127, level: .low), (free: 51, level: .critical)])
    func `is judged by the share of a very small disk`(megabytes: Int, level: DiskLevel) {
        #expect(DiskLevel(of: DiskSpace(free: megabytes * 1_000_000, total: 512_000_000)) == level)
    }

    @Test func `is told once when it gets worse and once when there is room again`() {
        var watch = DiskWatch()
        func measured(_ gigabytes: Int) -> DiskWatch.Change? {
            watch.measured(DiskSpace(free: gigabytes * Self.gigabyte, total: 100 * Self.gigabyte))
        }
        #expect(measured(30) == nil)
        #expect(measured(9) == .worse(.low))
        #expect(measured(8) == nil)
        #expect(measured(1) == .worse(.critical))
        #expect(measured(0) == nil)
        #expect(measured(9) == nil)
        #expect(watch.level == .low)
        #expect(measured(30) == .relieved)
        #expect(measured(31) == nil)
        #expect(measured(9) == .worse(.low))
    }

    @Test func `does not change with each byte around a limit`() {
        var watch = DiskWatch()
        func measured(_ tenths: Int) -> DiskWatch.Change? {
            watch.measured(DiskSpace(free: tenths * Self.gigabyte / 10, total: 100 * Self.gigabyte))
        }
        #expect(measured(99) == .worse(.low))
        for _ in 0..<3 {
            #expect(measured(101) == nil)
            #expect(measured(99) == nil)
        }
        #expect(measured(119) == nil)
        #expect(measured(120) == .relieved)
    }

    @Test func `goes from critical to enough room in one step`() {
        var watch = DiskWatch()
        #expect(watch.measured(DiskSpace(free: 0, total: 100 * Self.gigabyte)) == .worse(.critical))
        #expect(watch.measured(DiskSpace(free: 90 * Self.gigabyte, total: 100 * Self.gigabyte)) == .relieved)
        #expect(watch.level == .ok)
    }

    @Test func `of several disks is the worst one's`() {
        let space = DiskSpace(free: 1, total: 2)
        let disks = [DiskLevel.ok, .critical, .low].map { StorageReport.Disk(path: "/", space: space, level: $0) }
        #expect(StorageReport(disks: disks).level == .critical)
        #expect(StorageReport().level == .ok)
    }
}
