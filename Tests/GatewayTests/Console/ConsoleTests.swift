import Console
import Framing
import HarkenTesting
import Net
import Testing

@Suite(.hangLimit) struct `The console` {
    @Test func `is served without a key, and only from itself`() async throws {
        try await TestGateway.with(keys: ["right"]) { gateway in
            for (path, type) in [
                ("/", "text/html; charset=utf-8"), ("/captions", "text/html; charset=utf-8"), ("/docs", "text/html; charset=utf-8"),
                ("/console/app.js", "text/javascript; charset=utf-8"),
                ("/console/style.css", "text/css; charset=utf-8"), ("/console/favicon.svg", "image/svg+xml"),
            ] {
                let answer = try await gateway.send(.get, path)
                #expect(answer.status == 200 && answer.headers["Content-Type"] == type, "\(path)")
                #expect(answer.headers["Cache-Control"] == "no-cache", "\(path)")
                #expect(answer.headers["Content-Security-Policy"]?.hasPrefix("default-src 'self';") == true, "\(path)")
            }
        }
    }

    @Test func `answers what a client has with 304`() async throws {
        try await TestGateway.with { gateway in
            let tag = try #require(try await gateway.send(.get, "/").headers["ETag"])
            let again = try await gateway.send(.get, "/", headers: ["If-None-Match": tag])
            #expect(again.status == 304 && again.text.isEmpty && again.headers["ETag"] == tag)
            #expect(try await gateway.send(.get, "/", headers: ["If-None-Match": "\"other\""]).status == 200)
        }
    }

    @Test func `is compressed for clients that accept gzip`() async throws {
        try await TestGateway.with { gateway in
            let plain = try await gateway.send(.get, "/console/style.css")
            let small = try await gateway.send(.head, "/console/style.css", headers: ["Accept-Encoding": "br, gzip"])
            #expect(small.headers["Content-Encoding"] == "gzip" && small.headers["ETag"] != plain.headers["ETag"])
            #expect(plain.headers["Content-Encoding"] == nil && plain.headers["Vary"]?.contains("Accept-Encoding") == true)
            let length = try #require(small.headers["Content-Length"].flatMap { Int($0) })
            #expect(length < plain.text.utf8.count / 2)
        }
    }

    @Test func `answers HEAD without a body, and a name that it has not with 404`() async throws {
        try await TestGateway.with { gateway in
            let head = try await gateway.send(.head, "/")
            #expect(head.status == 200 && head.text.isEmpty && head.headers["Content-Length"] != "0")
            for path in ["/console/none.js", "/console/", "/console/../app.js"] {
                #expect(try await gateway.send(.get, path).status == 404, "\(path)")
            }
            #expect(try await gateway.send(.post, "/", body: []).status == 405)
        }
    }

    @Test func `of a gateway without keys is not for pages of other sites`() async throws {
        try await TestGateway.with { gateway in
            let loaded = try await gateway.send(.get, "/", headers: ["Sec-Fetch-Site": "same-origin"])
            let followed = try await gateway.send(
                .get, "/", headers: ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"])
            let framed = try await gateway.send(
                .get, "/", headers: ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"])
            let imported = try await gateway.send(.get, "/console/app.js", headers: ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"])
            #expect([loaded.status, followed.status, framed.status, imported.status] == [200, 200, 403, 403])
        }
    }
}
