import Engines
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A live client of the managed proxy` {
    private let path = "/ws/transcribe"
    private let second = [UInt8](repeating: 0, count: 32_000)

    private func auth(_ token: String = "good") -> String {
        #"{"type":"auth","token":"\#(token)","config":{"model":"nova-2","language":"en-US","sample_rate":16000,"channels":1}}"#
    }

    /// Everything but interims.
    private func told(_ events: [TestSocket.Event]) -> [String] {
        events.compactMap { event in
            switch event {
            case .text(let text): text.contains(#""is_final":false"#) ? nil : text
            case .closed(let code, _): "close \(code)"
            }
        }
    }

    @Test func `hears ready first, then its words, then what it used`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["good"])) { gateway in
            let socket = try await gateway.connect(path, opening: auth())
            for _ in 0..<15 { socket.send(binary: Array(second[..<3_200])) }
            socket.send(text: #"{"type":"end"}"#)
            let events = await socket.rest()
            guard case .text(let first) = events.first else {
                Issue.record("\(events)")
                return
            }
            #expect(first.hasPrefix(#"{"type":"ready","session_id":""#) && first.contains(#""model":"scripted-1","seconds_remaining":null"#))
            #expect(
                told(events).dropFirst() == [
                    #"{"type":"transcript","text":"w1","is_final":true,"start":0.0,"end":1.0,"speech_final":false}"#,
                    #"{"type":"transcript","text":"w2","is_final":true,"start":1.0,"end":1.5,"speech_final":true}"#,
                    #"{"type":"session_end","seconds_used":1.5,"reason":"client_end"}"#, "close 1000",
                ])
            try await gateway.sessionsEnd()
        }
    }

    @Test func `leaves nothing behind when it just closes`() async throws {
        let engine = ScriptedEngine()
        try await TestGateway.with(engine) { gateway in
            let socket = try await gateway.connect(path, opening: auth())
            socket.send(binary: second)
            #expect(await socket.next { $0.contains("w1") } != nil)
            socket.close()
            try await gateway.sessionsEnd()
            #expect(engine.openStreams == 0)
        }
    }

    @Test(arguments: [#"{"type":"auth","token":"bad"}"#, #"{"type":"auth","token":""}"#, #"{"type":"auth"}"#])
    func `is told over the socket that its token is no good`(message: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["good"])) { gateway in
            let socket = try await gateway.connect(path, opening: message)
            let events = await socket.rest()
            #expect(events.count == 2 && told(events)[0].contains(#""code":"auth_failed""#), "\(events)")
            #expect(told(events).last == "close 4401")
        }
    }

    @Test func `is told which value of its configuration is wrong`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path, opening: #"{"type":"auth","token":"t","config":{"language":"xx"}}"#)
            let told = told(await socket.rest())
            let first = try #require(told.first)
            #expect(first.contains(#""code":"bad_config""#) && first.contains("language"), "\(told)")
            #expect(told.last == "close 4400")
        }
    }

    @Test func `hears that its audio cannot be, before the close`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path, opening: auth())
            socket.send(binary: [0, 0, 0])
            let told = told(await socket.rest())
            // `ready` may have come before, or not.
            #expect(told.dropLast().last?.contains(#""code":"bad_audio""#) == true, "\(told)")
            #expect(told.last == "close 4400")
            try await gateway.sessionsEnd()
        }
    }

    @Test func `is told what an engine lacks, and no path of the gateway's machine`() async throws {
        let status = EngineStatus.unavailable("/x/a.so is missing")
        try await TestGateway.with(ScriptedEngine(name: .local), status: status, keys: TestKeys(valid: ["good"])) { gateway in
            let told = told(await (try gateway.connect(path, opening: auth())).rest())
            try #require(told.count == 2)
            #expect(told[0].contains(#""code":"not_ready""#) && told[0].contains("a.so is missing"), "\(told)")
            #expect(!told[0].contains("/x/"), "\(told)")
        }
    }

    @Test(arguments: ["https://evil.example", "null"])
    func `from a foreign page is rejected at the upgrade`(origin: String) async throws {
        for (keys, settings) in [(TestKeys(valid: []), [:]), (TestKeys(valid: ["good"]), ["HARKEN_CORS_ORIGINS": "https://app.example"])] {
            try await TestGateway.with(keys: keys, settings: settings) { gateway in
                do {
                    _ = try await gateway.connect(path, headers: ["Origin": origin])
                    Issue.record("was accepted")
                } catch let error as WebSocketConnectError {
                    guard case .rejected(let head, let body) = error else { throw error }
                    #expect(head.status.code == 403)
                    #expect(String(decoding: body, as: UTF8.self).contains(#""type":"error""#))
                }
            }
        }
    }

    @Test func `from a page that may call is served`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), settings: ["HARKEN_CORS_ORIGINS": "https://app.example"]) { gateway in
            for origin in ["https://app.example", "http://127.0.0.1:\(gateway.port)", "http://localhost:3000"] {
                let socket = try await gateway.connect(path, headers: ["Origin": origin], opening: auth())
                #expect(await socket.next { _ in true }?.contains("ready") == true)
                socket.close()
            }
        }
    }

    @Suite(.hangLimit) struct `with counted credit` {
        private let path = "/ws/transcribe"
        private let auth = #"{"type":"auth","token":"good"}"#
        private let tenth = [UInt8](repeating: 0, count: 3_200)

        @Test func `is warned, and ends politely when it has none left`() async throws {
            let keys = TestKeys(valid: ["good"], credit: .milliseconds(2_250))
            try await TestGateway.with(keys: keys, settings: ["HARKEN_CREDIT_WARNINGS": "1,2"]) { gateway in
                let socket = try await gateway.connect(path, opening: auth)
                for _ in 0..<40 { socket.send(binary: tenth) }
                let events = await socket.rest()
                let told = events.compactMap { event in
                    switch event {
                    case .text(let text): text.contains("transcript") ? nil : text.contains("ready") ? "ready" : text
                    case .closed(let code, _): "close \(code)"
                    }
                }
                #expect(
                    told == [
                        "ready", #"{"type":"credits_low","seconds_remaining":1}"#, #"{"type":"credits_low","seconds_remaining":0}"#,
                        #"{"type":"session_end","seconds_used":2.25,"reason":"credits_exhausted"}"#, "close 4402",
                    ])
                #expect(events.contains { if case .text(let text) = $0 { text.contains(#""text":"w3","is_final":true"#) } else { false } })
                try await gateway.sessionsEnd()
                await gateway.settle()
                #expect(keys.credit("good") == .zero)
                let again = try await gateway.connect(path, opening: auth)
                guard case .text(let rejection) = await again.rest().first else { return }
                #expect(rejection.contains(#""code":"no_credits""#))
            }
        }

        @Test func `shares it with the key's other sessions`() async throws {
            let keys = TestKeys(valid: ["good"], credit: .seconds(3))
            try await TestGateway.with(keys: keys) { gateway in
                let one = try await gateway.connect(path, opening: auth), other = try await gateway.connect(path, opening: auth)
                // Each sends more than all that is paid for, so that both run out whichever is heard first.
                for socket in [one, other] {
                    for _ in 0..<40 { socket.send(binary: tenth) }
                }
                var used = 0.0
                for socket in [one, other] {
                    for case .text(let text) in await socket.rest() where text.contains("session_end") {
                        #expect(text.contains("credits_exhausted"))
                        used += Double(text.split(separator: ":")[2].prefix { $0 != "," }) ?? 0
                    }
                }
                #expect(abs(used - 3) < 0.001)
                await gateway.settle()
                #expect(keys.credit("good") == .zero)
            }
        }

        @Test func `may get more while it speaks`() async throws {
            let keys = TestKeys(valid: ["good"], credit: .seconds(1))
            try await TestGateway.with(keys: keys) { gateway in
                let socket = try await gateway.connect(path, opening: auth)
                for _ in 0..<5 { socket.send(binary: tenth) }
                #expect(await socket.next { $0.contains("w1") } != nil)
                keys.topUp("good", .seconds(10))
                await gateway.settle()
                for _ in 0..<15 { socket.send(binary: tenth) }
                socket.send(text: #"{"type":"end"}"#)
                #expect(await socket.next { $0.contains("session_end") } == #"{"type":"session_end","seconds_used":2.0,"reason":"client_end"}"#)
                await gateway.settle()
                #expect(keys.credit("good") == .seconds(9))
            }
        }

        @Test func `in another dialect hears of it in its own words`() async throws {
            try await TestGateway.with(keys: TestKeys(valid: ["good"], credit: .milliseconds(500))) { gateway in
                let path = "/v1/listen?encoding=linear16&sample_rate=16000&model=nova-3"
                let socket = try await gateway.connect(path, headers: ["Authorization": "Token good"])
                for _ in 0..<10 { socket.send(binary: tenth) }
                let events = await socket.rest()
                #expect(events.contains { if case .text(let text) = $0 { text.contains("no credit left") } else { false } })
                do {
                    _ = try await gateway.connect(path, headers: ["Authorization": "Token good"])
                    Issue.record("was accepted")
                } catch let error as WebSocketConnectError {
                    guard case .rejected(let head, _) = error else { throw error }
                    #expect(head.status.code == 402)
                }
            }
        }

        @Test func `ends within seconds when its key is taken back`() async throws {
            let keys = TestKeys(valid: ["good"])
            try await TestGateway.with(keys: keys) { gateway in
                let socket = try await gateway.connect(path, opening: auth)
                #expect(await socket.next { $0.contains("ready") } != nil)
                keys.revoke("good")
                let events = await socket.rest()
                guard case .text(let last) = events.dropLast().last else {
                    Issue.record("\(events)")
                    return
                }
                #expect(last.contains(#""code":"auth_failed""#))
                #expect(events.last == .closed(4401, "auth_failed"))
                try await gateway.sessionsEnd()
            }
        }

        @Test func `is served only by a key that has the scope`() async throws {
            try await TestGateway.with(keys: TestKeys(valid: ["good"], scopes: ["transcribe"])) { gateway in
                let socket = try await gateway.connect(path, opening: auth)
                #expect(await socket.rest().last == .closed(4401, "auth_failed"))
            }
            try await TestGateway.with(keys: TestKeys(valid: ["good"], scopes: ["listen"])) { gateway in
                let socket = try await gateway.connect(path, opening: auth)
                #expect(await socket.next { _ in true }?.contains("ready") == true)
                let answer = try await gateway.send(
                    .post, "/v1/listen?encoding=linear16&sample_rate=16000", headers: ["Authorization": "Token good"], body: tenth)
                #expect(answer.status == 403)
            }
        }

        @Test func `may have so many sessions at a time and no more`() async throws {
            try await TestGateway.with(keys: TestKeys(valid: ["good", "better"]), settings: ["HARKEN_MAX_SESSIONS_PER_USER": "2"]) { gateway in
                var sockets: [TestSocket] = []
                for token in ["good", "better"] {
                    sockets.append(try await gateway.connect(path, opening: #"{"type":"auth","token":"\#(token)"}"#))
                    #expect(await sockets.last?.next { $0.contains("ready") } != nil)
                }
                let third = try await gateway.connect(path, opening: auth)
                #expect(await third.rest().last == .closed(4429, "too_many_sessions"))
                sockets[0].close()
                try await until { await gateway.liveSessions() == 1 }
                let fourth = try await gateway.connect(path, opening: auth)
                #expect(await fourth.next { $0.contains("ready") } != nil)
            }
        }
    }
}
