@testable import Admission
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

/// Each route, asked over a real socket by each kind of caller.
@Suite(.hangLimit) struct `The authorisation matrix` {
    enum CallerKind: String, CaseIterable {
        case nobody, wrongKey, revokedKey, expiredKey, expiredToken, tokenForOthers, tokenOfOthers
        case otherKey, otherToken
        /// Keys of the matrix's user that are good for one scope alone.
        case listenKey, transcribeKey, readKey, writeKey, adminKey
        case rightToken, rightKey

        var isLetIn: Bool { isStranger || self == .rightKey || self == .rightToken }
        var scope: String? {
            switch self {
            case .listenKey: "listen"
            case .transcribeKey: "transcribe"
            case .readKey: "read"
            case .writeKey: "write"
            case .adminKey: "admin"
            case .nobody, .wrongKey, .revokedKey, .expiredKey, .expiredToken, .tokenForOthers, .tokenOfOthers, .otherKey, .otherToken, .rightToken,
                .rightKey:
                nil
            }
        }
        var isStranger: Bool { self == .otherKey || self == .otherToken }
    }

    /// Things of the matrix's user.
    struct Things {
        var session = "none"
        var transcript = "none"
        var file = "none"
        var order = "none"
        var job = "none"
        var files = "none"
        var recording = "none"

        func named(in text: String) -> String {
            text.replacing("SESSION", with: session).replacing("TRANSCRIPT", with: transcript).replacing("FILE", with: file).replacing(
                "ORDER", with: order
            ).replacing("CONVERSATION", with: "conversation-1")
                .replacing("LATER", with: "conversation-2").replacing("SEGMENT", with: "segment-2").replacing("PERSON", with: "person-1")
                .replacing("FRIEND", with: "person-2").replacing("JOB", with: job).replacing("SYNC", with: files)
                .replacing("RECORDING", with: recording)
        }
    }

    @Test func `names every route there is, and no other`() async throws {
        try await TestGateway.with { gateway in
            #expect(Set(gateway.routes) == Set(RouteExpectation.all.keys))
            #expect(gateway.routes.count == RouteExpectation.all.count)
            #expect(Set(gateway.erasingRoutes) == Set(RouteExpectation.all.keys.filter(RouteExpectation.erases)))
        }
    }

