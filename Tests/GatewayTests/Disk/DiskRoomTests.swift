import Framing
import HarkenTesting
import Store
import Testing

@Suite(.hangLimit) struct `The room on the disk` {
    private static let scarce = DiskSpace(free: 900_000_000, total: 8_000_000_000)

    @Test func `is in the state of readiness, which stays ready`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), disk: Self.scarce) { gateway in
            let ready = try await gateway.send(.get, "/ready")
            #expect(ready.status == 200 && ready.text.contains(#""store":"ok","disk":"low","#), "\(ready.text)")
        }
    }

    @Test func `is among the metrics`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), disk: Self.scarce) { gateway in
            let text = try await gateway.send(.get, "/metrics").text
            #expect(text.contains("\nharken_disk_free_bytes{disk=\"data\"} 900000000\n"))
            #expect(text.contains("\nharken_disk_size_bytes{disk=\"data\"} 8000000000\n"))
            try await until { try await gateway.send(.get, "/metrics").text.contains("\nharken_data_bytes{part=\"database\"} ") }
            #expect(try await gateway.send(.get, "/metrics").text.contains("\nharken_database_free_bytes "))
        }
    }

    @Test func `is told to administrators only`() async throws {
        let keys = TestKeys(valid: ["whole", "operator"], scopesOf: ["operator": ["admin"]])
        try await TestGateway.with(keys: keys, disk: Self.scarce) { gateway in
            let refused = try await gateway.send(.get, "/api/v1/admin/storage", headers: ["Authorization": "Bearer whole"])
            #expect(refused.status == 403 && !refused.text.contains("bytes"))
            let answer = try await gateway.send(.get, "/api/v1/admin/storage", headers: ["Authorization": "Bearer operator"])
            let storage = try JSONValue(parsing: Array(answer.text.utf8))
            #expect(storage["state"] == "low")
            let disk: JSONValue = [
                "path": .string(gateway.directory), "state": "low", "free_bytes": 900_000_000, "size_bytes": 8_000_000_000,
            ]
            #expect(storage["disks"] == [disk])
        }
    }
}
