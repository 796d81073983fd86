import Framing
import HarkenTesting
import Net
@testable import Observability
import Speech
@testable import Store
import Testing

@Suite(.hangLimit) struct `The routes` {
    @Test func `answer for the process and its engines`() async throws {
        try await TestGateway.with(settings: ["HARKEN_MAX_CONNECTIONS": "7"]) { gateway in
            #expect(try await gateway.send(.get, "/health").text == #"{"status":"ok","version":"0"}"#)
            #expect(try await gateway.send(.get, "/health").headers["Server"] == "harken/0")
            let ready = try await gateway.send(.get, "/ready").text
            #expect(ready == #"{"status":"ready","store":"ok","disk":"ok","sessions":{"open":0,"capacity":7},"engines":{"scripted":"ready"}}"#)
            let metrics = try await gateway.send(.get, "/metrics")
            #expect(metrics.headers["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(metrics.text.contains("harken_sessions_open 0"))
            #expect(metrics.text.contains(#"harken_build_info{version="0"} 1"#))
            #expect(metrics.text.contains(#"harken_engine_up{engine="scripted"} 1"#))
            for name in ["resident_memory_bytes", "cpu_seconds_total", "open_fds", "max_fds", "start_time_seconds"] {
                #expect(metrics.text.contains("\nprocess_\(name) "))
            }
            #expect(metrics.text.contains(#"harken_http_requests_total{route="/health",status="200"} 2"#))
        }
    }

    @Test func `tell that the store fails, and why in the log`() async throws {
        let lines = SharedLog(), log = Log(level: .error, write: { lines.append($0) })
        try await TestGateway.with(keys: TestKeys(valid: []), log: log) { gateway in
            #expect(try await gateway.send(.get, "/metrics").text.contains("\nharken_store_usable 1\n"))
            // Damage stays: no other use of the store takes it back.
            gateway.storeHealth.failed(.corrupt(path: "/data/harken.db", detail: "row 7 is missing"), .read)
            let ready = try await gateway.send(.get, "/ready")
            #expect(ready.status == 200 && ready.text.contains(#""store":"damaged""#), "\(ready.text)")
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains("\nharken_store_usable 0\n"))
            #expect(metrics.contains(#"harken_store_errors_total{cause="damaged"} 1"#))
            let line = try #require(lines.entries.first { $0.contains("the store cannot be used") }, "\(lines.entries)")
            #expect(line.contains("row 7 is missing") && line.contains("/data/harken.db"), "\(line)")
        }
    }

    @Test(arguments: [
        (HTTPMethod.get, "/nowhere", 404, "not_found"), (.delete, "/health", 405, "method_not_allowed"), (.put, "/v1/listen", 405, "err_code"),
        (.get, "/v1/listen", 400, "WebSocket"), (.get, "/v1/models/none", 404, "model_not_found"),
        (.post, "/v1/audio/translations", 400, "translate"),
        (.post, "/v1/audio/transcriptions", 400, "multipart"),
    ])
    func `say no in the words of who is asked`(method: HTTPMethod, path: String, status: Int, word: String) async throws {
        try await TestGateway.with { gateway in
            let answer = try await gateway.send(method, path, body: method == .post ? [] : nil)
            #expect(answer.status == status)
            #expect(answer.text.contains(word), "\(answer.text)")
            #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
        }
    }

    @Test func `answer OPTIONS, preflights and HEAD`() async throws {
        try await TestGateway.with { gateway in
            let options = try await gateway.send(.options, "/v1/listen")
            #expect(options.status == 204 && options.headers["Allow"]?.contains("POST") == true)
            let preflight = try await gateway.send(
                .options, "/v1/listen", headers: ["Origin": "https://app.example", "Access-Control-Request-Method": "POST"])
            #expect(preflight.status == 204 && preflight.headers["Access-Control-Allow-Origin"] == "*")
            let head = try await gateway.send(.head, "/health")
            #expect(head.status == 200 && head.text.isEmpty && head.headers["Content-Length"] == "29")
        }
    }

    @Test func `take nothing from foreign pages or names while no key exists`() async throws {
        try await TestGateway.with { gateway in
            let headers: [HTTPHeaders] = [
                [:], ["Origin": "http://localhost:3000"], ["Origin": "https://evil.example"], ["Host": "rebound.example"],
            ]
            var statuses: [Int] = []
            for headers in headers { statuses.append(try await gateway.send(.get, "/v1/models", headers: headers).status) }
            #expect(statuses == [200, 200, 403, 403])
        }
    }
}
