import Framing
import Net
import Testing

@Suite struct `CORS policy` {
    private func request(_ method: HTTPMethod, _ headers: HTTPHeaders) throws -> HTTPRequestHead {
        try HTTPRequestHead(method, "/", headers: headers)
    }

    @Test func `answers a preflight request of an allowed origin`() throws {
        let policy = CORSPolicy(origins: .listed(["https://a.example"]), methods: [.get, .post])
        let preflight = try request(
            .options, ["Origin": "https://a.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a, x-b"])
        let answer = try #require(policy.preflightAnswer(to: preflight))
        #expect(answer.status == .noContent)
        #expect(answer.headers["Access-Control-Allow-Origin"] == "https://a.example")
        #expect(answer.headers["Vary"] == "Origin")
        #expect(answer.headers["Access-Control-Allow-Methods"] == "GET, POST")
        #expect(answer.headers["Access-Control-Allow-Headers"] == "x-a, x-b")
        #expect(answer.headers["Access-Control-Max-Age"] == "600")
    }

    @Test func `rejects a preflight request of another origin`() throws {
        let policy = CORSPolicy(origins: .listed(["https://a.example"]))
        let preflight = try request(.options, ["Origin": "https://b.example", "Access-Control-Request-Method": "POST"])
        #expect(policy.preflightAnswer(to: preflight) == HTTPResponseHead(.forbidden))
        #expect(policy.headers(for: preflight) == [:])
    }

    @Test func `leaves other requests to the service`() throws {
        let policy = CORSPolicy(origins: .any, exposedHeaders: ["X-Id"])
        #expect(try policy.preflightAnswer(to: request(.options, [:])) == nil)
        #expect(try policy.preflightAnswer(to: request(.get, ["Origin": "https://a.example"])) == nil)
        #expect(try policy.headers(for: request(.get, [:])) == [:])
        let headers = try policy.headers(for: request(.get, ["Origin": "https://a.example"]))
        #expect(headers["Access-Control-Allow-Origin"] == "*")
        #expect(headers["Access-Control-Expose-Headers"] == "X-Id")
    }
}
