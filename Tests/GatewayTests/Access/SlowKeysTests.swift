import HarkenTesting
import Speech
import Framing
import Gateway
import Net
import Testing

@Suite(.hangLimit) struct `A key store that is slow` {
    @Test func `holds up nobody but the caller who waits for it`() async throws {
        let keys = TestKeys(valid: ["quick", "slow"], slow: "slow")
        try await TestGateway.with(keys: keys) { gateway in
            async let waiting = gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer slow"])
            try await until { keys.slowReadings == 1 }
            // The same loop answers another caller while the store still reads.
            #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer quick"]).status == 200)
            #expect(keys.slowReadings == 1)
            keys.letSlow()
            #expect(try await waiting.status == 200)
        }
    }
}
