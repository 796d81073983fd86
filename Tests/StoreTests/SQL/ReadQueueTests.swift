import Dispatch
import HarkenTesting
import Speech
@testable import Store
import Testing

@Suite(.hangLimit) struct `The queue of queries` {
    private let clock = HeldClock(), told = SharedLog(), ann = ID<User>("ann"), bob = ID<User>("bob")

    /// - Parameter user: nil: ann.
    private func add(_ name: String, of user: ID<User>? = nil, to queue: ReadQueue) {
        queue.add(for: user ?? ann) { [told] turn in
            switch turn {
            case .success: told.append("\(name) begins")
            case .failure(.overloaded): told.append("\(name) is refused")
            case .failure(.tooManyOfUser): told.append("\(name) is too much")
            case .failure(let error): told.append("\(name): \(error)")
            }
        }
    }

    @Test func `refuses a query that has waited too long, and begins a later one in its turn`() async throws {
        let queue = ReadQueue(
            of: "harken.db", connections: 1, limits: ReadLimits(maxWaiting: 10, maxWait: .seconds(30)),
            clock: StoreClock(now: { [clock] in clock.now }, sleep: { [clock] in try await clock.sleep(until: $0) }))
        add("first", to: queue)
        add("second", to: queue)
        clock.advance(by: .seconds(29))
        add("third", to: queue)
        #expect(told.entries == ["first begins"])
        clock.advance(by: .seconds(1))
        try await until { told.entries.count > 1 }
        #expect(told.entries == ["first begins", "second is refused"])
        queue.ended(ann, on: 0)
        #expect(told.entries.dropFirst(2) == ["third begins"])
        // The wait of a query that comes after all others have begun is watched, too.
        add("fourth", to: queue)
        clock.advance(by: .seconds(30))
        try await until { told.entries.count > 3 }
        #expect(told.entries.last == "fourth is refused")
    }

    @Test func `refuses a query at once when too many wait: all, or those of its user`() {
        let queue = ReadQueue(of: "harken.db", connections: 1, limits: ReadLimits(maxWaiting: 2))
        for name in ["first", "second", "third"] { add(name, to: queue) }
        #expect(told.entries == ["first begins", "third is too much"])
        for name in ["fourth", "fifth"] { add(name, of: bob, to: queue) }
        #expect(told.entries.dropFirst(2) == ["fifth is refused"], "all places are taken, one of them by bob")
        queue.ended(ann, on: 0)
        #expect(told.entries.last == "second begins")
    }

    @Test func `tells a query that has waited behind its user's own queries so`() async throws {
        let queue = ReadQueue(
            of: "harken.db", connections: 1, limits: ReadLimits(maxWaiting: 10, maxWait: .seconds(30)),
            clock: StoreClock(now: { [clock] in clock.now }, sleep: { [clock] in try await clock.sleep(until: $0) }))
        for name in ["first", "second", "third"] { add(name, to: queue) }
        queue.ended(ann, on: 0)
        #expect(told.entries == ["first begins", "second begins"])
        clock.advance(by: .seconds(30))
        try await until { told.entries.count > 2 }
        #expect(told.entries.last == "third is too much")
    }

    @Test func `limits a user's queries that wait for SQLite, which is not a failure of the store`() async throws {
        let folder = TemporaryFolder(), path = folder.path(of: "harken.db"), health = StoreHealth(), ann = ann, told = told
        health.tell { report in told.append("\(report)") }
        _ = try SQLiteDatabase(in: DataDirectory(creating: folder.path))
        let reader = SQLiteReader(try SQLiteConnection.open(path, .readOnly), health)
        let readers = SQLiteReaders([reader], of: path, health, limits: ReadLimits(maxWaiting: 2))
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await readers.run(for: ann) { (_) throws(StoreError) in
                    told.append("first")
                    gate.wait()
                }
            }
            do {
                defer { gate.signal() }
                try await until { told.entries == ["first"] }
                for _ in 0..<2 {
                    group.addTask {
                        do throws(StoreError) {
                            try await readers.run(for: ann) { (_) throws(StoreError) in told.append("later") }
                        } catch {
                            guard case .tooManyOfUser = error else { throw error }
                            told.append("refused")
                        }
                    }
                }
                try await until { told.entries.count > 1 }
            }
            try await group.waitForAll()
        }
        #expect(told.entries == ["first", "refused", "later"])
        #expect(health.problem == nil)
    }
}
