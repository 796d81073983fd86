@testable import Store
import Testing

@Suite struct `The waits for a PostgreSQL database` {
    @Test func `are counted from the turn of the work, unless the database is away by then`() {
        let asked = ContinuousClock.now, turn = asked + .seconds(25)
        #expect(PostgresPool.deadline(asked: asked, turn: turn, isAway: false) == turn + .seconds(10))
        #expect(PostgresPool.deadline(asked: asked, turn: turn, isAway: true) == asked + .seconds(10))
    }

    @Test func `end for all work when a connection is made`() {
        let reconnection = PostgresReconnection()
        #expect(!reconnection.isAway)
        reconnection.note(isConnected: false)
        reconnection.note(isConnected: false)
        #expect(reconnection.isAway)
        reconnection.note(isConnected: true)
        #expect(!reconnection.isAway)
    }
}
