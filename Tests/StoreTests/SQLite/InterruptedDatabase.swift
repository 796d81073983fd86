import Speech
import Synchronization

@testable import Store

/// A database between whose writes, or in whose erasures, something else happens, as other work of the gateway does it, or another process.
final class InterruptedDatabase: SQLDatabase {
    typealias Interruption = @Sendable () async throws(StoreError) -> Void

    private struct Plan: Sendable {
        /// Number of writes before the interruption.
        var writes: Int
        let interruption: Interruption
    }

    private let database: any SQLDatabase
    private let plan = Mutex<Plan?>(nil)
    private let afterEmptying = Mutex<Interruption?>(nil)

    init(_ database: any SQLDatabase) { self.database = database }

    /// Does something once, before the write that comes after some writes from now on.
    func interrupt(after writes: Int, _ interruption: @escaping Interruption) {
        plan.withLock { $0 = Plan(writes: writes, interruption: interruption) }
    }

    /// Does something each time that an erasure has emptied the log, before it removes its record; nil: nothing from now on.
    func interruptErasures(_ interruption: Interruption?) { afterEmptying.withLock { $0 = interruption } }

    private func due() -> Interruption? {
        plan.withLock { plan -> Interruption? in
            guard let next = plan else { return nil }
            guard next.writes == 0 else {
                plan?.writes -= 1
                return nil
            }
            plan = nil
            return next.interruption
        }
    }

    func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        if let interruption = due() { try await interruption() }
        return try await database.write(isolation, body)
    }

    func read<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await database.read(for: user, body)
    }

    var health: StoreHealth { database.health }
    var words: any WordIndex { database.words }
    func makeReader(for use: SQLReaderUse) throws(StoreError) -> any SQLReader { try database.makeReader(for: use) }
    func eraseDeletions(ofWords: Bool) async throws(StoreError) { try await database.eraseDeletions(ofWords: ofWords) }
    func settle() async throws(StoreError) { try await database.settle() }
    func emptyLog() async throws(StoreError) -> Bool {
        let isEmpty = try await database.emptyLog()
        if let interruption = afterEmptying.withLock({ $0 }) { try await interruption() }
        return isEmpty
    }
    func giveUpRoom() -> Bool { database.giveUpRoom() }
    func keepRoom() async { await database.keepRoom() }
    func gatherStatistics() async throws(StoreError) { try await database.gatherStatistics() }
}
