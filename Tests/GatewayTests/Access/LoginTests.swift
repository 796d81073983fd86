import Framing
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A page that logs in` {
    private static let own: HTTPHeaders = ["Sec-Fetch-Site": "same-origin"]

    /// Logs in and returns the cookie with which a browser would go on.
    private func cookie(_ gateway: TestGateway, key: String, headers: HTTPHeaders = own) async throws -> String {
        let answer = try await gateway.send(.post, "/api/v1/login", headers: headers, body: Array(#"{"key":"\#(key)"}"#.utf8))
        #expect(answer.status == 204 && answer.text.isEmpty, "\(answer.text)")
        let set = try #require(answer.headers["Set-Cookie"])
        #expect(set.contains("; HttpOnly; SameSite=Strict") && set.contains("Max-Age=43200") && !set.contains(key))
        return String(set.prefix { $0 != ";" })
    }

    private func status(_ gateway: TestGateway, _ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders, body: String? = nil) async throws -> Int
    {
        try await gateway.send(method, path, headers: headers, body: body.map { Array($0.utf8) }).status
    }

    @Test func `reads, changes and gets tickets by its cookie`() async throws {
        try await TestGateway.with(keys: ["hk_good_for_a_page"]) { gateway in
            let cookie = try await cookie(gateway, key: "hk_good_for_a_page")
            let headers: HTTPHeaders = ["Cookie": cookie, "Sec-Fetch-Site": "same-origin"]
            #expect(try await gateway.send(.get, "/api/v1/users/me", headers: headers).text == #"{"id":"user"}"#)
            #expect(try await status(gateway, .post, "/api/v1/people", headers, body: #"{"name":"Anna"}"#) == 201)
            #expect(try await status(gateway, .get, "/v1/models", headers) == 200)
            #expect(try await status(gateway, .post, "/api/v1/tickets", headers, body: #"{"path":"/v1/listen"}"#) == 200)
            #expect(try await status(gateway, .get, "/api/v1/users/me", ["Authorization": "Bearer wrong", "Cookie": cookie]) == 401)
        }
    }

    @Test func `opens a WebSocket by its cookie`() async throws {
        try await TestGateway.with(keys: ["hk_good_for_a_page"]) { gateway in
            let cookie = try await cookie(gateway, key: "hk_good_for_a_page")
            let path = "/v1/listen?encoding=linear16&sample_rate=16000"
            let socket = try await gateway.connect(path, headers: ["Cookie": cookie, "Origin": "http://127.0.0.1:\(gateway.port)"])
            socket.close()
            _ = await socket.rest()
            let web = try await gateway.connect(
                "/v4/listen?codec=pcm16&sample_rate=16000", headers: ["Cookie": cookie, "Sec-Fetch-Site": "same-origin"])
            web.send(binary: [UInt8](repeating: 64, count: 64_000))
            #expect(await web.next { $0.contains("w1") } != nil)
            web.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test func `is not served when another site's page makes its requests`() async throws {
        try await TestGateway.with(keys: ["hk_good_for_a_page"]) { gateway in
            let cookie = try await cookie(gateway, key: "hk_good_for_a_page")
            for fields in [["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "cross-site"], ["Origin": "https://evil.example"], [:]] {
                var headers: HTTPHeaders = ["Cookie": cookie]
                for (name, value) in fields { headers.add(name, value) }
                #expect(try await status(gateway, .post, "/api/v1/people", headers, body: #"{"name":"Anna"}"#) == 401, "\(fields)")
            }
            for fields in [["Origin": "https://evil.example"], [:]] {
                var headers: HTTPHeaders = ["Cookie": cookie]
                for (name, value) in fields { headers.add(name, value) }
                do {
                    _ = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: headers)
                    Issue.record("opened with \(fields)")
                } catch WebSocketConnectError.rejected(let head, _) {
                    #expect(head.status.code == 401)
                }
            }
            let foreign: HTTPHeaders = ["Origin": "https://evil.example", "Cookie": cookie]
            #expect(try await status(gateway, .post, "/api/v1/login", foreign, body: #"{"key":"hk_good_for_a_page"}"#) == 403)
            #expect(try await status(gateway, .post, "/api/v1/logout", foreign) == 403)
        }
    }

    @Test func `is out once it logs out, or its key was revoked`() async throws {
        let keys = TestKeys(valid: ["hk_good_for_a_page", "hk_other_for_a_page"])
        try await TestGateway.with(keys: keys) { gateway in
            let one = try await cookie(gateway, key: "hk_good_for_a_page"), two = try await cookie(gateway, key: "hk_other_for_a_page")
            func headers(_ cookie: String) -> HTTPHeaders { ["Cookie": cookie, "Sec-Fetch-Site": "same-origin"] }
            let out = try await gateway.send(.post, "/api/v1/logout", headers: headers(one))
            #expect(out.status == 204 && out.headers["Set-Cookie"]?.hasPrefix("harken_login=; Path=/; Max-Age=0") == true)
            #expect(try await status(gateway, .get, "/api/v1/users/me", headers(one)) == 401)
            #expect(try await status(gateway, .get, "/api/v1/users/me", headers(two)) == 200)
            keys.revoke("hk_other_for_a_page")
            #expect(try await status(gateway, .get, "/api/v1/users/me", headers(two)) == 401)
        }
    }

    @Test func `has the scopes of its key`() async throws {
        let keys = TestKeys(valid: ["device"], scopesOf: ["device": ["read"]])
        try await TestGateway.with(keys: keys) { gateway in
            let headers: HTTPHeaders = ["Cookie": try await cookie(gateway, key: "device"), "Sec-Fetch-Site": "same-origin"]
            #expect(try await status(gateway, .get, "/api/v1/people", headers) == 200)
            #expect(try await status(gateway, .post, "/api/v1/people", headers, body: #"{"name":"Anna"}"#) == 403)
        }
    }

    @Test func `gets a cookie for TLS only behind a proxy that speaks TLS`() async throws {
        try await TestGateway.with(keys: ["hk_good_for_a_page"], settings: ["HARKEN_TRUSTED_PROXIES": "127.0.0.1"]) { gateway in
            let headers: HTTPHeaders = ["X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"]
            let answer = try await gateway.send(.post, "/api/v1/login", headers: headers, body: Array(#"{"key":"hk_good_for_a_page"}"#.utf8))
            #expect(answer.headers["Set-Cookie"]?.hasSuffix("; Secure") == true)
        }
    }

    @Test func `is slowed down when it tries many keys`() async throws {
        try await TestGateway.with(keys: ["hk_good_for_a_page"], settings: ["HARKEN_WRONG_KEY_SECONDS": "0.3"]) { gateway in
            let body = #"{"key":"wrong"}"#
            var statuses: [Int] = []
            for _ in 0..<11 { statuses.append(try await status(gateway, .post, "/api/v1/login", Self.own, body: body)) }
            #expect(statuses == Array(repeating: 401, count: 11))
            #expect(try await gateway.send(.get, "/metrics").text.contains(#"wrong_credentials_total{outcome="delayed"} 1"#))
        }
    }

    @Test func `needs no key where the gateway has none`() async throws {
        try await TestGateway.with { gateway in
            let answer = try await gateway.send(.post, "/api/v1/login", headers: Self.own, body: Array(#"{"key":"any"}"#.utf8))
            #expect(answer.status == 204 && answer.headers["Set-Cookie"] == nil)
            #expect(try await status(gateway, .get, "/api/v1/people", ["Cookie": "harken_login=stale"]) == 200)
        }
    }

    @Test func `of a user of the identity provider is logged in as long as the token holds`() async throws {
        try await TestIssuer.with { issuer in
            try await TestGateway.with(settings: issuer.settings) { gateway in
                let token = try issuer.token(expiresIn: 10_000)
                let answer = try await gateway.send(.post, "/api/v1/login", headers: Self.own, body: Array(#"{"key":"\#(token)"}"#.utf8))
                let set = try #require(answer.headers["Set-Cookie"], "\(answer.text)")
                let age = set.split(separator: "Max-Age=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
                #expect((9_000...10_000).contains(age), "\(set)")
                let headers: HTTPHeaders = ["Cookie": String(set.prefix { $0 != ";" }), "Sec-Fetch-Site": "same-origin"]
                #expect(try await gateway.send(.get, "/api/v1/users/me", headers: headers).text.contains("oidc_"))
            }
        }
    }
}
