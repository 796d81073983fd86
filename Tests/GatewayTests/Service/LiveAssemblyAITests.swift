import Framing
import Gateway
import HarkenTesting
import Net
import Protocols
import Speech
import Testing

@Suite(.hangLimit) struct `A live AssemblyAI client` {
    private let path = "/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
    private let frame = [UInt8](repeating: 0, count: 3_200)

    @Test func `gets a beginning, turns and an orderly end`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<20 { socket.send(binary: frame) }
            socket.send(text: #"{"type":"Terminate"}"#)
            let events = await socket.rest()
            let messages = events.compactMap { if case .text(let text) = $0 { AssemblyAIServerMessage(parsing: text.utf8.span.bytes) } else { nil } }
            guard case .begin? = messages.first else {
                Issue.record("\(messages)")
                return
            }
            let ends = messages.compactMap { if case .turn(let turn) = $0, turn.endOfTurn { turn } else { nil } }
            #expect(ends.map(\.isFormatted) == [false, true])
            #expect(ends.last?.transcript == "w1 w2")
            guard case .termination(audioSeconds: 2, sessionSeconds: 0...30)? = messages.last else {
                Issue.record("\(messages)")
                return
            }
            #expect(events.last == .closed(1000, ""))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `is warned of a change that its engine ignores`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<5 { socket.send(binary: frame) }
            socket.send(text: #"{"type":"UpdateConfiguration","mode":"max_accuracy","max_turn_silence":900}"#)
            let warning = await socket.next { $0.contains(#""type":"Warning""#) }
            #expect(warning?.contains("mode is ignored") == true)
            // A longer silence stands for it.
            socket.send(text: #"{"type":"UpdateConfiguration","max_turn_silence":100}"#)
            let short = await socket.next { $0.contains(#""type":"Warning""#) }
            #expect(short?.contains("max_turn_silence is ignored") == true)
            socket.send(text: #"{"type":"Terminate"}"#)
            let rest = await socket.rest()
            let warnings = rest.filter { if case .text(let text) = $0 { text.contains(#""type":"Warning""#) } else { false } }
            #expect(warnings.isEmpty, "a setting that Harken sees to is not named")
        }
    }

    @Test func `is told no in its socket`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            for (path, headers, code) in [
                (path, [:], 1008), (path, ["Authorization": "hk_bad"], 1008), (path + "&mode=x", ["Authorization": "hk_good"], 3006),
                (path + "&engine=nobody", ["Authorization": "hk_good"], 3006),
            ] as [(String, HTTPHeaders, UInt16)] {
                let events = await (try gateway.connect(path, headers: headers)).rest()
                #expect(events.count == 2)
                guard case .text(let text)? = events.first, case .closed(code, let reason)? = events.last else {
                    Issue.record("\(events)")
                    return
                }
                #expect(AssemblyAIServerMessage(parsing: text.utf8.span.bytes) == .error(code: Int(code), message: reason))
            }
        }
    }

    @Test func `may connect once with a temporary token`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let answer = try await gateway.send(
                .get, "/v3/token?expires_in_seconds=60&max_session_duration_seconds=600", headers: ["Authorization": "hk_good"])
            let body = try JSONValue(parsing: Array(answer.text.utf8))
            guard case .string(let token)? = body["token"], body["expires_in_seconds"] == 60 else {
                Issue.record("\(answer.text)")
                return
            }
            let socket = try await gateway.connect(path + "&token=" + token)
            #expect(await socket.next { $0.contains(#""type":"Begin""#) } != nil)
            socket.close()
            let again = await (try gateway.connect(path, headers: ["Authorization": token])).rest()
            guard case .closed(1008, _)? = again.last else {
                Issue.record("\(again)")
                return
            }
            try await gateway.sessionsEnd()
        }
    }

    @Test(
        arguments: [
            ("expires_in_seconds=60", "hk_bad", 401), ("expires_in_seconds=60", nil, 401), ("", "hk_good", 400),
            ("expires_in_seconds=601", "hk_good", 400),
            ("expires_in_seconds=60&max_session_duration_seconds=59", "hk_good", 400), ("expires_in_seconds=1", "hk_good", 200),
        ] as [(String, String?, Int)])
    func `gets tokens for its key only`(query: String, key: String?, status: Int) async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let headers: HTTPHeaders = key.map { ["Authorization": $0] } ?? [:]
            let answer = try await gateway.send(.get, "/v3/token?" + query, headers: headers)
            #expect(answer.status == status)
            #expect(answer.text.contains(status == 200 ? "token" : "error"))
        }
    }

    @Test func `of Deepgram's is granted tokens too`() async throws {
        try await TestGateway.with(keys: ["hk_good"]) { gateway in
            let key: HTTPHeaders = ["Authorization": "Token hk_good"]
            let answer = try await gateway.send(.post, "/v1/auth/grant", headers: key, body: Array(#"{"ttl_seconds":60}"#.utf8))
            let body = try JSONValue(parsing: Array(answer.text.utf8))
            guard case .string(let token)? = body["access_token"], body["expires_in"] == 60 else {
                Issue.record("\(answer.text)")
                return
            }
            let bearer: HTTPHeaders = ["Authorization": "bearer " + token]
            for _ in 0..<2 {
                let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000", headers: bearer)
                socket.send(text: #"{"type":"CloseStream"}"#)
                #expect(await socket.rest().last == .closed(1000, ""))
            }
            #expect(try await gateway.send(.post, "/v1/auth/grant", headers: bearer, body: []).status == 401, "tokens make no tokens")
            #expect(try await gateway.send(.post, "/v1/auth/grant", headers: key, body: []).text.contains(#""expires_in":30"#))
            for wrong in [#"{"ttl_seconds":0}"#, #"{"ttl_seconds":"60"}"#, "[]", "{"] {
                #expect(try await gateway.send(.post, "/v1/auth/grant", headers: key, body: Array(wrong.utf8)).status == 400)
            }
            try await gateway.sessionsEnd()
        }
    }
}
