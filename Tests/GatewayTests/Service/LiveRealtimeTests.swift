import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

@Suite(.hangLimit) struct `A live client of OpenAI's realtime protocol` {
    private let path = "/v1/realtime?intent=transcription"
    private let key: HTTPHeaders = ["Authorization": "Bearer good"]

    /// Seconds of silence at 24 kHz.
    private func append(_ seconds: Double) -> String {
        #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: Int(seconds * 16_000) * 4))"}"#
    }

    /// Of the next item that is completed.
    private func transcript(_ socket: TestSocket) async -> String? {
        let event = await socket.next { $0.contains("transcription.completed") }
        return event?.split(separator: #""transcript":""#).last.map { String($0.prefix { $0 != "\"" }) }
    }

    @Test func `gets its turns as items`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<11 { socket.send(text: append(0.1)) }
            #expect(await transcript(socket) == "w1")
            socket.send(text: #"{"type":"input_audio_buffer.commit"}"#)
            #expect(await transcript(socket) == "w2")
            socket.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test func `gets what it commits`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            socket.send(text: #"{"type":"session.update","session":{"type":"transcription","audio":{"input":{"turn_detection":null}}}}"#)
            socket.send(text: append(2.5))
            socket.send(text: #"{"type":"input_audio_buffer.commit"}"#)
            #expect(await transcript(socket) == "w1 w2 w3")
            socket.send(text: append(0.5))
            socket.send(text: #"{"type":"input_audio_buffer.commit"}"#)
            #expect(await transcript(socket) == "w4")
        }
    }

    @Test(.enabled(if: !Sanitizer.isHere, "17 MB of base64 take minutes in a sanitizer's build"))
    func `may send more at once than other clients may`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            socket.send(text: append(270))
            #expect(await transcript(socket) != nil)
        }
    }

    @Test func `is rejected at the upgrade when its key is no good or has nothing left`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["good"], credit: .zero)) { gateway in
            for (headers, status, code) in [(key, 429, "insufficient_quota"), ([:] as HTTPHeaders, 401, "invalid_api_key")] {
                do {
                    _ = try await gateway.connect(path, headers: headers)
                    Issue.record("was accepted")
                } catch let error as WebSocketConnectError {
                    guard case .rejected(let head, let body) = error else { throw error }
                    #expect(head.status.code == status)
                    #expect(String(decoding: body, as: UTF8.self).contains(code))
                }
            }
        }
    }

    @Test func `hears that its credit is used up`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["good"], credit: .seconds(1))) { gateway in
            let socket = try await gateway.connect(path, headers: key)
            for _ in 0..<20 { socket.send(text: append(0.1)) }
            let events = await socket.rest()
            #expect(events.contains { if case .text(let text) = $0 { text.contains("insufficient_quota") } else { false } })
            #expect(events.contains { if case .text(let text) = $0 { text.contains(#""transcript":"w1""#) } else { false } })
            #expect(events.last == .closed(1008, "insufficient_quota"))
        }
    }

    @Test(arguments: [
        ("/v1/realtime/client_secrets", #"{"session":{"type":"transcription"},"expires_after":{"anchor":"created_at","seconds":60}}"#),
        ("/v1/realtime/client_secrets", #"{"session":{"type":"realtime","model":"gpt-realtime","instructions":"Only listen."}}"#),
        ("/v1/realtime/transcription_sessions", #"{"input_audio_format":"pcm16"}"#),
        ("/v1/realtime/sessions", #"{"model":"gpt-4o-realtime-preview","modalities":["text"]}"#),
    ])
    func `may come with a temporary key`(route: String, body: String) async throws {
        try await TestGateway.with(keys: ["good"]) { gateway in
            let answer = try await gateway.send(.post, route, headers: key, body: Array(body.utf8))
            #expect(answer.status == 200, "\(answer.text)")
            let parts = answer.text.split(separator: #""value":""#)
            let secret = parts.last.map { String($0.prefix { $0 != "\"" }) } ?? ""
            let socket = try await gateway.connect(path, headers: ["Authorization": "Bearer \(secret)"])
            socket.send(text: append(1.5))
            #expect(await transcript(socket) == "w1")
            #expect(try await gateway.send(.post, route, headers: ["Authorization": "Bearer \(secret)"]).status == 401)
            #expect(try await gateway.send(.post, route, headers: key, body: Array(#"{"expires_after":{"seconds":1}}"#.utf8)).status == 400)
        }
    }

    @Test func `is told which member of a temporary key's session is wrong`() async throws {
        try await TestGateway.with(keys: ["good"]) { gateway in
            let body = #"{"session":{"type":"translation"}}"#
            let answer = try await gateway.send(.post, "/v1/realtime/client_secrets", headers: key, body: Array(body.utf8))
            #expect(answer.status == 400 && answer.text.contains(#""param":"session.type""#), "\(answer.text)")
            let beta = #"{"input_audio_format":"g711_ulaw"}"#
            let other = try await gateway.send(.post, "/v1/realtime/client_secrets", headers: key, body: Array(beta.utf8))
            #expect(other.status == 400 && other.text.contains(#""code":"unknown_parameter""#), "\(other.text)")
            #expect(other.text.contains(#""param":"input_audio_format""#), "\(other.text)")
        }
    }

    @Test func `gets the words of a conversation's session, and no answer to it`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect("/v1/realtime?model=gpt-realtime")
            socket.send(
                text: #"{"type":"session.update","session":{"type":"realtime","tools":[],"audio":{"input":{"turn_detection":null}}}}"#)
            let updated = await socket.next { $0.contains("session.updated") }
            #expect(updated?.contains(#""type":"realtime""#) == true)
            socket.send(text: #"{"type":"response.create"}"#)
            #expect(await socket.next { $0.contains(#""type":"error""#) } != nil)
            socket.send(text: append(1.5))
            socket.send(text: #"{"type":"input_audio_buffer.commit"}"#)
            #expect(await transcript(socket) == "w1 w2")
        }
    }

    @Test func `is shown its settings without those that the engine ignores`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            let update = #"{"type":"session.update","session":{"audio":{"input":{"noise_reduction":{"type":"near_field"}}}}}"#
            socket.send(text: update)
            #expect(await socket.next { $0.contains("session.updated") }?.contains("near_field") == true, "no engine is chosen yet")
            socket.send(text: append(0.5))
            #expect(await socket.next { $0.contains("session.updated") }?.contains(#""noise_reduction":null"#) == true)
        }
    }

    @Test func `begins with what its temporary key was bound to`() async throws {
        try await TestGateway.with(keys: ["good"]) { gateway in
            let body = #"{"session":{"type":"transcription","audio":{"input":{"transcription":{"model":"gpt-4o-transcribe","language":"en"}}}}}"#
            let answer = try await gateway.send(.post, "/v1/realtime/client_secrets", headers: key, body: Array(body.utf8))
            let secret = answer.text.split(separator: #""value":""#).last.map { String($0.prefix { $0 != "\"" }) } ?? ""
            let socket = try await gateway.connect(path, headers: ["Authorization": "Bearer \(secret)"])
            let created = await socket.next { $0.contains("session.created") }
            #expect(created?.contains(#""transcription":{"model":"gpt-4o-transcribe","language":"en""#) == true)
        }
    }

    @Test func `cannot begin with a key that was taken back since`() async throws {
        let keys = TestKeys(valid: ["good"])
        try await TestGateway.with(keys: keys) { gateway in
            let socket = try await gateway.connect(path, headers: key)
            #expect(await socket.next { $0.contains("session.created") } != nil)
            keys.revoke("good")
            await gateway.settle()
            socket.send(text: append(0.1))
            #expect(await socket.next { $0.contains("invalid_api_key") } != nil)
        }
    }
}
