import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
@testable import Live
import Net
import Protocols
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Webhooks of a user` {
    private func choose(_ choices: String, in gateway: TestGateway) async throws -> JSONValue {
        let answer = try await gateway.send(
            .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json"], body: Array(choices.utf8))
        #expect(answer.status == 200, "\(answer.text)")
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func secret(of gateway: TestGateway, _ method: HTTPMethod = .get) async throws -> String {
        let answer = try await gateway.send(method, "/api/v1/users/me/webhook-secret")
        guard case .string(let secret)? = try JSONValue(parsing: Array(answer.text.utf8))["secret"] else { return "" }
        return secret
    }

    /// Says "w1 w2 w3", and completes the conversation.
    private func converse(_ gateway: TestGateway) async throws {
        let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&source=desktop&vad_gate=disabled")
        let loud: [UInt8] = (0..<16_000 * 3).flatMap { _ in [UInt8(64), UInt8(31)] }
        for start in stride(from: 0, to: loud.count, by: 32_000) { socket.send(binary: Array(loud[start..<start + 32_000])) }
        #expect(await socket.next { $0.contains("w3") } != nil)
        socket.send(text: #"{"type":"finish"}"#)
        #expect(await socket.next { $0.contains("memory_created") } != nil)
        socket.close()
    }

    private func isSigned(_ request: WebhookReceiver.Request, with secret: String) -> Bool {
        let parts = request.signature.split(separator: ",").map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("t=") else { return false }
        let signed = Array((parts[0].dropFirst(2) + "." + request.body).utf8)
        return parts[1] == "v1=" + hmacSHA256(signed, key: Array(secret.utf8)).hexadecimal
    }

    private func with(
        _ receiver: WebhookReceiver, keys: [String] = [], settings: [String: String] = [:], directory: String? = nil, keepsDirectory: Bool = false,
        waits: [Duration] = [.milliseconds(20), .milliseconds(20), .milliseconds(20)],
        now: @escaping @Sendable () -> UnixTime = { TestGateway.time }, _ body: (TestGateway, String) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(receiver)
        defer { server.stop() }
        try await TestGateway.with(
            keys: TestKeys(valid: keys), settings: settings, directory: directory, keepsDirectory: keepsDirectory,
            change: { $0.webhookPromise.schedule.waits = waits }, now: now
        ) { try await body($0, server.address) }
    }

    @Test func `get each completed conversation once, signed, with the same key at each attempt`() async throws {
        let receiver = WebhookReceiver { before, _ in before < 2 ? 503 : 200 }
        try await with(receiver) { gateway, address in
            let settings = try await choose(#"{"webhook_conversation":"\#(address)/hook?token=a&uid=x","name":"Ann"}"#, in: gateway)
            #expect(settings["webhook_conversation"] == .string("\(address)/hook?token=a&uid=x"))
            #expect(settings["webhook_conversation_disabled_at"] == .null && settings["webhook_transcript"] == .null)
            try await converse(gateway)
            try await until { receiver.requests.count == 3 }
            let requests = receiver.requests, secret = try await secret(of: gateway)
            #expect(requests.allSatisfy { $0.target == "/hook?token=a&uid=local" })
            #expect(UUID(uuidString: requests[0].key) != nil && Set(requests.map(\.key)).count == 1)
            #expect(secret.hasPrefix("whsec_") && requests.allSatisfy { isSigned($0, with: secret) })
            #expect(requests[2].json["status"] == "completed" && requests[2].body.contains("w1 w2 w3"))
            #expect(try await self.secret(of: gateway, .post) != secret)
            try await until {
                try await gateway.send(.get, "/metrics").text.contains(
                    #"harken_webhook_attempts_total{webhook="conversation",outcome="delivered"} 1"#)
            }
            // Two conversations, two deliveries, and nothing twice.
            try await converse(gateway)
            try await until { receiver.requests.count == 4 }
            #expect(receiver.requests[3].json["id"] != requests[2].json["id"])
            // A user's deliveries are made one after the other: a second delivery of either would come before that of a third conversation.
            try await converse(gateway)
            try await until { receiver.requests.count == 5 }
            #expect(Set(receiver.requests.dropFirst(2).map(\.key)).count == 3)
        }
    }

    @Test func `get a conversation again after a restart if they did not take it`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-webhooks-\(UUID().uuidString)").path
        let deaf = WebhookReceiver { _, _ in nil }
        try await with(deaf, directory: directory, keepsDirectory: true) { gateway, address in
            _ = try await choose(#"{"webhook_conversation":"\#(address)/"}"#, in: gateway)
            try await converse(gateway)
            try await until { deaf.requests.count == 1 }
        }
        let receiver = WebhookReceiver()
        // The process that had begun the delivery is gone for longer than its lease.
        try await with(receiver, directory: directory, now: { TestGateway.time + .seconds(50) }) { gateway, address in
            // The receiver has another port now. Nothing else happens to the webhook.
            try await gateway.store().set("webhook_conversation", to: "\(address)/", of: .local)
            try await until { receiver.requests.count == 1 }
            #expect(receiver.requests[0].key == deaf.requests[0].key && receiver.requests[0].body == deaf.requests[0].body)
        }
    }

    private func deliveries(_ state: String, in gateway: TestGateway) async throws -> JSONValue {
        try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/users/me/webhook-deliveries?state=\(state)").text.utf8))
    }

    private func listed(_ state: String, in gateway: TestGateway) async throws -> [JSONValue] {
        guard case .array(let list)? = try await deliveries(state, in: gateway)["deliveries"] else { return [] }
        return list
    }

    private func resend(_ body: String, in gateway: TestGateway) async throws -> (status: Int, text: String) {
        let answer = try await gateway.send(
            .post, "/api/v1/users/me/webhook-deliveries/resend", headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        return (answer.status, answer.text)
    }

    @Test func `are switched off after 24 hours without success, and get what waited when they are on again`() async throws {
        let receiver = WebhookReceiver { before, _ in before == 0 ? 503 : 200 }
        try await with(receiver, waits: [.seconds(1_800)]) { gateway, address in
            let choice = #"{"webhook_conversation":"\#(address)/?token=a"}"#
            _ = try await choose(choice, in: gateway)
            let since = TestGateway.time + .seconds(-86_400), last = TestGateway.time + .seconds(-1_800)
            try await gateway.store().set("webhook_conversation_outage", to: "\(since.rfc3339) \(last.rfc3339)", of: .local)
            try await converse(gateway)
            try await until { try await gateway.store().settings(of: .local)["webhook_conversation_disabled_at"] != nil }
            let settings = try await gateway.send(.get, "/api/v1/users/me/settings").text
            #expect(settings.contains(#""webhook_conversation_disabled_at":"2"#))
            #expect(settings.contains(#""webhook_conversation_failing_since":"\#(since.rfc3339)""#))
            // What is completed meanwhile waits too.
            try await converse(gateway)
            try await until { try await deliveries("given_up", in: gateway)["given_up"] == 2 }
            #expect(try await listed("given_up", in: gateway).map { $0["cause"] } == ["failed", "switched_off"])
            #expect(receiver.requests.count == 1)
            #expect(try await resend("{}", in: gateway).status == 409)
            #expect(try await choose(choice, in: gateway)["webhook_conversation_disabled_at"] == .null)
            try await until { receiver.requests.count == 3 }
            #expect(receiver.requests[1].key == receiver.requests[0].key && receiver.requests[1].json["id"] == receiver.requests[0].json["id"])
            #expect(receiver.requests[2].json["id"] != receiver.requests[1].json["id"])
            try await until { try await deliveries("waiting", in: gateway)["waiting"] == 0 }
            #expect(try await deliveries("given_up", in: gateway)["given_up"] == 0)
        }
    }

    @Test func `are told what a receiver has refused, and get it when it is sent again`() async throws {
        let receiver = WebhookReceiver { before, _ in before == 0 || before == 2 ? 404 : 200 }
        try await with(receiver) { gateway, address in
            _ = try await choose(#"{"webhook_conversation":"\#(address)/hook?token=s3cret"}"#, in: gateway)
            try await converse(gateway)
            try await until { try await deliveries("given_up", in: gateway)["given_up"] == 1 }
            let delivery = try #require(try await listed("given_up", in: gateway).first)
            #expect(delivery["cause"] == "refused" && delivery["receiver_status"] == 404 && delivery["webhook"] == "conversation")
            #expect(delivery["id"] == .string(receiver.requests[0].key) && delivery["conversation_id"] == receiver.requests[0].json["id"])
            #expect(delivery["next_attempt_at"] == .null && delivery["given_up_at"] != .null && delivery["failures"] == 1)
            // The address is not part of it, and the webhook is not off.
            let text = try await gateway.send(.get, "/api/v1/users/me/webhook-deliveries").text
            #expect(!text.contains("s3cret") && !text.contains("127.0.0.1"))
            #expect(try await gateway.store().settings(of: .local)["webhook_conversation_disabled_at"] == nil)
            #expect(try await resend(#"{"id":"nobody"}"#, in: gateway).status == 404)
            #expect(try await resend(#"{"id":"\#(receiver.requests[0].key)"}"#, in: gateway).text == #"{"count":1}"#)
            try await until { receiver.requests.count == 2 }
            #expect(receiver.requests[1].key == receiver.requests[0].key && receiver.requests[1].json["id"] == receiver.requests[0].json["id"])
            try await until { try await gateway.store().settings(of: .local)["webhook_conversation_outage"] == nil }
            #expect(try await resend("{}", in: gateway).text == #"{"count":0}"#)
            // One that is not wanted any more is removed.
            try await converse(gateway)
            try await until { try await deliveries("given_up", in: gateway)["given_up"] == 1 }
            let key = receiver.requests[2].key, path = "/api/v1/users/me/webhook-deliveries/\(key)"
            // Another webhook is on: it does not get this delivery.
            _ = try await choose(#"{"webhook_conversation":null,"webhook_transcript":"\#(address)/live"}"#, in: gateway)
            #expect(try await resend(#"{"id":"\#(key)"}"#, in: gateway).status == 409)
            #expect(try await resend("{}", in: gateway).text == #"{"count":0}"#)
            #expect(try await gateway.send(.delete, path).status == 204)
            #expect(try await gateway.send(.delete, path).status == 404)
            #expect(try await deliveries("given_up", in: gateway)["given_up"] == 0)
        }
    }

    @Test(arguments: ["state=x", "limit=0", "limit=201"]) func `are listed only as the API says`(query: String) async throws {
        try await TestGateway.with { gateway in
            let answer = try await gateway.send(.get, "/api/v1/users/me/webhook-deliveries?\(query)")
            #expect(answer.status == 400)
        }
    }

    @Test func `get the segments that a receiver did not take when it is back, after the session too`() async throws {
        let isBack = Mutex(false)
        let receiver = WebhookReceiver { _, _ in isBack.withLock { $0 } ? 200 : 503 }
        try await with(receiver) { gateway, address in
            _ = try await choose(#"{"webhook_transcript":"\#(address)/live"}"#, in: gateway)
            try await converse(gateway)
            try await until { try await !listed("waiting", in: gateway).isEmpty }
            let delivery = try #require(try await listed("waiting", in: gateway).first)
            #expect(delivery["webhook"] == "transcript")
            isBack.withLock { $0 = true }
            try await until {
                let isEmpty = try await listed("waiting", in: gateway).isEmpty
                return isEmpty && receiver.requests.last?.body.contains("w1 w2 w3") == true
            }
            #expect(receiver.requests.last?.target.contains("session_id=") == true)
            #expect(try await deliveries("given_up", in: gateway)["given_up"] == 0)
        }
    }

    @Test func `get the segments of a session in order while it goes on, whatever the receiver does`() async throws {
        // The receiver fails once, and later does not answer at all.
        let receiver = WebhookReceiver { before, _ in before == 0 ? 500 : before < 3 ? 200 : nil }
        try await with(receiver) { gateway, address in
            _ = try await choose(#"{"webhook_transcript":"\#(address)/live"}"#, in: gateway)
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&source=desktop&vad_gate=disabled")
            let second: [UInt8] = (0..<16_000).flatMap { _ in [UInt8(64), UInt8(31)] }
            socket.send(binary: second)
            try await until { receiver.requests.count == 2 }
            let secret = try await secret(of: gateway)
            let (first, again) = (receiver.requests[0], receiver.requests[1])
            #expect(first.key == again.key && first.body == again.body && isSigned(again, with: secret))
            guard case .string(let session)? = first.json["session_id"], case .array(let segments)? = first.json["segments"] else {
                Issue.record("\(first.body)")
                return
            }
            #expect(first.target == "/live?uid=local&session_id=\(session)")
            #expect(segments.map { $0["text"] } == ["w1"])
            socket.send(binary: second)
            try await until { receiver.requests.count == 3 }
            #expect(receiver.requests[2].body.contains("w1 w2") && receiver.requests[2].key != first.key)
            // The session goes on while the receiver keeps a request open.
            socket.send(binary: second)
            try await until { receiver.requests.count == 4 }
            socket.send(binary: second)
            #expect(await socket.next { $0.contains("w4") } != nil)
            #expect(receiver.requests.count == 4)
            socket.close()
        }
    }

    @Test func `get what was said last when the session ends`() async throws {
        let receiver = WebhookReceiver()
        try await with(receiver) { gateway, address in
            _ = try await choose(#"{"webhook_transcript":"\#(address)/"}"#, in: gateway)
            try await converse(gateway)
            try await until { receiver.requests.last?.body.contains("w3") == true }
        }
    }

    @Test(arguments: [false, true])
    func `are sent to private addresses of a gateway with keys only where its operator allows them`(isAllowed: Bool) async throws {
        let receiver = WebhookReceiver()
        let settings = isAllowed ? ["HARKEN_WEBHOOK_ADDRESSES": "192.0.2.1, 127.0.0.1"] : [:]
        try await with(receiver, keys: ["k"], settings: settings, waits: []) { gateway, address in
            func choose(_ address: String) async throws -> (status: Int, text: String) {
                let answer = try await gateway.send(
                    .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json", "Authorization": "Bearer k"],
                    body: Array(#"{"webhook_conversation":"\#(address)/"}"#.utf8))
                return (answer.status, answer.text)
            }
            let answer = try await choose(address)
            let data = try DataDirectory(creating: gateway.directory)
            let store = SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { TestGateway.time })
            if isAllowed {
                #expect(answer.status == 200)
            } else {
                #expect(answer.status == 400 && answer.text.contains("127.0.0.1 is not a public address"))
                // One from a time without keys.
                #expect(try await choose("https://example.org").status == 200)
                try await store.set("webhook_conversation", to: address + "/", of: ID("user"))
            }
            let user = try #require(try await store.users(with: "webhook_conversation").first)
            var conversation = Conversation(
                id: ID("c2"), user: user, status: .processing, source: "omi", started: TestGateway.time, finished: TestGateway.time)
            conversation.segments = [Segment(id: ID("s"), text: "hello", start: .zero, end: .seconds(1))]
            _ = try await store.begin(conversation)
            var update = ConversationUpdate(ID("c2"), status: .completed)
            update.delivery = ID("d")
            #expect(try await store.write(update, of: user))
            guard !isAllowed else { return try await until { receiver.requests.map(\.key) == ["d"] } }
            try await until { try await store.deliveries(DeliveryQuery(isGivenUp: true), of: user).givenUp == 1 }
            #expect(try await store.deliveries(DeliveryQuery(isGivenUp: true), of: user).deliveries.first?.failure == .forbiddenAddress)
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test(arguments: [#"{"webhook_conversation":"ftp://a/"}"#, #"{"webhook_transcript":"https://"}"#, #"{"webhook_transcript":5}"#])
    func `are refused where they are not URLs of the web`(choice: String) async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let answer = try await gateway.send(
                .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json"], body: Array(choice.utf8))
            #expect(answer.status == 400 && answer.text.contains("webhook_"))
        }
    }
}
