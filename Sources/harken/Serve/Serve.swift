import Admission
import Audio
import Decoding
import Engines
import Gateway
import Glibc
import Journal
import LocalEngine
import Net
import Observability
import Protocols
import Settings
import Speech
import Store
import Sessions
import Tracing
import Usage
import Vendors

struct Serve: Command {
    private static let listen = Option(
        "--listen", "ADDR:PORT", accepts: "ADDR:PORT such as 127.0.0.1:8080 or [::1]:8080",
        "The address to listen on; port 0 picks a free port. Default: 127.0.0.1:8080. Variable: HARKEN_LISTEN."
    ) { $0.isEmpty ? nil : $0 }
    private static let data = Option(
        "--data", "DIR", "Directory of the database, keys and audio. Default: ~/.local/share/harken. Variable: HARKEN_DATA.")
    private static let certificate = Option("--tls-cert", "FILE", "Serves https and wss with this certificate chain (PEM).")
    private static let key = Option("--tls-key", "FILE", "The certificate's private key (PEM).")
    private static let drain = Option(
        "--drain-seconds", "N", accepts: "seconds from 0 to 3600",
        "The longest time that open live sessions go on after SIGTERM; 0: until they end. Default: 30. Variable: HARKEN_DRAIN_SECONDS."
    ) { text in Double(text).flatMap { (0...3_600).contains($0) ? text : nil } }
    private static let fsync = Option(
        "--fsync", "POLICY", accepts: SyncPolicy.accepted,
        """
        When audio and words are synced to the disk. group=200ms: all sessions together, so a power cut loses the last 0.2 s. always: before each \
        message is passed on, for a few sessions. never: when the kernel does it. A killed gateway loses nothing under any policy. Default: \
        group=200ms. Variable: HARKEN_FSYNC.
        """
    ) { SyncPolicy($0) == nil ? nil : $0 }
    private static let log = Option(
        "--log", "LEVEL", accepts: "debug, info, warning or error", words: ["debug", "info", "warning", "error"],
        "The lowest level that is logged. Default: info. Variable: HARKEN_LOG."
    ) { Log.Level(name: $0) == nil ? nil : $0 }

    private static let requireEngine = Flag(
        "--require-engine", "Waits until an engine can be used before the gateway is ready, and exits with status 1 when none can be used.")

    private static let takeOver = Flag(
        "--take-over",
        "Takes the sockets of the gateway that uses the data directory, once this one is ready. That gateway ends when its sessions have ended. "
            + "Without a running gateway this one starts as usual.")

    private static let detach = Flag(
        "--detach", "Starts the gateway in a process of its own, waits until it is ready, and exits with status 1 when it could not start.")
    private static let readyDescriptor = Option(
        "--ready-fd", "N", accepts: "a descriptor from 3 to 1023", "Writes an empty line to the open descriptor N when the gateway is ready."
    ) { text in Int32(text).flatMap { (3...1_023).contains($0) ? text : nil } }

    static let takesHangups = true

    static let description = CommandDescription(
        name: "serve", summary: "Start the speech-to-text server.",
        discussion: """
            Prints "harken: ready on http://ADDR:PORT" on standard error once it accepts connections; models are loaded after that. After \
            SIGTERM no new session begins, and open ones go on until they end or the drain time is over; a second signal stops at once. SIGHUP reads the certificate and its key again, for new connections. Without keys the \
            gateway serves only this machine. An address that others can reach needs a key first (harken keys create), or an identity provider \
            (HARKEN_OIDC_ISSUER). All other settings are variables, such as DEEPGRAM_API_KEY, HARKEN_ENGINES and HARKEN_MODE (failover, hedged, \
            ensemble or shadow).
            """,
        options: [listen, data, OperatorSettings.config, certificate, key, drain, fsync, log, requireEngine, takeOver, detach, readyDescriptor],
        examples: ["harken serve", "harken serve --listen 127.0.0.1:9000 --data /srv/harken"])

