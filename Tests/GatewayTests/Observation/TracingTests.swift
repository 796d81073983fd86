import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Synchronization
import Testing
import Tracing

@Suite(.hangLimit) struct `A gateway that traces` {
    /// A collector on a real socket.
    private final class Collector: HTTPService {
        private let bodies = Mutex<[[UInt8]]>([])

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { [self] result in
                if case .success(let body) = result { bodies.withLock { $0.append(body) } }
                exchange.respond(HTTPResponseHead(.ok), body: Array("{}".utf8))
            }
        }

        /// Each span's members.
        func spans() throws -> [SeenSpan] {
            try bodies.withLock { $0 }.flatMap { body in
                let document = try JSONDocument(parsing: body)
                let list = document.root["resourceSpans"][0]["scopeSpans"][0]["spans"]
                return (0..<list.count).map { SeenSpan(list[$0]) }
            }
        }

        var text: String { bodies.withLock { $0 }.map { String(decoding: $0, as: UTF8.self) }.joined() }
    }

    private struct SeenSpan {
        var name: String
        var trace: String
        var id: String
        var parent: String?
        var attributes: [String: String] = [:]

        init(_ span: borrowing JSONView) {
            name = span["name"].string ?? ""
            trace = span["traceId"].string ?? ""
            id = span["spanId"].string ?? ""
            parent = span["parentSpanId"].string
            let list = span["attributes"]
            for index in 0..<list.count { attributes[list[index]["key"].string ?? ""] = list[index]["value"]["stringValue"].string ?? "" }
        }
    }

    /// - Returns: all spans that came, after everything has ended.
    private func traced(
        _ engine: ScriptedEngine = ScriptedEngine(), _ body: (TestGateway) async throws -> Void
    ) async throws -> (spans: [SeenSpan], text: String) {
        let collector = Collector()
        let server = try LoopbackServer(collector)
        defer { server.stop() }
        let client = try HTTPClient()
        let exporter = SpanExporter(TraceSettings(url: "\(server.address)/v1/traces"), client: client) { _ in }
        let tracer = Tracer(exporter, random: { .random(in: .min ... .max) }, now: { UnixTime(milliseconds: 1_800_000_000_000) })
        try await TestGateway.with(engine, tracer: tracer) { gateway in
            try await body(gateway)
            try await gateway.sessionsEnd()
        }
        await tracer.finish(within: .seconds(60))
        client.shutdown()
        return (try collector.spans(), collector.text)
    }

    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&model=nova-3"
    private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    private func talk(_ gateway: TestGateway, headers: HTTPHeaders = [:]) async throws {
        let socket = try await gateway.connect(path, headers: headers)
        for _ in 0..<20 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
        socket.send(text: #"{"type":"CloseStream"}"#)
        _ = await socket.rest()
    }

    @Test func `tells of a session, its utterances and its engine's stream, below the caller's span`() async throws {
        let (spans, text) = try await traced { gateway in
            try await talk(gateway, headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"])
        }
        let session = try #require(spans.first { $0.name == "session deepgram" })
        #expect(session.parent == "00f067aa0ba902b7")
        #expect(spans.allSatisfy { $0.trace == trace })
        #expect(spans.filter { $0.id != session.id }.allSatisfy { $0.parent == session.id })
        let utterance = try #require(spans.first { $0.attributes["gen_ai.operation.name"] == "speech_to_text" })
        #expect(utterance.name == "speech_to_text scripted-1")
        #expect(utterance.attributes["gen_ai.provider.name"] == "scripted")
        #expect(utterance.attributes["gen_ai.request.model"] == "nova-3")
        #expect(utterance.attributes["gen_ai.response.model"] == "scripted-1")
        #expect(spans.contains { $0.name == "stream scripted" })
        #expect(!text.contains("w1"))
    }

    @Test func `says nothing of a session whose caller keeps no trace`() async throws {
        let (spans, _) = try await traced { gateway in
            try await talk(gateway, headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-00"])
            try await talk(gateway)
        }
        #expect(spans.filter { $0.name.hasPrefix("session") }.count == 1)
        #expect(!spans.contains { $0.trace == trace })
    }

    @Test func `tells of a client that left`() async throws {
        let (spans, _) = try await traced { gateway in
            let socket = try await gateway.connect(path)
            socket.send(binary: [UInt8](repeating: 0, count: 3_200))
            socket.close()
        }
        #expect(spans.contains { $0.name == "session deepgram" && $0.attributes["error.type"] == nil })
        #expect(spans.filter { $0.name == "stream scripted" }.count == 1)
    }

    @Test func `tells of an engine that failed`() async throws {
        let (spans, _) = try await traced(ScriptedEngine(fault: .rejects(.unavailable("scripted")))) { gateway in try await talk(gateway) }
        #expect(spans.contains { $0.name == "stream scripted" && $0.attributes["error.type"] == "unavailable" })
        #expect(spans.contains { $0.name == "session deepgram" && $0.attributes["error.type"] == "unavailable" })
    }

    @Test func `tells of a recording`() async throws {
        let (spans, _) = try await traced { gateway in
            let headers: HTTPHeaders = ["traceparent": "00-\(trace)-00f067aa0ba902b7-01", "Content-Type": "audio/wav"]
            _ = try await gateway.send(.post, "/v1/listen?model=nova-3", headers: headers, body: [UInt8](repeating: 0, count: 64))
        }
        let whole = try #require(spans.first { $0.name == "recording" })
        #expect(whole.parent == "00f067aa0ba902b7")
        #expect(whole.attributes["http.route"] == "/v1/listen")
        let attempt = try #require(spans.first { $0.attributes["gen_ai.operation.name"] == "speech_to_text" })
        #expect(attempt.parent == whole.id)
        #expect(attempt.attributes["gen_ai.provider.name"] == "scripted")
    }
}
