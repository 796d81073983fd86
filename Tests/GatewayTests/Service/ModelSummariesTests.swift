import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Settings
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Conversations that a language model sums up` {
    /// A server of chat completions on loopback.
    private final class Model: HTTPService {
        let seen = Mutex<[(target: String, authorization: String?, body: String, peer: String)]>([])
        private let answer: @Sendable (HTTPExchange) -> Void

        init(_ answer: @escaping @Sendable (HTTPExchange) -> Void) { self.answer = answer }

        func handle(_ exchange: HTTPExchange) {
            let body = Mutex<[UInt8]>([])
            exchange.readBody { chunk in
                chunk.withUnsafeBytes { bytes in body.withLock { $0 += bytes } }
            } end: { [self] _ in
                let text = String(decoding: body.withLock { $0 }, as: UTF8.self)
                let head = exchange.request
                seen.withLock { $0.append(("\(head.method) \(head.target)", head.headers["Authorization"], text, "\(exchange.peer)")) }
                answer(exchange)
            }
        }
    }

    private static let good = #"{"choices":[{"message":{"content":"{\"title\":\"By a model\",\"summary\":\"It was summed up.\"}"}}]}"#

    private static func json(_ exchange: HTTPExchange, _ status: Int, _ text: String) {
        exchange.respond(HTTPResponseHead(HTTPStatus(status), headers: ["Content-Type": "application/json"]), body: Array(text.utf8))
    }

    /// The completed conversation of a session that says "w1 w2 w3".
    ///
    /// - Parameter choices: of the user, as they tell the API; nil: none.
    private func complete(
        _ model: Model, key: String? = "very-secret", seconds: String = "120", choices: String? = nil
    ) async throws -> Conversation {
        let server = try LoopbackServer(model)
        defer { server.stop() }
        var settings = ["HARKEN_LLM_BASE_URL": "\(server.address)/v1/", "HARKEN_LLM_MODEL": "small", "HARKEN_LLM_SECONDS": seconds]
        settings["HARKEN_LLM_API_KEY"] = key
        var done: Conversation?
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings) { gateway in
            if let choices {
                let answer = try await gateway.send(
                    .patch, "/api/v1/users/me/settings", headers: ["Content-Type": "application/json"], body: Array(choices.utf8))
                #expect(answer.status == 200)
            }
            let socket = try await gateway.connect("/v4/listen?language=en&sample_rate=16000&codec=pcm16&source=desktop&vad_gate=disabled")
            let loud: [UInt8] = (0..<16_000 * 3).flatMap { _ in [UInt8(64), UInt8(31)] }
            for start in stride(from: 0, to: loud.count, by: 32_000) { socket.send(binary: Array(loud[start..<start + 32_000])) }
            #expect(await socket.next { $0.contains("w3") } != nil)
            socket.send(text: #"{"type":"finish"}"#)
            let store = try gateway.store()
            try await until {
                guard let id = try await store.lastCompleted(of: .local) else { return false }
                done = try await store.conversation(id, of: .local)
                return done?.status == .completed
            }
        }
        return try #require(done)
    }

    @Test func `have its title and summary, and it is told who said what, with the key in its header only`() async throws {
        let model = Model { Self.json($0, 200, Self.good) }
        let made = try await complete(model)
        #expect(made.title == "By a model" && made.summary == "It was summed up.")
        let seen = model.seen.withLock { $0 }
        #expect(seen.map(\.target) == ["POST /v1/chat/completions"])
        #expect(seen.map(\.authorization) == ["Bearer very-secret"])
        #expect(seen.allSatisfy { $0.body.contains("w1 w2 w3") && $0.body.contains(#""model":"small""#) && !$0.body.contains("very-secret") })
    }

    @Test func `have its answer when it is told that the first one was not as asked for`() async throws {
        let answers = Mutex([#"{"choices":[{"message":{"content":"Gladly."}}]}"#, Self.good])
        let model = Model { exchange in Self.json(exchange, 200, answers.withLock { $0.isEmpty ? "{}" : $0.removeFirst() }) }
        let made = try await complete(model)
        #expect(made.title == "By a model")
        #expect(made.findings != nil, "rules find what the model did not tell")
        #expect(model.seen.withLock { $0.map { $0.body.contains("Gladly.") } } == [false, true])
        #expect(Set(model.seen.withLock { $0.map(\.peer) }).count == 2, "no request may die with a connection that was used before")
    }

    @Test(arguments: [false, true]) func `are not given to it where their user does not want that`(wanted: Bool) async throws {
        let model = Model { Self.json($0, 200, Self.good) }
        let made = try await complete(model, choices: #"{"model_summaries":\#(wanted)}"#)
        #expect(model.seen.withLock { $0 }.isEmpty != wanted)
        #expect((made.title == "By a model") == wanted)
    }

    @Test(arguments: [
        (500, #"{"error":"very-secret is not known"}"#), (401, "{}"), (200, "<html>"), (200, #"{"choices":[{"message":{"content":"No."}}]}"#),
        (302, ""), (200, String(repeating: "x", count: 1 << 20)),
    ]) func `are summed up in their own words when it fails`(status: Int, body: String) async throws {
        let made = try await complete(Model { Self.json($0, status, body) }, key: nil)
        #expect(made.title == "W1, w2, w3" || made.title?.lowercased().contains("w1") == true, "\(made.title ?? "none")")
        #expect(made.summary?.contains("w1 w2 w3") == true)
    }

    @Test func `are summed up in their own words when it does not answer in time`() async throws {
        let made = try await complete(Model { _ in }, seconds: "1")
        #expect(made.summary?.contains("w1 w2 w3") == true)
    }

    @Test func `are not, where no model is named`() throws {
        func configuration(_ values: [String: String]) throws -> GatewayConfiguration {
            var settings = Settings()
            settings.merge(values)
            return try GatewayConfiguration(settings, home: "/home/user", cores: 1)
        }
        #expect(try configuration([:]).summaries == nil)
        let address = "HARKEN_LLM_BASE_URL", model = "HARKEN_LLM_MODEL", key = "HARKEN_LLM_API_KEY"
        let whole = try #require(try configuration([address: "http://127.0.0.1:11434/v1/", model: "small", key: "very-secret"]).summaries)
        #expect(whole.address == "http://127.0.0.1:11434/v1" && whole.model == "small" && whole.timeout == .seconds(20))
        #expect(!"\(whole)".contains("very-secret"))
        for wrong in [
            [address: "http://a/v1"], [model: "small"], [key: "k"], [address: "a/v1", model: "small"],
            [address: "http://a/v1", model: "small", "HARKEN_LLM_SECONDS": "0"],
        ] {
            #expect(throws: ConfigurationError.self) { try configuration(wrong) }
        }
    }
}