    /// Time for the last words of sessions that are handed over.
    private static let handOverTime: Duration = .seconds(8)
    /// Maximum time for which the start checks the database's pages for damage.
    private static let checkTime: Duration = .seconds(5)

    private let given: [OperatorSettings.Given]
    private let environment: [String: String]
    private let configFile: String?
    private let needsEngine: Bool
    private let mayTakeOver: Bool
    private let detaches: Bool
    /// Place to report that the gateway is ready; nil when nobody waits.
    private let readyLine: ReadyLine?

    init(_ arguments: Arguments) throws(UsageError) {
        var given: [OperatorSettings.Given] = []
        let options = [
            ("HARKEN_LISTEN", Self.listen), ("HARKEN_DATA", Self.data), ("HARKEN_TLS_CERT", Self.certificate), ("HARKEN_TLS_KEY", Self.key),
            ("HARKEN_DRAIN_SECONDS", Self.drain),
            ("HARKEN_FSYNC", Self.fsync), ("HARKEN_LOG", Self.log),
        ]
        for (flag, level) in [(Flag.verbose, "debug"), (Flag.quiet, "error")] where arguments.has(flag) {
            given.append(.init(name: "HARKEN_LOG", value: level, option: flag.name))
        }
        for (name, option) in options {
            if let value = try arguments.value(option) { given.append(.init(name: name, value: value, option: option.name)) }
        }
        for (one, other) in [(Self.certificate, Self.key), (Self.key, Self.certificate)] {
            let isAlone = arguments.text(one) != nil && arguments.text(other) == nil
            if isAlone { throw UsageError("\(one.name) needs \(other.name) FILE too") }
        }
        self.given = given
        environment = arguments.environment
        configFile = try arguments.value(OperatorSettings.config)
        needsEngine = arguments.has(Self.requireEngine)
        mayTakeOver = arguments.has(Self.takeOver)
        detaches = arguments.has(Self.detach)
        readyLine = try arguments.value(Self.readyDescriptor).flatMap(Int32.init).map(ReadyLine.init)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        if detaches { return await detach(context) }
        do {
            let configuration = try OperatorSettings.configuration(file: configFile, environment: environment, given: given)
            try await serve(configuration, context)
            return .done
        } catch let error where error is ConfigurationError || error is UsageError {
            context.printError(Self.description, "\(error)")
            return .wrongUsage
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }

    private func detach(_ context: CommandContext) async -> ExitStatus {
        do throws(SystemError) {
            return try await DetachedProcess.start(CommandLine.arguments.dropFirst().filter { $0 != Self.detach.name })
        } catch {
            context.printError(Self.description, "the gateway cannot be started in a process of its own: \(error)")
            return .failed
        }
    }

    private func serve(_ configuration: GatewayConfiguration, _ context: CommandContext) async throws {
        let directory = try DataDirectory(creating: configuration.dataDirectory)
        var claim = try directory.claim()
        let takesOver = claim == nil && mayTakeOver
        guard claim != nil || takesOver else {
            throw ServeError(
                "another harken serve uses \(directory.path); stop it, take over from it with --take-over, or give this one another --data")
        }
        if takesOver, configuration.database == nil, try SQLiteInstallation.wouldMigrate(directory) {
            throw ServeError(
                "the running gateway's database has the format of an earlier version; stop that gateway, then start this one without --take-over")
        }
        switch Restore.remains(in: directory.path) {
        case .part:
            throw ServeError(
                "\(directory.path) has a part of a backup only: harken restore was ended before it was done; repeat it, or delete the directory's content"
            )
        case .folder where claim != nil: Restore.removeFolder(in: directory.path)
        case .folder, nil: break
        }
        let metrics = Metrics()
        let format = configuration.logFormat ?? (context.diagnostics.isTerminal ? .text : .json)
        let writer = try LogWriter(format: format, dropped: { metrics.logLineDropped() })
        // Lines that were logged before a failure are written too.
        defer { writer.flush(within: .seconds(2)) }
        let log = Log(level: configuration.logLevel, format: format, write: { writer.write($0) })
        if claim != nil {
            // Speech is served all the same. Each erasure tries again, and tells that it is not complete while the copy is left.
            do throws(StoreError) { try BackupDraft.removeAbandoned(in: directory) } catch {
                log.warning(
                    "a backup that was killed has left a copy of the data, which cannot be deleted; delete .backup.draft in the data directory",
                    [.error: "\(error)"])
            }
        }
        let installation = try Installation(
            in: directory, database: configuration.database, bucket: configuration.bucket, checkTime: Self.checkTime,
            durability: configuration.journal.sync == .never ? .kernel : .disk, isGateway: true,
            report: { error in
                if let error {
                    log.warning("audio and files wait on this machine until the object storage takes them", [.error: "\(error)"])
                } else {
                    log.info("the object storage takes audio and files again")
                }
            },
            schemaWork: { log.info("the database is brought up to date; this may take minutes", [.step: $0.place, .work: $0.work]) })
        installation.health.report(to: log, metrics)
        if !installation.foreignParts.isEmpty {
            log.warning(
                "the database was made by a build between two versions and may fail; import exports of its users into a new data directory",
                [.path: directory.database, .parts: installation.foreignParts.abridged()])
        }
        if let risk = installation.risk { log.warning("the database does not keep what it has accepted", [.reason: risk]) }
        let keys = try installation.keys(hashing: OpenSSLHashing(), now: { .now })
        let isKeyless = try await keys.isEmpty()
        guard configuration.listen.isLoopback || configuration.identity != nil || !isKeyless else {
            throw ServeError(
                "\(configuration.listen.description) can be reached by others, and there is no key yet; make one first: "
                    + "harken keys create --data \(directory.path)")
        }
        let address = try address(of: configuration.listen)
        for (name, meant) in Settings.misspelt(in: environment) {
            log.warning("an environment variable looks like a misspelt setting", [.name: name, .meant: meant])
        }
        if installation.check == .unfinished {
            log.info(
                "the database is too large to be checked completely at the start; harken doctor --deep checks all of it",
                [.path: directory.database, .seconds: "\(Self.checkTime.components.seconds)"])
        }
        if let age = PriceAge(configuration.prices, of: configuration.vendors.map(\.name), now: .now) {
            log.warning(
                "prices were last read more than 180 days ago; harken prices shows them, and how to change them",
                [.count: "\(age.count)", .reason: age.oldest])
        }
        let loops = try LoopGroup(count: configuration.loops)
        let descriptors = DescriptorBudget()
        let client = try HTTPClient()
        let tracer = configuration.tracing.map { makeTracer($0, client, metrics, log) }
        let media = try Decoders.make(configuration, metrics, log)
        let models = configuration.modelFolder.map { ModelFolder($0) } ?? ModelFolder(environment: environment)
        let entries = engines(configuration, models, client, media, log)
        let timeZones = SystemTimeZones(environment, chosen: configuration.timeZone)
        if let problem = timeZones.problem {
            log.warning("the machine's time zone is not known, so days are in UTC; set HARKEN_TIME_ZONE", [.reason: problem])
        }
        let gateway = try await Composition(
            GatewayInputs(
                configuration: configuration, loops: loops.loops, entries: entries, keys: keys, directory: directory,
                stores: installation.stores(zones: timeZones.zones, now: { .now }),
                client: client, webSocketClient: WebSocketClient(tls: TLSClientContext(), resolver: Resolver()), descriptors: descriptors,
                modelFolder: models.path, zones: timeZones.zones,
                metrics: metrics, log: log,
                media: media, tracer: tracer, newID: RandomUUID.text))
        let capacity = metrics.sessions.capacity
        if capacity < configuration.maxConnections {
            log.warning(
                "fewer live sessions than HARKEN_MAX_CONNECTIONS: the process may open too few files; raise LimitNOFILE= of systemd, or ulimit -Hn",
                [.count: "\(capacity)", .files: "\(descriptors.limit)"])
        }
        let server = try Self.serverConfiguration(configuration, descriptors)
        let http = HTTPServer(loops: loops.loops, configuration: server, service: gateway.service)
        let readiness = EngineReadiness(entries: entries, log: log)
        let reporting = Task { await readiness.report() }
        defer { reporting.cancel() }
        if takesOver {
            // The running gateway serves until this one can.
            try await requireEngine(reporting)
            _ = await reporting.value
        }
        let taken = takesOver ? try await takeSockets(directory) : nil
        let inherited = taken.map { InheritedSockets($0) } ?? InheritedSockets(environment: environment)
        if let descriptor = inherited?.claim { claim = DirectoryClaim(adopting: descriptor, of: directory) }
        guard let lock = claim?.descriptor else {
            throw ServeError("the running gateway did not hand over \(directory.path); stop it, then start this one")
        }
        if let descriptor = inherited?.tokens {
            do throws(SystemError) { gateway.adoptTokens(try MemoryFile.contents(closing: descriptor, limit: TemporaryTokens.maxDocument)) } catch {
                log.warning("the temporary tokens of the earlier gateway cannot be read; their holders need new ones", [.error: "\(error)"])
            }
        }
        let bound = try listen(http, on: address, inherited?.main ?? [], log)
        let monitoring = try serveMonitoring(configuration, gateway, loops.loops, inherited, log)
        let handOver = HandOver(directory, adopting: inherited?.handOver, log)
        do throws(HandOverError) { try taken?.confirm() } catch { throw ServeError("the sockets were not taken over: \(error)") }
        await gateway.resumeJobs()
        await gateway.recoverSessions()
        let summary = readiness.summary
        if !takesOver { try await requireEngine(reporting) }
        context.diagnostics.writeLine("harken: ready on \(configuration.tls == nil ? "http" : "https")://\(bound)")
        log.info(
            "gateway started",
            [
                .version: Version.current, .path: directory.path, .address: "\(bound)", .engines: summary,
                .access: Self.access(configuration, isKeyless: isKeyless), .sessions: "\(capacity)",
            ])
        let manager = ServiceManager(environment: environment)
        manager?.notify(.ready)
        readyLine?.write()

        let reloading = Task { [tls = configuration.tls] in
            for await _ in context.hangups {
                if let tls { Self.reload(tls, http, log) }
            }
        }
        let handedTokens = HandedTokens()
        let successor = await handOver.untilTaken {
            InheritedSockets.offered(
                main: http, metrics: monitoring, claim: lock, tokens: handedTokens.descriptor(gateway.tokensToHandOver(), log))
        }
        let isTakenOver = successor != nil
        if isTakenOver {
            log.info("another gateway has taken over the sockets")
            // The claim is the next gateway's alone: when that ends, another one may start although this one still drains.
            claim = nil
        }
        reloading.cancel()
        manager?.notify(successor.map { .mainProcess($0) } ?? .stopping)
        log.info("draining", [.seconds: configuration.drainTime.map { "\($0.components.seconds)" } ?? "unlimited"])
        // A separate task, because this one is cancelled and could not wait any more.
        await Task {
            let began = Instant.now
            // systemd keeps its sockets for the next process.
            let leavesSockets = isTakenOver || inherited != nil
            if leavesSockets {
                http.leaveSockets()
                monitoring?.leaveSockets()
                await gateway.leaveToNext()
            } else {
                gateway.beginDrain()
            }
            await gateway.sessionsEnd(within: configuration.drainTime) { leavesSockets && http.connectionCount > 0 }
            if isTakenOver { await gateway.ownKeyJobsEnd(within: configuration.drainTime.map { $0 - began.duration(to: .now) }) }
            let open = await gateway.liveSessions()
            if open > 0 { log.info("the drain time is over; open sessions are ended", [.count: "\(open)"]) }
            gateway.handOverSessions()
            http.beginDrain()
            let limit = Task {
                // Requests that are being answered may use the rest of the drain time.
                guard let drainTime = configuration.drainTime else { return }
                try await Task.sleep(for: max(Self.handOverTime, drainTime - began.duration(to: .now)))
                http.stop()
            }
            await gateway.stopJobs()
            await http.drained()
            limit.cancel()
            await gateway.settle()
            await tracer?.finish(within: .seconds(5))
            // The service manager must know before this process ends that the next one is the service.
            if isTakenOver { return await manager?.settle() ?? () }
            do throws(StoreError) { try await installation.settle() } catch {
                // No data is lost: the next start reads the log.
                log.warning("the database's log could not be written into its file", [.error: "\(error)"])
            }
        }.value
        http.stop()
        monitoring?.stop()
        loops.shutdown()
        log.info("gateway stopped")
        withExtendedLifetime(claim) {}
    }

    private func requireEngine(_ reporting: Task<Bool, Never>) async throws(ServeError) {
        guard needsEngine else { return }
        guard await reporting.value else { throw ServeError("no engine can be used (--require-engine); harken doctor says what is missing") }
    }

    private func takeSockets(_ directory: DataDirectory) async throws(ServeError) -> TakenSockets {
        do throws(HandOverError) { return try await TakenSockets.take(from: directory.handOver) } catch {
            throw ServeError("the sockets of the gateway that uses \(directory.path) cannot be taken over: \(error); that gateway goes on")
        }
    }

    /// Returns the callers who are admitted, for the log.
    private static func access(_ configuration: GatewayConfiguration, isKeyless: Bool) -> String {
        guard let identity = configuration.identity else { return isKeyless ? "everybody on this machine" : "keys" }
        return (isKeyless ? "" : "keys and ") + "tokens of \(identity.issuer)"
    }

    /// Returns the limits of the HTTP server, and its certificate.
    private static func serverConfiguration(_ configuration: GatewayConfiguration, _ descriptors: DescriptorBudget) throws -> HTTPServerConfiguration
    {
        var server = HTTPServerConfiguration()
        server.maxConnectionCount = configuration.maxConnections
        server.descriptors = descriptors
        var limits = UnauthenticatedLimits()
        limits.maxConnectionCountPerAddress = configuration.maxConnectionsPerAddress
        limits.isExempt = { [proxies = configuration.trustedProxies] ip in ip.isLoopback || proxies.contains(ip) }
        server.unauthenticated = limits
        if let tls = configuration.tls { server.tls = try certificate(tls) }
        return server
    }

    /// - Parameter again: true if the files were read before, which a pipe cannot be once more.
    private static func certificate(_ files: GatewayConfiguration.TLSFiles, again: Bool = false) throws -> TLSServerContext {
        for file in [files.certificate, files.key] {
            if let problem = FileIdentity.problem(path: file, again: again) { throw ServeError("\(file): \(problem)") }
        }
        do throws(TLSError) { return try TLSServerContext(certificateFile: files.certificate, keyFile: files.key) } catch {
            throw ServeError("cannot \(error); give a certificate chain and its private key without a pass phrase, both in PEM form")
        }
    }

    /// Loads the certificate from the files again, for new connections. The previous certificate stays when the files cannot be read.
    private static func reload(_ files: GatewayConfiguration.TLSFiles, _ server: HTTPServer, _ log: Log) {
        do {
            server.useTLS(try certificate(files, again: true))
            log.info("certificate reloaded", [.path: files.certificate])
        } catch {
            log.error("certificate not reloaded; the certificate from before stays in use", [.error: "\(error)"])
        }
    }

    /// Serves readiness and metrics on a separate address, if the operator has set one. They are served until the gateway ends.
    private func serveMonitoring(
        _ configuration: GatewayConfiguration, _ gateway: Composition, _ loops: [Loop], _ inherited: InheritedSockets?, _ log: Log
    ) throws(ServeError) -> HTTPServer? {
        guard let listen = configuration.metricsListen else { return nil }
        var limits = HTTPServerConfiguration()
        limits.maxConnectionCount = 100
        let server = HTTPServer(loops: loops, configuration: limits, service: gateway.service.serving(gateway.routes.monitoring))
        let bound = try self.listen(server, on: try address(of: listen), option: "HARKEN_METRICS_LISTEN=", inherited?.metrics ?? [], log)
        log.info("metrics served", [.address: "\(bound)"])
        return server
    }

    private func makeTracer(_ settings: TraceSettings, _ client: HTTPClient, _ metrics: Metrics, _ log: Log) -> Tracer {
        let exporter = SpanExporter(settings, client: client) { report in
            metrics.traced(report)
            // A full queue is not logged, because the failure of its collector was logged.
            if case .dropped(let count, let cause) = report, cause != .queueFull {
                log.warning("spans not exported", [.count: "\(count)", .reason: cause.rawValue])
            }
        }
        return Tracer(exporter, random: { .random(in: .min ... .max) }, now: { .now })
    }

    private func engines(
        _ configuration: GatewayConfiguration, _ models: ModelFolder, _ client: HTTPClient, _ media: any MediaSource, _ log: Log
    ) -> [EngineEntry] {
        var entries = [LocalEngineEntry.make(models, media, configuration, log)]
        for settings in configuration.vendors {
            guard let vendor = Catalogue.vendors.first(where: { $0.name == settings.name }) else { continue }
            let entry = EngineEntry(vendor, settings: settings, client: client, clock: .system)
            let segmented = SegmentedEntry.make(entry, settings, ears: entries[0])
            if segmented == nil, settings.interimPeriod != nil {
                log.warning(
                    "an engine takes no live audio: the local models that find speech are missing; install them with: harken models install",
                    [.engine: entry.name.rawValue])
            }
            entries.append(segmented ?? entry)
        }
        return entries
    }

    private func address(of listen: ListenAddress) throws(ServeError) -> SocketAddress {
        let host = listen.host == "localhost" ? "127.0.0.1" : listen.host
        guard let ip = IPAddress(host) else {
            throw ServeError("\(listen.description) is not a numeric address; give one such as 127.0.0.1:\(listen.port) or 0.0.0.0:\(listen.port)")
        }
        return SocketAddress(ip, port: listen.port)
    }

    /// - Parameter inherited: sockets to listen on in place of new ones; empty when there are none.
    private func listen(
        _ server: HTTPServer, on address: SocketAddress, option: String = "--listen ", _ inherited: [Int32], _ log: Log
    ) throws(ServeError) -> SocketAddress {
        do throws(SystemError) {
            if !inherited.isEmpty {
                let bound = try server.start(adopting: inherited)
                if bound.ip != address.ip || (address.port != 0 && bound.port != address.port) {
                    log.warning(
                        "the address to listen on is that of the sockets that were handed over, not the one in the settings",
                        [.address: "\(bound)", .meant: "\(address)"])
                }
                return bound
            }
            return try server.start(on: address)
        } catch {
            switch error.code {
            case EADDRINUSE:
                throw ServeError(
                    "port \(address.port) is in use on \(address.ip); give another port with \(option)\(address.ip):PORT, or 0 to pick a free one")
            case EADDRNOTAVAIL: throw ServeError("\(address.ip) is not an address of this machine; ip address lists its addresses")
            case EACCES: throw ServeError("port \(address.port) needs more rights; give a port above 1023 with \(option)ADDRESS:PORT")
            case _: throw ServeError("cannot listen on \(address): \(error)")
            }
        }
    }
}

/// The reason why the gateway did not start, in one line that says what to do.
struct ServeError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
