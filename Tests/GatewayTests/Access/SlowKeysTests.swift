import Speech
import Framing
import Gateway
import Net
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A key store that is slow` {
    @Test func `holds up nobody but the caller who waits for it`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["quick", "slow"], slow: "slow")) { gateway in
            // The loop's other client has its connection already.
            #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer quick"]).status == 200)
            async let waiting = gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer slow"])
            try await Task.sleep(for: .milliseconds(100))
            let began = Instant.now
            #expect(try await gateway.send(.get, "/v1/models", headers: ["Authorization": "Bearer quick"]).status == 200)
            #expect(Instant.now - began < .milliseconds(250))
            #expect(try await waiting.status == 200)
        }
    }
}
