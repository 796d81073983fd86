@testable import Engines
import Foundation
import Continuity
import Framing
@testable import Gateway
import HarkenTesting
import Live
import Net
@testable import Observability
import Protocols
import Recordings
@testable import Settings
import Speech
import Store
import Testing
import Tracing
import Vendors

@testable import harken

/// A whole gateway on a free port of this machine, with engines of the test's choice.
final class TestGateway: Sendable {
    /// The system's certificate authorities, which take 30 ms to read: one for all gateways.
    private static let tls = Result { () throws(TLSError) in try TLSClientContext() }

    /// Key that requests show where they show no other; nil: they show none.
    @TaskLocal static var bearer: String?

    private let composition: Composition
    let server: HTTPServer
    let group: LoopGroup
    let client: HTTPClient
    let webSocketClient: WebSocketClient
    let port: UInt16
    let directory: String
    /// The state of the store's database.
    let storeHealth: StoreHealth

    /// - Parameters:
    ///   - status: the state of the first engine.
    ///   - usesVendors: the vendors whose keys the settings name are engines too, and come first.
    ///   - directory: one that an earlier run left; it is this one's to remove.
    ///   - disk: the space of each folder's file system.
    ///   - zones: the time zones that the gateway knows.
    ///   - clock: the time of the loops' timers; nil: the machine's.
    init(
        _ engine: ScriptedEngine, others: [ScriptedEngine] = [], status: EngineStatus = .ready, keys: TestKeys,
        settings values: [String: String] = [:], tracer: Tracer? = nil,
        directory earlier: String? = nil, ears: TestEars? = nil, loops: Int = 1,
        recorded: [any PrerecordedEngine] = [], usesVendors: Bool = false, log: Log = Log(level: .error), disk: DiskSpace = TestGateway.roomyDisk,
        zones: TimeZones = TimeZones(), change: (inout GatewayConfiguration) -> Void = { _ in }, clock: HeldClock? = nil,
        now: @escaping @Sendable () -> UnixTime = { TestGateway.time }
    ) async throws {
        directory = earlier ?? FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        var settings = Settings()
        settings.merge(values)
        settings.merge(["HARKEN_DATA": directory])
        var configuration = try GatewayConfiguration(settings, home: directory, cores: 1)
        // Tests have voices and conversations of 1970. Those that are too old to be kept go five seconds after the start.
        configuration.voiceDays = Self.allDays
        if values["HARKEN_AUDIO_DAYS"] == nil { configuration.audioDays = Self.allDays }
        // A session's end waits for its result, however slow the machine is.
        configuration.completionPatience = .seconds(240)
        let vendors = usesVendors ? configuration.vendors : []
        configuration.engines = usesVendors ? vendors.map(\.name) : [engine.name] + others.map(\.name)
        change(&configuration)
        configuration.recovery.retries = 0
        if let clock {
            group = try LoopGroup(count: loops) { clock.now }
            for loop in group.loops { clock.tell { loop.execute {} } }
        } else {
            group = try LoopGroup(count: loops)
        }
        client = try HTTPClient()
        webSocketClient = WebSocketClient(tls: try Self.tls.get(), resolver: Resolver())
        let hearing = ears.map { EngineEntry(name: $0.name, capabilities: $0.capabilities, prerecorded: $0) }
        let entries = vendors.compactMap { [client] settings in
            Catalogue.vendors.first { $0.name == settings.name }.map { vendor in
                let entry = EngineEntry(vendor, settings: settings, client: client, clock: .system)
                return hearing.flatMap { SegmentedEntry.make(entry, settings, ears: $0) } ?? entry
            }
        }
        let data = try DataDirectory(prepared: directory), metrics = Metrics()
        let installation = try SQLiteInstallation(in: data)
        storeHealth = installation.health
        storeHealth.report(to: log, metrics)
        composition = try await Composition(
            GatewayInputs(
                configuration: configuration, loops: group.loops,
                entries: entries + [EngineEntry(engine) { status }] + others.map { EngineEntry($0, status: { .ready }) }
                    + (hearing.map { [$0] } ?? [])
                    + recorded.map(Self.entry), keys: keys, directory: data,
                stores: installation.stores(zones: zones, now: now), client: client, webSocketClient: webSocketClient,
                zones: zones, diskSpace: { _ in disk },
                metrics: metrics, log: log, tracer: tracer, newID: { UUID().uuidString.lowercased() }, now: now))
        await composition.recoverSessions()
        var http = HTTPServerConfiguration()
        http.unauthenticated = UnauthenticatedLimits()
        server = HTTPServer(loops: group.loops, configuration: http, service: composition.service)
        port = try server.start(on: try #require(SocketAddress("127.0.0.1:0"))).port
        // A gateway that has just started answers 503 where it would say that a session does not exist.
        if earlier == nil { try await until { await composition.knowsEarlierSessions } }
    }

    /// Returns the entry of an engine for recordings, which may take live audio as well.
    private static func entry(_ engine: any PrerecordedEngine) -> EngineEntry {
        if let both = engine as? any StreamingEngine & PrerecordedEngine { return EngineEntry(both) { .ready } }
        return EngineEntry(name: engine.name, capabilities: engine.capabilities, prerecorded: engine)
    }

    /// Number of days since before 1970.
    private static let allDays = 36_500

    /// Half of a disk of 100 GB, whatever this machine has.
    static let roomyDisk = DiskSpace(free: 50_000_000_000, total: 100_000_000_000)

    /// The time of this machine. Files have it too, so that a test must not give a gateway another time without a reason.
    static var time: UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }  // real time: of the files' dates

