import Framing
import HarkenTesting
import Net
import Sessions
import Speech
import Synchronization
import Testing
import Tracing

@testable import HarkenKit

@Suite(.hangLimit) struct `A program's spans` {
    private final class Collector: HTTPService {
        let text = Mutex("")

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { [self] result in
                if case .success(let body) = result { text.withLock { $0 += String(decoding: body, as: UTF8.self) } }
                exchange.respond(HTTPResponseHead(.ok), body: Array("{}".utf8))
            }
        }
    }

    @Test func `tell of a stream and its utterances, as part of the program's own`() async throws {
        let collector = Collector()
        let group = try LoopGroup(count: 2)
        let server = HTTPServer(loops: [group.loops[0]], service: collector)
        let port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
        let client = try HTTPClient()
        let exporter = SpanExporter(TraceSettings(url: "http://127.0.0.1:\(port)/"), client: client) { _ in }
        let tracer = Tracer(exporter, random: { .random(in: .min ... .max) }, now: { .now })
        let runtime = KitRuntime(
            loop: group.loops[1], client: WebSocketClient(tls: try TLSClientContext(), resolver: Resolver()), tracer: tracer)
        let engine = ScriptedEngine()
        var options = TranscriptionOptions()
        options.traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let stream = SpeechStream(
            engines: EngineSet(engines: [LiveEngine(name: engine.name, capabilities: engine.capabilities, access: .inProcess(engine))]),
            options: options, runtime: runtime)
        for _ in 0..<40 { stream.push([Int16](repeating: 0, count: 800)) }
        stream.finish()
        for await _ in stream.events {}
        await tracer.flush()
        let text = collector.text.withLock { $0 }
        #expect(text.contains(#""name":"session""#))
        #expect(text.contains(#""name":"speech_to_text scripted-1""#))
        #expect(text.contains(#""name":"stream scripted""#))
        #expect(text.contains(#""traceId":"4bf92f3577b34da6a3ce929d0e0e4736""#))
        #expect(text.contains(#""parentSpanId":"00f067aa0ba902b7""#))
        #expect(!text.contains("w1"))
        server.stop()
        client.shutdown()
        group.shutdown()
    }
}
