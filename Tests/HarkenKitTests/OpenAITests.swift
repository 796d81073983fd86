import Foundation
import Framing
import HarkenTesting
import LocalEngine
import Net
import Protocols
import Sessions
import Speech
import Synchronization
import Testing

@testable import HarkenKit

@Suite(.hangLimit) struct `A server for recordings in a program` {
    /// A server with OpenAI's transcription API that hears one word.
    private final class Service: HTTPService {
        let forms = Mutex<[String]>([])

        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { [self] body in
                guard case .success(let bytes) = body else { return }
                let key = exchange.request.headers["Authorization"] ?? "no key"
                forms.withLock { $0.append(exchange.request.target + " " + key + String(decoding: bytes.prefix(1_500), as: UTF8.self)) }
                let said = #"{"text":"Heard.","duration":1.0,"language":"english","words":[{"word":"Heard","start":0.2,"end":0.6}],"segments":[]}"#
                exchange.respond(HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body: Array(said.utf8))
            }
        }
    }

    /// What a stream has said so far.
    private struct Heard {
        var finals: [String] = []
        var error: (any Error)?
    }

    private static let models = ModelFolder(environment: ProcessInfo.processInfo.environment)
    private static let areThere = models.missing(VoiceDetection.items).isEmpty

    @Test(.needs(areThere, "the models are not there: run `make setup`"))
    func `has finals and files, with the voice detector of this machine`() async throws {
        let service = Service(), group = try LoopGroup(count: 1)
        let server = HTTPServer(loops: group.loops, service: service)
        let address = "http://" + (try server.start(on: SocketAddress(.loopback, port: 0))).description + "/v1"
        defer {
            server.stop()
            group.shutdown()
        }
        let engine = try OpenAI(key: "", baseURL: address, model: "tiny", interimPeriod: .milliseconds(300))
        let path = Self.models.path + "/test-audio/beckett.wav"
        let audio = [UInt8](try Data(contentsOf: URL(filePath: path)).dropFirst(44).prefix(32_000 * 6))
        let stream = try engine.stream()
        let heard = Mutex(Heard())
        let listening = Task {
            for await event in stream.events {
                heard.withLock { heard in
                    switch event {
                    case .final(let said): heard.finals += said.words.map(\.text)
                    case .terminated(let end): heard.error = end.error
                    default: break
                    }
                }
            }
        }
        for start in stride(from: 0, to: audio.count, by: 3_200) {
            stream.push(bytes: Array(audio[start..<min(start + 3_200, audio.count)]))
        }
        stream.finish()
        await listening.value
        let said = heard.withLock { $0 }
        #expect(said.error == nil)
        // Capitals and marks depend on where the pieces of speech were cut.
        #expect(Set(said.finals.map { $0.lowercased().filter(\.isLetter) }) == ["heard"], "\(said.finals)")
        #expect(try await engine.recognize(file: path).text() == "Heard.")
        let forms = service.forms.withLock { $0 }
        #expect(forms.allSatisfy { $0.hasPrefix("/v1/audio/transcriptions no key") && $0.contains("name=\"model\"\r\n\r\ntiny") })
    }

    @Test func `needs no models of this machine over the realtime protocol`() throws {
        let engine = try OpenAI(key: "k", live: .realtime, models: "/nowhere")
        #expect(engine.name == EngineName("openai") && engine.core.live.engines.first?.capabilities.models.first == "gpt-live-transcribe")
        #expect(throws: KitError.self) { try OpenAI(key: "k", models: "/nowhere") }
        let own = try OpenAI(key: "", baseURL: "http://127.0.0.1:8000", live: .realtime, model: "own")
        guard case .vendor(_, let settings)? = own.core.live.engines.first?.access else {
            Issue.record("not behind a socket")
            return
        }
        #expect(settings.streamingAddress == "ws://127.0.0.1:8000/v1" && own.core.live.engines.first?.capabilities.models.first == "own")
    }

    @Test func `needs a key where the server is OpenAI's own, and an address that is one`() throws {
        #expect(throws: KitError.missingKey(vendor: "OpenAI", variable: "OPENAI_API_KEY")) { try OpenAI(key: "") }
        #expect(throws: KitError.invalidURL("ftp://somewhere")) { try OpenAI(key: "k", baseURL: "ftp://somewhere") }
    }
}