    /// The time after noon of a certain day: for tests of limits of the day, which midnight would end.
    static var daytime: UnixTime { UnixTime(milliseconds: 1_752_494_400_000) + (Instant.now - began) }
    private static let began = Instant.now

    /// Runs `body` with a gateway and takes it down after.
    ///
    /// - Parameter keys: texts that are valid; none: no key exists.
    static func with(
        _ engine: ScriptedEngine = ScriptedEngine(), keys: [String] = [], settings: [String: String] = [:], tracer: Tracer? = nil,
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await with(engine, keys: TestKeys(valid: keys), settings: settings, tracer: tracer, body)
    }

    static func with(
        _ engine: ScriptedEngine = ScriptedEngine(), others: [ScriptedEngine] = [], status: EngineStatus = .ready, keys: TestKeys,
        settings: [String: String] = [:],
        directory: String? = nil, keepsDirectory: Bool = false, tracer: Tracer? = nil, ears: TestEars? = nil, loops: Int = 1,
        recorded: [any PrerecordedEngine] = [], usesVendors: Bool = false, log: Log = Log(level: .error), disk: DiskSpace = TestGateway.roomyDisk,
        zones: TimeZones = TimeZones(), change: (inout GatewayConfiguration) -> Void = { _ in }, clock: HeldClock? = nil,
        now: @escaping @Sendable () -> UnixTime = { TestGateway.time },
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        let gateway = try await TestGateway(
            engine, others: others, status: status, keys: keys, settings: settings, tracer: tracer, directory: directory, ears: ears, loops: loops,
            recorded: recorded, usesVendors: usesVendors, log: log, disk: disk, zones: zones, change: change,
            clock: clock, now: now)
        let result: Result<Void, any Error>
        do {
            try await body(gateway)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        gateway.server.stop()
        await gateway.composition.stopJobs()
        await gateway.server.drained()
        await gateway.settle()
        gateway.client.shutdown()
        gateway.group.shutdown()
        if !keepsDirectory { try? FileManager.default.removeItem(atPath: gateway.directory) }
        try result.get()
    }

    func send(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
    ) async throws -> (status: Int, headers: HTTPHeaders, text: String) {
        let answer = try await client.send(
            HTTPClientRequest(method, "http://127.0.0.1:\(port)\(path)", headers: Self.authorized(headers), body: body))
        let text = String(decoding: answer.body, as: UTF8.self)
        if path.hasPrefix("/api/v1/"), answer.status.code == 200, answer.headers["Content-Type"] == "application/json",
            !path.hasSuffix("/openapi.json")
        {
            try await AnswerDescription.of(self).check(text, method, path)
        }
        return (answer.status.code, answer.headers, text)
    }

    private static func authorized(_ headers: HTTPHeaders) -> HTTPHeaders {
        guard let bearer, headers["Authorization"] == nil else { return headers }
        var headers = headers
        headers.set("Authorization", "Bearer " + bearer)
        return headers
    }

    /// - Parameter opening: the client's first message.
    func connect(
        _ pathAndQuery: String, headers: HTTPHeaders = [:], subprotocols: [String] = [], opening: String? = nil
    ) async throws -> TestSocket {
        try await TestSocket.open(
            WebSocketTarget(isSecure: false, host: "127.0.0.1", port: port, pathAndQuery: pathAndQuery), headers: Self.authorized(headers),
            subprotocols: subprotocols, opening: opening,
            client: webSocketClient, loop: group.loops[0])
    }

    /// The routes that the gateway serves, as matrices name them: `GET /health`, `WebSocket /v1/listen`.
    var routes: [String] { composition.routes.all.map(Self.name) }

    /// The routes whose answers name the operation that tells when deleted data is gone.
    var erasingRoutes: [String] { composition.routes.all.filter(\.erases).map(Self.name) }

    private static func name(_ route: Route) -> String { (route.kind == .webSocket ? "WebSocket" : route.method.rawValue) + " " + route.path }

    var spool: Spool { composition.recordings.spool }

    var conversations: ConversationService { composition.recordings.conversations }

    /// The gateway's face for those who watch it.
    var monitoring: any HTTPService { composition.service.serving(composition.routes.monitoring) }

    func resumeJobs() async { await composition.resumeJobs() }

    func beginDrain() { composition.beginDrain() }

    func handOverSessions() { composition.handOverSessions() }

    func settle() async { await composition.settle() }

    func liveSessions() async -> Int { await composition.liveSessions() }

    /// Waits until no session is live.
    func sessionsEnd() async throws { try await until { await liveSessions() == 0 } }
}
