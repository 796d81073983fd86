import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A live Deepgram client` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&model=nova-3"
    private let second = [UInt8](repeating: 0, count: 32_000)

    @Test func `gets interims, finals that tile its audio, and an orderly end`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<20 { socket.send(binary: Array(second[..<3_200])) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let events = await socket.rest()
            let texts = events.compactMap { if case .text(let text) = $0 { text } else { nil } }
            let finals = texts.filter { $0.contains(#""is_final":true"#) }
            #expect(texts.contains { $0.contains(#""is_final":false"#) && $0.contains(#""transcript":"w1""#) })
            #expect(finals.count >= 2)
            #expect(finals.first?.contains(#""start":0.000000"#) == true || finals.first?.contains(#""start":0"#) == true)
            #expect(texts.last?.contains(#""type":"Metadata""#) == true)
            #expect(events.last == .closed(1000, ""))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `is answered when it asks for what it has said so far`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            socket.send(binary: Array(second[..<16_000]))
            socket.send(text: #"{"type":"Finalize"}"#)
            let answer = await socket.next { $0.contains(#""from_finalize":true"#) }
            #expect(answer?.contains(#""transcript":"w1""#) == true)
            socket.send(text: #"{"type":"Finalize"}"#)
            #expect(await socket.next { $0.contains(#""from_finalize":true"#) }?.contains(#""transcript":"""#) == true)
            socket.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test(arguments: [true, false])
    func `of Flux ends its turns itself when it says so, and three demands at once end one`(inQuery: Bool) async throws {
        try await TestGateway.with { gateway in
            let path = "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_timeout_ms=30000"
            let socket = try await gateway.connect(path + (inQuery ? "&eot_threshold=1.0" : ""))
            if !inQuery {
                socket.send(text: #"{"type":"Configure","thresholds":{"eot_threshold":1.0}}"#)
                #expect(await socket.next { $0.contains("ConfigureSuccess") }?.contains(#""eot_threshold":1"#) == true)
            }
            for _ in 0..<3 { socket.send(binary: second) }
            let said = await socket.next { $0.contains("w3") || $0.contains(#""EndOfTurn""#) }
            #expect(said?.contains(#""EndOfTurn""#) == false, "\(said ?? "")")
            for _ in 0..<3 { socket.send(text: #"{"type":"ForceEndTurn"}"#) }
            let end = try #require(await socket.next { $0.contains(#""EndOfTurn""#) })
            #expect(end.contains(#""trigger":"manual""#) && ["w1", "w2", "w3"].allSatisfy { end.lowercased().contains($0) }, "\(end)")
            socket.send(text: #"{"type":"CloseStream"}"#)
            let rest = await socket.rest()
            #expect(!rest.contains { if case .text(let text) = $0 { text.contains(#""EndOfTurn""#) } else { false } }, "\(rest)")
            #expect(rest.last == .closed(1000, ""))
        }
    }

    @Test func `may cut its samples anywhere`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for size in [1, 2, 3, 31_999, 1, 7, 11, 31_975, 1] { socket.send(binary: [UInt8](repeating: 0, count: size)) }
            socket.send(binary: [])
            let events = await socket.rest()
            let words = events.filter {
                if case .text(let text) = $0 { text.contains(#""is_final":true"#) && text.contains(#""word":"w"#) } else { false }
            }
            #expect(words.count == 2)
            #expect(events.last == .closed(1000, ""))
        }
    }

    @Test func `loses none of its first words when the engine opens late`() async throws {
        let engine = ScriptedEngine(fault: .hangs)
        try await TestGateway.with(engine) { gateway in
            let socket = try await gateway.connect(path)
            // So many messages as are counted at once.
            for _ in 0..<64 { socket.send(binary: Array(second[..<1_250])) }
            try await until { engine.openStreams > 0 }
            try await until { try await gateway.send(.get, "/metrics").text.contains("harken_audio_received_seconds_total 2.5\n") }
            engine.openAll()
            socket.send(text: #"{"type":"CloseStream"}"#)
            let events = await socket.rest()
            let finals = events.filter {
                if case .text(let text) = $0 { text.contains(#""is_final":true"#) && text.contains(#""word":"w"#) } else { false }
            }
            #expect(finals.count == 3, "2.5 s of audio, read back from the journal")
            #expect(events.last == .closed(1000, ""))
        }
    }

    @Test func `may begin with a text message and say things that nobody knows`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            socket.send(text: "hello")
            #expect(await socket.next { $0.contains("SchemaError") } != nil)
            socket.send(text: #"{"type":"KeepAlive"}"#)
            socket.send(text: #"{"type":"CloseStream"}"#)
            #expect(await socket.rest().last == .closed(1000, ""))
        }
    }

    @Test func `leaves nothing behind when it vanishes in the middle of a word`() async throws {
        let engine = ScriptedEngine()
        try await TestGateway.with(engine) { gateway in
            for _ in 0..<5 {
                let socket = try await gateway.connect(path)
                socket.send(binary: Array(second[..<10_000]))
                socket.close()
            }
            try await gateway.sessionsEnd()
            #expect(engine.openStreams == 0)
            let next = try await gateway.connect(path)
            next.send(binary: second)
            #expect(await next.next { $0.contains(#""transcript":"w1""#) } != nil)
        }
    }

    @Test(arguments: [
        ("encoding=linear16&sample_rate=banana", "sample_rate"), ("encoding=mp9&sample_rate=8000", "encoding"), ("encoding=linear16", "sample_rate"),
        ("encoding=linear16&sample_rate=16000&language=xx-YY", "language"), ("encoding=linear16&sample_rate=16000&engine=nobody", "nobody"),
        ("multichannel=true", "channels"),
    ])
    func `is rejected with a reason when it asks for what cannot be`(query: String, word: String) async throws {
        try await TestGateway.with { gateway in
            do {
                _ = try await gateway.connect("/v1/listen?model=nova-3&" + query)
                Issue.record("was accepted")
            } catch let error as WebSocketConnectError {
                guard case .rejected(let head, let body) = error else { throw error }
                let text = String(decoding: body, as: UTF8.self)
                #expect(head.status.code == 400)
                #expect(head.headers["dg-request-id"] != nil)
                #expect(text.contains("err_code") && text.contains(word), "\(text)")
            }
        }
    }

    @Test func `is rejected without a valid key once a key exists`() async throws {
        try await TestGateway.with(keys: ["good"]) { gateway in
            for headers: HTTPHeaders in [[:], ["Authorization": "Token bad"]] {
                do {
                    _ = try await gateway.connect(path, headers: headers)
                    Issue.record("was accepted")
                } catch let error as WebSocketConnectError {
                    guard case .rejected(let head, let body) = error else { throw error }
                    #expect(head.status.code == 401)
                    #expect(String(decoding: body, as: UTF8.self).contains("INVALID_AUTH"))
                }
            }
            let socket = try await gateway.connect(path, headers: ["Authorization": "token good"])
            socket.close()
        }
    }

    @Test func `hears of an engine that breaks, and that its audio was not all recognised`() async throws {
        let engine = ScriptedEngine(fault: .breaks(.unavailable("the engine is gone"), after: SampleCount(24_000)))
        try await TestGateway.with(engine) { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<20 { socket.send(binary: Array(second[..<3_200])) }
            let events = await socket.rest()
            #expect(events.contains { if case .text(let text) = $0 { text.contains(#""type":"Error""#) } else { false } })
            guard case .closed(1011, _) = events.last else {
                Issue.record("\(String(describing: events.last))")
                return
            }
            try await gateway.sessionsEnd()
        }
    }

    @Test func `is brought to its end when the gateway goes down`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            socket.send(binary: Array(second[..<16_000]))
            #expect(await socket.next { $0.contains("w1") } != nil)
            gateway.beginDrain()
            gateway.handOverSessions()
            let events = await socket.rest()
            #expect(events.contains { if case .text(let text) = $0 { text.contains(#""is_final":true"#) && text.contains("w1") } else { false } })
            #expect(await gateway.liveSessions() == 0)
        }
    }
}
