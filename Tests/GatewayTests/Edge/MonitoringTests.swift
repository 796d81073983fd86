import Framing
import HarkenTesting
import Net
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `Readiness and metrics` {
    private static let paths = ["/ready", "/metrics"]
    private static let page: HTTPHeaders = ["Origin": "https://app.example"]

    @Test(arguments: [[String](), ["good"]]) func `are for no web page`(keys: [String]) async throws {
        try await TestGateway.with(keys: keys) { gateway in
            for path in Self.paths {
                for method in [HTTPMethod.get, .options, .delete] {
                    var headers = Self.page
                    if method == .options { headers.add("Access-Control-Request-Method", "GET") }
                    let answer = try await gateway.send(method, path, headers: headers)
                    #expect(!answer.headers.fields.contains { $0.name.lowercased().hasPrefix("access-control-") }, "\(method) \(path): \(answer)")
                }
            }
            #expect(try await gateway.send(.get, "/health", headers: Self.page).headers["Access-Control-Allow-Origin"] == "*")
        }
    }

    @Test func `keep to this machine while no key exists`() async throws {
        try await TestGateway.with { gateway in
            for path in Self.paths {
                #expect(try await gateway.send(.get, path).status == 200)
                let rejected: [HTTPHeaders] = [Self.page, ["Host": "rebound.example"], ["X-Forwarded-For": "203.0.113.9"]]
                for headers in rejected {
                    let answer = try await gateway.send(.get, path, headers: headers)
                    #expect(answer.status == 403 && !answer.text.contains("harken_"), "\(headers): \(answer)")
                }
            }
        }
    }

    @Test func `need a key when the operator asks for one`() async throws {
        let keys = TestKeys(valid: ["good"])
        try await TestGateway.with(keys: keys, settings: ["HARKEN_METRICS_KEY": "true"]) { gateway in
            for path in Self.paths {
                let nobody = try await gateway.send(.get, path).status
                let wrong = try await gateway.send(.get, path, headers: ["Authorization": "Bearer wrong"]).status
                let good = try await gateway.send(.get, path, headers: ["Authorization": "Bearer good"]).status
                #expect([nobody, wrong, good] == [401, 401, 200], "\(path)")
            }
        }
        try await TestGateway.with(keys: TestKeys(valid: ["mic"], scopes: ["listen"]), settings: ["HARKEN_METRICS_KEY": "true"]) { gateway in
            let status = try await gateway.send(.get, "/metrics", headers: ["Authorization": "Bearer mic"]).status
            #expect(status == 403)
        }
        try await TestGateway.with(settings: ["HARKEN_METRICS_KEY": "true"]) { gateway in
            let status = try await gateway.send(.get, "/metrics").status
            #expect(status == 200)
        }
        try await TestIssuer.with { issuer in
            var settings = issuer.settings
            settings["HARKEN_METRICS_KEY"] = "true"
            try await TestGateway.with(keys: TestKeys(valid: []), settings: settings) { gateway in
                let token = try issuer.token()
                #expect(try await gateway.send(.get, "/metrics", headers: ["Authorization": "Bearer " + token]).status == 403)
            }
        }
    }

    @Test func `have an address of their own where the operator wants that`() async throws {
        try await TestGateway.with(keys: ["good"], settings: ["HARKEN_METRICS_LISTEN": "127.0.0.1:0"]) { gateway in
            let server = HTTPServer(loops: gateway.group.loops, service: gateway.monitoring)
            let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
            func status(_ path: String, _ headers: HTTPHeaders = [:]) async throws -> Int {
                try await gateway.client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(port)\(path)", headers: headers)).status.code
            }
            for path in Self.paths {
                #expect(try await gateway.send(.get, path).status == 404)
                #expect(try await status(path) == 200)
            }
            #expect(try await gateway.send(.get, "/health").status == 200)
            #expect(try await status("/health") == 200)
            // Nothing else is there, with a key neither.
            for path in ["/v1/models", "/api/v1/openapi.json", "/v1/listen"] {
                #expect(try await status(path, ["Authorization": "Bearer good"]) == 404)
            }
            server.stop()
            await server.drained()
        }
    }
}