    @Test(arguments: RouteExpectation.all.keys.sorted())
    func `holds`(route: String) async throws {
        let expectation = try #require(RouteExpectation.all[route], "say in RouteExpectation who may call \(route)")
        try await TestIssuer.with { issuer in
            let user = TokenClaims.user("alice", of: issuer.url).rawValue
            let scoped = CallerKind.allCases.compactMap(\.scope)
            let keys = TestKeys(
                valid: ["right", "other", "revoked", "expired"] + scoped,
                users: Dictionary(uniqueKeysWithValues: [("right", user), ("other", "somebody")] + scoped.map { ($0, user) }),
                scopesOf: Dictionary(uniqueKeysWithValues: scoped.map { ($0, [$0]) }))
            keys.revoke("revoked")
            keys.expire("expired")
            let recorded = Transcript(
                rate: .speech, length: SampleCount(16_000), language: LanguageTag("en"), model: "scripted-1",
                channels: [.init(words: [], segments: [])])
            let listener = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "whispered")] }
            try await TestGateway.with(
                ScriptedEngine(transcript: .success(recorded)), keys: keys, settings: issuer.settings, recorded: [listener]
            ) { gateway in
                await gateway.resumeJobs()
                try await gateway.keepMemories(of: ID(user))
                let things = try await things(gateway, for: expectation)
                for visitor in CallerKind.allCases {
                    let shown = try credential(of: visitor, issuer)
                    if let scope = visitor.scope {
                        let (outcome, text) = try await ask(gateway, route, expectation, things, showing: shown)
                        if expectation.scopes.isEmpty || expectation.scopes.contains(scope) {
                            // What happens once may have happened by the key before.
                            #expect(outcome == expectation.admitted || expectation.happensOnce, "\(route) with scope \(scope): \(text)")
                            #expect(outcome != expectation.forbidden, "\(route) with scope \(scope): \(text)")
                        } else {
                            #expect(outcome == expectation.forbidden, "\(route) with scope \(scope): \(text)")
                        }
                        continue
                    }
                    let expected =
                        !visitor.isLetIn
                        ? expectation.rejected ?? expectation.admitted
                        : expectation.isAdministrative
                            ? expectation.forbidden
                            : visitor.isStranger ? expectation.stranger ?? expectation.admitted : expectation.admitted
                    let (outcome, text) = try await ask(gateway, route, expectation, things, showing: shown)
                    let isGone = expectation.happensOnce && (visitor == .rightKey || visitor == .rightToken)
                    #expect(outcome == expected || isGone, "\(route) by \(visitor.rawValue): \(text)")
                    guard let secret = expectation.secret, !(visitor.isLetIn && !visitor.isStranger) else { continue }
                    #expect(!text.contains(things.named(in: secret)), "\(route) by \(visitor.rawValue): \(text)")
                }
                try await gateway.sessionsEnd()
            }
        }
    }

    private func credential(of visitor: CallerKind, _ issuer: TestIssuer) throws -> String? {
        switch visitor {
        case .nobody: nil
        case .wrongKey: "hk_wrong"
        case .revokedKey: "revoked"
        case .expiredKey: "expired"
        case .expiredToken: try issuer.token(expiresIn: -60)
        case .tokenForOthers: try issuer.token(audience: "another-app")
        case .tokenOfOthers: try issuer.token(by: .elliptic(issuer.key.identifier))
        case .otherKey: "other"
        case .listenKey, .transcribeKey, .readKey, .writeKey, .adminKey: visitor.scope
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
            expectChallenge(answer.status, answer.headers, of: route)
            expectErasure(answer.status, answer.headers, of: route)
            return (.status(answer.status), answer.text)
        }
        do {
            let opening = expectation.opening?.replacing("CREDENTIAL", with: credential ?? "")
            let socket = try await gateway.connect(target, headers: headers, opening: opening)
            // What is rejected is rejected before this is read.
            socket.close()
            let events = await socket.rest()
            guard case .closed(let code, _)? = events.last else { return (.open, "\(events)") }
            return (code == 1000 ? .open : .closed(Int(code)), "\(events)")
        } catch WebSocketConnectError.rejected(let head, let body) {
            expectChallenge(head.status.code, head.headers, of: route)
            return (.status(head.status.code), String(decoding: body, as: UTF8.self))
        }
    }

    /// Every 401 says how a credential is shown (RFC 9110, 11.6.1), and no other answer does.
    private func expectChallenge(_ status: Int, _ headers: HTTPHeaders, of route: String) {
        #expect(headers["WWW-Authenticate"] == (status == 401 ? #"Bearer realm="harken""# : nil), "\(route)")
    }

    /// Every deletion that succeeds names the operation that tells when the bytes are gone, and no other answer does.
    private func expectErasure(_ status: Int, _ headers: HTTPHeaders, of route: String) {
        // This conversation can be restored.
        let isKept = route == "DELETE /api/v1/conversations/{id}"
        let isErasing = (200..<300).contains(status) && RouteExpectation.erases(route) && !isKept
        #expect(headers["X-Harken-Erasure"] == (isErasing ? "/api/v1/erasure" : nil), "\(route)")
    }

    /// Makes what the route is asked for.
    private func things(_ gateway: TestGateway, for expectation: RouteExpectation) async throws -> Things {
        var things = Things()
        let asked = [expectation.target, expectation.secret ?? ""].joined()
        let headers: HTTPHeaders = ["Authorization": "Bearer right"]
        // What it costs is told of it.
        if asked.contains("SESSION") || asked.contains("/usage") {
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
        if asked.contains("FILE") || asked.contains("ORDER") { things.file = try await gateway.uploadFile(headers: headers) }
        if asked.contains("ORDER") {
            things.order = try #require(
                try await gateway.orderTranscription(#""model":"stt-async-v5","file_id":"\#(things.file)""#, headers: headers).string("id"))
            _ = try await gateway.transcription(things.order, headers: headers)
        }
        if asked.contains("JOB") {
            let order = try await gateway.api(.post, "/api/v1/conversations/conversation-1/postprocess", headers: headers)
            things.job = try #require(order.string("job_id"), "\(order.text)")
        }
        if asked.contains("SYNC") {
            let state = try await gateway.synchronize([(OfflineFiles.name(at: 1_710_000_000), OfflineFiles.frames(seconds: 3))], key: "right")
            things.files = try #require(state.string("job_id"), "\(state.text)")
        }
        if asked.contains("RECORDING") { things.recording = try await gateway.startRecording(key: "right") }
        return things
    }

    private struct Missing: Error {}

    @Test func `a session that waits for its client is no other user's to go on with`() async throws {
        let keys = TestKeys(valid: ["right", "other"], users: ["right": "alice", "other": "bob"])
        try await TestGateway.with(ScriptedEngine(), keys: keys) { gateway in
            let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true"
            let mine = try await gateway.connect(path, headers: ["Authorization": "Bearer right"])
            let started = try JSONValue(parsing: Array(try #require(await mine.next { $0.contains("session_started") }).utf8))
            guard case .string(let session)? = started["session_id"] else { throw Missing() }
            mine.send(binary: [UInt8](repeating: 64, count: 64_000))
            #expect(await mine.next { $0.contains("w2") } != nil)
            mine.close(code: 1001)
            let back = path + "&session_id=\(session)&resume_from=0"
            let theirs = try await gateway.connect(back, headers: ["Authorization": "Bearer other"])
            let events = await theirs.rest()
            guard case .closed(4404, _)? = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect("\(events)".contains("session_expired") && !"\(events)".contains("w2"))
            // It waits on for its own.
            let again = try await gateway.connect(back, headers: ["Authorization": "Bearer right"])
            #expect(await again.next { $0.contains("session_resumed") } != nil)
            again.close()
            try await gateway.sessionsEnd()
        }
    }
}
