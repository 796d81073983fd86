import HarkenTesting
import Speech
@testable import Store
import Synchronization
import Testing

@Suite struct `The store's health` {
    private final class Clock: Sendable {
        let time = Mutex(Instant.now)
        let told = Mutex<[StoreHealth.Report]>([])

        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    private let clock = Clock()
    private let full = StoreError.diskFull(path: "/data/harken.db")

    private func health() -> StoreHealth {
        let health = StoreHealth(now: { [clock] in clock.time.withLock { $0 } })
        health.tell { [clock] report in clock.told.withLock { $0.append(report) } }
        return health
    }

    private var told: [StoreHealth.Report] { clock.told.withLock { $0 } }

    @Test func `is told at the first failure, then once a minute, and at the end`() {
        let health = health()
        health.succeeded(.write)
        #expect(told == [] && health.problem == nil)
        for _ in 0..<5 { health.failed(full, .write) }
        #expect(told == [.fails(full, count: 1)] && health.problem == full)
        clock.pass(.seconds(60))
        health.failed(.busy(path: "/data/harken.db"), .write)
        #expect(told.last == .fails(.busy(path: "/data/harken.db"), count: 5))
        health.succeeded(.write)
        #expect(told.count == 3 && told.last == .works(count: 6) && health.problem == nil)
        clock.pass(.seconds(60))
        health.failed(full, .write)
        #expect(told.last == .fails(full, count: 1), "the next failure is a first one")
    }

    @Test func `is told once a minute when it works every now and then`() {
        let health = health()
        for _ in 0..<100 {
            health.failed(full, .write)
            #expect(health.problem == full)
            health.succeeded(.write)
            #expect(health.problem == nil)
        }
        #expect(told == [.fails(full, count: 1), .works(count: 1)])
        clock.pass(.seconds(60))
        health.failed(full, .write)
        health.succeeded(.write)
        #expect(told.suffix(2) == [.fails(full, count: 100), .works(count: 100)])
    }

    @Test func `is not about what callers get wrong`() {
        let health = health()
        let errors: [StoreError] = [.conflict("taken"), .tooMuch("a long name"), .constraint("UNIQUE"), .tooManyOfUser("10000 queries wait")]
        for error in errors { health.failed(error, .write) }
        health.failed(.tooSlow("canceling statement due to statement timeout"), .read)
        #expect(told == [] && health.problem == nil)
        health.failed(.tooSlow("canceling statement due to lock timeout"), .write)
        #expect(told.count == 1)
    }

    @Test func `stays bad after damage, which other pages do not show`() {
        let health = health(), damage = StoreError.corrupt(path: "/data/harken.db", detail: "database disk image is malformed")
        health.failed(damage, .read)
        health.succeeded(.write)
        health.failed(.busy(path: "/data/harken.db"), .write)
        health.succeeded(.write)
        #expect(health.problem == damage && told == [.fails(damage, count: 1)])
    }

    @Test func `is good again when a read succeeds, unless a change had failed`() {
        let health = health(), away = StoreError.databaseUnavailable("connection refused")
        health.failed(away, .read)
        health.succeeded(.read)
        #expect(health.problem == nil && told == [.fails(away, count: 1), .works(count: 1)])
        health.failed(full, .write)
        health.succeeded(.read)
        #expect(health.problem == full, "a full disk can be read")
        health.succeeded(.write)
        #expect(health.problem == nil)
    }

    @Test func `is told in the order of what happened`() async {
        let health = health()
        await withDiscardingTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for _ in 0..<500 {
                        if thread.isMultiple(of: 2) { health.failed(full, .write) } else { health.succeeded(.write) }
                        clock.pass(.seconds(60))
                    }
                }
            }
        }
        health.succeeded(.write)
        var isBad = false
        for report in told {
            switch report {
            case .fails: isBad = true
            case .works:
                #expect(isBad, "the end of failures is told behind the failures")
                isBad = false
            }
        }
        #expect(!isBad, "the last report is the state")
    }
}
