@testable import Engines
import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Observability
@testable import Settings
import Speech
import Store
import Sessions

@testable import harken

/// A gateway in this process, on a free port, with an engine that needs no model.
final class TestGateway: Sendable {
    /// The system's certificate authorities, which take 30 ms to read: one for all gateways.
    private static let tls = Result { () throws(TLSError) in try TLSClientContext() }

    let url: String
    let folder: TemporaryFolder
    let keys: any AccessKeyAdministration
    private let gateway: Composition
    private let server: HTTPServer
    private let loops: LoopGroup
    private let client: HTTPClient

    init(_ engine: ScriptedEngine = ScriptedEngine(name: .local), others: [EngineEntry] = [], settings chosen: [String: String] = [:]) async throws {
        folder = TemporaryFolder()
        var settings = Settings()
        settings.merge(["HARKEN_DATA": folder.path, "HARKEN_LOOPS": "1", "HARKEN_LOG": "error"])
        settings.merge(chosen)
        let configuration = try GatewayConfiguration(settings, home: folder.path, cores: 1)
        let directory = try DataDirectory(prepared: folder.path)
        let installation = try Installation(in: directory)
        keys = try installation.keys(hashing: OpenSSLHashing(), now: { .now })
        loops = try LoopGroup(count: 1)
        client = try HTTPClient()
        let entry = EngineEntry(engine, status: { .ready })
        gateway = try await Composition(
            GatewayInputs(
                configuration: configuration, loops: loops.loops, entries: [entry] + others, keys: keys, directory: directory,
                stores: installation.stores(now: { .now }), client: client,
                webSocketClient: WebSocketClient(tls: Self.tls.get(), resolver: Resolver()), metrics: Metrics(), log: Log(level: .error),
                newID: RandomUUID.text))
        server = HTTPServer(loops: loops.loops, service: gateway.service)
        url = try "http://\(server.start(on: SocketAddress(.loopback, port: 0)))"
    }

    deinit {
        server.stop()
        loops.shutdown()
    }

    /// Returns the seconds of audio that the open sessions have, together.
    func heard() async throws -> Double {
        let answer = try await client.send(HTTPClientRequest(.get, url + "/api/v1/sessions?open=true"))
        let root = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return (root?["sessions"] as? [[String: Any]] ?? []).compactMap { $0["duration"] as? Double }.reduce(0, +)
    }

    /// Returns the id of the newest conversation.
    func lastConversation() async throws -> String {
        let store = try Installation(in: DataDirectory(creating: folder.path)).conversations(now: { .now })
        return try await store.list(ConversationQuery(limit: 1), of: .local).conversations.first?.id.rawValue ?? ""
    }

    /// Writes `seconds` of silence as a WAV file and returns its path.
    func recording(seconds: Int) throws -> String {
        try recording([Int16](repeating: 0, count: seconds * 16_000))
    }

    /// Writes samples at 16 kHz as a WAV file and returns its path.
    func recording(_ samples: [Int16]) throws -> String {
        try folder.write(WaveFile.bytes(samples), as: "recording.wav")
    }
}
