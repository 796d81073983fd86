import Conversations
import Framing
import HarkenTesting
import Speech
import Store
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `An export of everything` {
    private let request = "GET /api/v1/users/me/export HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    /// Stores a conversation that is longer than what may wait for a client.
    private func fill(_ gateway: TestGateway) async throws {
        let text = String(repeating: "harbour ", count: 2_000)
        let segments = (0..<800).map { Segment(id: ID("s\($0)"), text: text + "\($0).", start: .seconds($0), end: .seconds($0 + 1)) }
        _ = try await gateway.store().begin(
            Conversation(
                id: ID("long"), user: .local, status: .completed, source: "test", started: TestGateway.time, finished: TestGateway.time,
                segments: segments))
    }

    @Test func `waits for its reader, is whole, and is one at a time`() async throws {
        try await TestGateway.with { gateway in
            try await fill(gateway)
            let slow = try RawConnection(port: gateway.port)
            try slow.send(request)
            _ = try await slow.receive { $0.contains("\r\n\r\n") }
            let second = try await gateway.send(.get, "/api/v1/users/me/export")
            #expect(second.status == 409, "the first one waits for its reader")
            let archive = try await slow.receiveAll()
            #expect(archive.utf8.count > 12_000_000)
            for name in ["harbour 799.", "harken-export/usage.json"] { #expect(archive.contains(name), "\(name)") }
            #expect(archive.hasSuffix("0\r\n\r\n"), "the answer comes to its end")
            // The end of the first one is known a moment after its last byte.
            try await until { try await gateway.send(.get, "/api/v1/users/me/export").status != 409 }
        }
    }
}
