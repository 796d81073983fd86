import Testing

@testable import harken

@Suite struct `Inherited sockets` {
    @Test func `are those that systemd passes to this process`() throws {
        let sockets = try #require(
            InheritedSockets(environment: ["LISTEN_PID": "7", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "web:metrics:web"], process: 7))
        #expect(sockets.main == [3, 5])
        #expect(sockets.metrics == [4])
        #expect(sockets.claim == nil && sockets.handOver == nil)
    }

    @Test(arguments: [
        [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "8", "LISTEN_FDS": "1"], ["LISTEN_PID": "7", "LISTEN_FDS": "0"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "many"], ["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "metrics"],
    ])
    func `are not those of another process, and none without an address to serve`(environment: [String: String]) {
        #expect(InheritedSockets(environment: environment, process: 7) == nil)
    }
}
