import Speech
import Store
import Synchronization

@testable import Store

/// A database on a disk that is full until the room that is kept for deletions is given up.
final class FullDatabase: SQLDatabase {
    private let database: any SQLDatabase
    private let state = Mutex((isFull: false, hasRoom: false))

    init(_ database: any SQLDatabase) { self.database = database }

    /// Fills the disk. The room for deletions is kept.
    func fill() { state.withLock { $0 = (true, true) } }

    func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        guard !state.withLock({ $0.isFull }) else { throw .diskFull(path: "/data/harken.db") }
        return try await database.write(isolation, body)
    }

    func giveUpRoom() -> Bool {
        state.withLock { state in
            defer { state = (state.isFull && !state.hasRoom, false) }
            return state.hasRoom
        }
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

    func emptyLog() async throws(StoreError) -> Bool { try await database.emptyLog() }
    func keepRoom() async {}
    func gatherStatistics() async throws(StoreError) { try await database.gatherStatistics() }
}
