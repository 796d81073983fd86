import Framing
import HarkenTesting
import Net
import Speech
import Testing

@testable import Gateway

@Suite(.hangLimit) struct `Every answer` {
    /// What is the same for everybody.
    private static let open: Set<String> = ["GET /api/v1/openapi.json", "GET /", "GET /captions", "GET /docs", "GET /console/*"]

    private func check(_ headers: HTTPHeaders, _ name: String, isOpen: Bool = false) {
        #expect(headers.values("X-Content-Type-Options") == ["nosniff"], "\(name)")
        let caching = headers.values("Cache-Control")
        #expect(caching.count == 1 && (isOpen || caching[0].contains("no-store")), "\(name): \(caching)")
    }

    @Test func `is of the type that it says, and is stored nowhere`() async throws {
        try await TestGateway.with(keys: ["right"]) { gateway in
            try await gateway.keepMemories(of: ID("user"))
            for route in gateway.routes {
                let expectation = try #require(RouteExpectation.all[route])
                let isSocket = route.hasPrefix("WebSocket")
                let method = isSocket ? HTTPMethod.get : HTTPMethod(String(route.prefix { $0 != " " }))
                let target = expectation.target.replacing("CONVERSATION", with: "conversation-1").replacing("PERSON", with: "person-1")
                    .replacing("SEGMENT", with: "segment-2")
                for credential in ["Bearer right", nil] {
                    var headers: HTTPHeaders = [:]
                    if let credential { headers.set("Authorization", credential) }
                    let answer = try await gateway.send(method, target, headers: headers, body: expectation.body.map { Array($0.utf8) })
                    check(answer.headers, "\(route) by \(credential ?? "nobody"): \(answer.status)", isOpen: Self.open.contains(route))
                }
                for (method, name) in [(HTTPMethod.options, "OPTIONS"), (HTTPMethod("ODD"), "ODD"), (.head, "HEAD")] {
                    let answer = try await gateway.send(method, target, headers: ["Authorization": "Bearer right"])
                    check(answer.headers, "\(name) \(route)", isOpen: Self.open.contains(route))
                }
                let preflight = try await gateway.send(
                    .options, target, headers: ["Origin": "https://app.example", "Access-Control-Request-Method": "POST"])
                check(preflight.headers, "preflight of \(route)")
            }
            check(try await gateway.send(.get, "/nowhere").headers, "nowhere")
        }
    }

    @Test func `to a request that HTTP forbids is no other`() async throws {
        try await TestGateway.with { gateway in
            let answer = try await gateway.send(.get, "/v1/listen", headers: ["Connection": "Upgrade", "Upgrade": "websocket"])
            #expect(answer.status == 426)
            #expect(answer.headers["X-Content-Type-Options"] == "nosniff", "\(answer.headers)")
            let long = try await gateway.send(.get, "/" + String(repeating: "a", count: 40_000))
            #expect(long.status == 414)
            check(long.headers, "a long path")
        }
    }

    @Test func `about the API is made once, and has a tag`() async throws {
        try await TestGateway.with { gateway in
            let path = "/api/v1/openapi.json"
            let first = try await gateway.send(.get, path), second = try await gateway.send(.get, path)
            let tag = try #require(first.headers["ETag"])
            #expect(first.status == 200 && first.text == second.text && second.headers["ETag"] == tag)
            let again = try await gateway.send(.get, path, headers: ["If-None-Match": "\"other\", \(tag)"])
            #expect(again.status == 304 && again.text.isEmpty)
            #expect(try await gateway.send(.get, path, headers: ["If-None-Match": "\"other\""]).status == 200)
        }
    }
}
