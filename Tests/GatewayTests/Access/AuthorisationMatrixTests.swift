import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

/// Each route, asked over a real socket by each kind of caller.
@Suite(.timeLimit(.minutes(5))) struct `The authorisation matrix` {
    enum Visitor: String, CaseIterable {
        case nobody, wrongKey, revokedKey, expiredKey, expiredToken, tokenForOthers, tokenOfOthers
        case otherKey, otherToken
        case rightToken, rightKey

        var isLetIn: Bool { isStranger || self == .rightKey || self == .rightToken }
        var isStranger: Bool { self == .otherKey || self == .otherToken }
    }

    /// Things of the matrix's user.
    struct Things {
        var session: String
        var transcript: String

        func named(in text: String) -> String {
            text.replacing("SESSION", with: session).replacing("TRANSCRIPT", with: transcript).replacing("CONVERSATION", with: "conversation-1")
                .replacing("LATER", with: "conversation-2").replacing("SEGMENT", with: "segment-2").replacing("PERSON", with: "person-1")
                .replacing("FRIEND", with: "person-2")
        }
    }

    private static let routes = GatewayService.routes.map { ($0.kind == .webSocket ? "WebSocket" : $0.method.rawValue) + " " + $0.path }

    @Test func `names every route there is, and no other`() {
        #expect(Set(Self.routes) == Set(RouteExpectation.all.keys))
        #expect(Self.routes.count == Set(Self.routes).count)
    }

    @Test(arguments: routes)
    func `holds`(route: String) async throws {
        let expectation = try #require(RouteExpectation.all[route], "say in RouteExpectation who may call \(route)")
        try await TestIssuer.with { issuer in
            let user = TokenClaims.user("alice", of: issuer.url).rawValue
            let keys = TestKeys(valid: ["right", "other", "revoked", "expired"], users: ["right": user, "other": "somebody"])
            keys.revoke("revoked")
            keys.expire("expired")
            let recorded = Transcript(
                rate: .speech, length: SampleCount(16_000), language: LanguageTag("en"), model: "scripted-1",
                channels: [.init(words: [], segments: [])])
            try await TestGateway.with(ScriptedEngine(transcript: .success(recorded)), keys: keys, settings: issuer.settings) { gateway in
                let things = try await things(gateway, for: expectation)
                try await gateway.keepMemories(of: ID(user))
                for visitor in Visitor.allCases {
                    let shown = try credential(of: visitor, issuer)
                    let expected =
                        !visitor.isLetIn
                        ? expectation.refused ?? expectation.admitted
                        : visitor.isStranger ? expectation.stranger ?? expectation.admitted : expectation.admitted
                    let (outcome, text) = try await ask(gateway, route, expectation, things, showing: shown)
                    let isGone = expectation.happensOnce && visitor == .rightKey
                    #expect(outcome == expected || isGone, "\(route) by \(visitor.rawValue): \(text)")
                    guard let secret = expectation.secret, !(visitor.isLetIn && !visitor.isStranger) else { continue }
                    #expect(!text.contains(things.named(in: secret)), "\(route) by \(visitor.rawValue): \(text)")
                }
                try await gateway.sessionsEnd()
            }
        }
    }

    private func credential(of visitor: Visitor, _ issuer: TestIssuer) throws -> String? {
        switch visitor {
        case .nobody: nil
        case .wrongKey: "hk_wrong"
        case .revokedKey: "revoked"
        case .expiredKey: "expired"
        case .expiredToken: try issuer.token(expiresIn: -60)
        case .tokenForOthers: try issuer.token(audience: "another-app")
        case .tokenOfOthers: try issuer.token(by: .elliptic(issuer.key.identifier))
        case .otherKey: "other"
        case .otherToken: try issuer.token(subject: "bob")
        case .rightToken: try issuer.token()
        case .rightKey: "right"
        }
    }

    private func ask(
        _ gateway: TestGateway, _ route: String, _ expectation: RouteExpectation, _ things: Things, showing credential: String?
    ) async throws -> (RouteExpectation.Outcome, String) {
        var headers: HTTPHeaders = [:]
        if let credential { headers.set("Authorization", "Bearer " + credential) }
        let target = things.named(in: expectation.target)
        guard route.hasPrefix("WebSocket") else {
            let method = HTTPMethod(String(route.prefix { $0 != " " }))
            let body = expectation.body.map { Array(things.named(in: $0).utf8) }
            let answer = try await gateway.send(method, target, headers: headers, body: body)
            return (.status(answer.status), answer.text)
        }
        do {
            let opening = expectation.opening?.replacing("CREDENTIAL", with: credential ?? "")
            let socket = try await gateway.connect(target, headers: headers, opening: opening)
            // What is refused is refused before this is read.
            socket.close()
            let events = await socket.rest()
            guard case .closed(let code, _)? = events.last else { return (.open, "\(events)") }
            return (code == 1000 ? .open : .closed(Int(code)), "\(events)")
        } catch ConnectError.refused(let head, let body) {
            return (.status(head.status.code), String(decoding: body, as: UTF8.self))
        }
    }

    /// Makes what the route is asked for.
    private func things(_ gateway: TestGateway, for expectation: RouteExpectation) async throws -> Things {
        var things = Things(session: "none", transcript: "none")
        let asked = [expectation.target, expectation.secret ?? ""].joined()
        let headers: HTTPHeaders = ["Authorization": "Bearer right"]
        if asked.contains("SESSION") {
            let socket = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"right"}"#)
            let ready = try #require(await socket.next { $0.contains("session_id") })
            guard case .string(let id)? = try JSONValue(parsing: Array(ready.utf8))["session_id"] else { throw Missing() }
            for _ in 0..<20 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            socket.send(text: #"{"type":"end"}"#)
            _ = await socket.rest()
            try await until { try await gateway.send(.get, "/api/v1/sessions/" + id, headers: headers).text.contains("w1") }
            things.session = id
        }
        if asked.contains("TRANSCRIPT") {
            let upload = try JSONValue(parsing: Array(try await gateway.send(.post, "/v2/upload", headers: headers, body: [1, 2, 3, 4]).text.utf8))
            guard case .string(let url)? = upload["upload_url"] else { throw Missing() }
            let order = try await gateway.send(.post, "/v2/transcript", headers: headers, body: Array(#"{"audio_url":"\#(url)"}"#.utf8))
            guard case .string(let id)? = try JSONValue(parsing: Array(order.text.utf8))["id"] else { throw Missing() }
            try await until {
                let text = try await gateway.send(.get, "/v2/transcript/" + id, headers: headers).text
                return text.contains(#""status":"completed""#) || text.contains(#""status":"error""#)
            }
            things.transcript = id
        }
        return things
    }

    private struct Missing: Error {}
}
