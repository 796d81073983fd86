import Framing
import HarkenTesting
import Testing

@Suite(.hangLimit) struct `Uploads behind a proxy` {
    @Test func `have an address of the scheme that a trusted proxy names`() async throws {
        for (proxies, scheme) in [("127.0.0.1", "https"), ("192.0.2.1", "http")] {
            try await TestGateway.with(keys: ["good"], settings: ["HARKEN_TRUSTED_PROXIES": proxies]) { gateway in
                let headers: HTTPHeaders = ["Authorization": "good", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"]
                let answer = try await gateway.send(.post, "/v2/upload", headers: headers, body: [1, 2])
                #expect(answer.text.contains("\"\(scheme)://"), "\(answer)")
            }
        }
    }
}
