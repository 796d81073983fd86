@testable import Recordings
import Speech
import Store
import Testing

@Suite struct `A disk ledger` {
    private let ann = DiskOwner(user: ID("ann"), key: ID("key-1")), bob = DiskOwner(user: ID("bob"), key: ID("key-2"))
    private let here = DiskOwner(user: .local, key: nil)

    private func ledger(spool: Int = 100 << 20, user: Int = 40 << 20, uploads: Int = 2, kept: Int? = 0) -> DiskLedger {
        var limits = DiskLimits()
        (limits.spool, limits.userSpool, limits.uploadsPerKey, limits.kept) = (spool, user, uploads, kept)
        return DiskLedger(limits: limits)
    }

    private let megabyte = 1 << 20

    @Test func `reserves what is announced, and gives it back`() throws {
        var ledger = ledger()
        var holding = try ledger.open(ann, announced: 30 * megabyte, disk: nil)
        #expect(ledger.total == 30 * megabyte)
        try ledger.take(megabyte, &holding)
        #expect(ledger.total == 30 * megabyte)
        ledger.end(&holding)
        #expect(ledger.total == megabyte)
        ledger.end(&holding)
        ledger.close(&holding)
        #expect(ledger.isEmpty)
        ledger.close(&holding)
        #expect(ledger.isEmpty)
    }

    @Test func `grows with what comes and was not announced`() throws {
        var ledger = ledger()
        var holding = try ledger.open(ann, announced: 0, disk: nil)
        for _ in 0..<400 { try ledger.take(100_000, &holding) }
        #expect(ledger.total >= 40_000_000 && ledger.total <= 40 * megabyte)
        do throws(DiskLedger.Shortage) {
            for _ in 0..<400 { try ledger.take(100_000, &holding) }
            Issue.record("a user's share has no end")
        } catch {
            #expect(error == .userShare)
        }
        #expect(ledger.total <= 40 * megabyte)
        ledger.close(&holding)
        #expect(ledger.isEmpty)
    }

    @Test func `gives a user no more than a share, over all keys`() throws {
        var ledger = ledger()
        let second = DiskOwner(user: ID("ann"), key: ID("key-3"))
        var first = try ledger.open(ann, announced: 30 * megabyte, disk: nil)
        #expect(throws: DiskLedger.Shortage.userShare) { try ledger.open(second, announced: 11 * megabyte, disk: nil) }
        _ = try ledger.open(second, announced: 10 * megabyte, disk: nil)
        _ = try ledger.open(bob, announced: 40 * megabyte, disk: nil)
        // What one user gives back the same one gets.
        ledger.close(&first)
        _ = try ledger.open(second, announced: 30 * megabyte, disk: nil)
    }

    @Test func `gives all no more than there is`() throws {
        var ledger = ledger(spool: 50 << 20)
        _ = try ledger.open(ann, announced: 40 * megabyte, disk: nil)
        #expect(throws: DiskLedger.Shortage.spool) { try ledger.open(bob, announced: 11 * megabyte, disk: nil) }
        #expect(throws: DiskLedger.Shortage.spool) { try ledger.open(here, announced: 11 * megabyte, disk: nil) }
        _ = try ledger.open(bob, announced: 10 * megabyte, disk: nil)
    }

    @Test func `takes so many uploads of a key at a time`() throws {
        var ledger = ledger()
        var first = try ledger.open(ann, announced: 1, disk: nil)
        _ = try ledger.open(ann, announced: 1, disk: nil)
        #expect(throws: DiskLedger.Shortage.uploadsAtOnce(2)) { try ledger.open(ann, announced: 1, disk: nil) }
        _ = try ledger.open(DiskOwner(user: ID("ann"), key: ID("key-3")), announced: 1, disk: nil)
        // A job's own is not one of them.
        _ = try ledger.open(DiskOwner(user: ID("ann"), key: ID("key-1"), isSent: false), announced: 1, disk: nil)
        ledger.end(&first)
        _ = try ledger.open(ann, announced: 1, disk: nil)
    }

    @Test func `counts no uploads and no share where only this machine is served`() throws {
        var ledger = ledger()
        for _ in 0..<10 { _ = try ledger.open(here, announced: 9 * megabyte, disk: nil) }
    }

    @Test func `leaves a part of the disk free`() throws {
        var ledger = ledger(kept: 1_000)
        let disk = DiskSpace(free: 3_000, total: 1_000_000)
        _ = try ledger.open(ann, announced: 2_000, disk: disk)
        #expect(throws: DiskLedger.Shortage.disk) { try ledger.open(ann, announced: 2_001, disk: disk) }
        #expect(throws: DiskLedger.Shortage.disk) { try ledger.open(ann, announced: 0, disk: DiskSpace(free: 999, total: 1_000_000)) }
    }

    @Test func `keeps 5 % of a disk, and of a large one 1 GiB`() {
        #expect(DiskLimits().kept(of: 1 << 30) == (1 << 30) / 20)
        #expect(DiskLimits().kept(of: 1 << 44) == 1 << 30)
    }
}
