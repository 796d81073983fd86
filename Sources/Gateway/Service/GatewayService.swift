internal import Admission
package import Audio
internal import Conversations
package import Engines
package import Framing
internal import Journal
package import Live
package import Net
package import Observability
internal import Protocols
internal import Recordings
package import Speech
internal import Sessions
package import Store
package import Tracing
internal import Usage
internal import Vendors

/// The gateway: an HTTP service that knows its routes, its engines, and who may come in.
package final class GatewayService: HTTPService, EngineHealthObserver {
    let configuration: GatewayConfiguration
    let router: Router
    let entries: [EngineEntry]
    /// The part that decides what a caller may do, and who pays. Every route asks `admission`.
    let admission: Admission
    let metrics: Metrics
    let wrongCredentials: WrongCredentials
    let log: Log
    let client: HTTPClient
    let recordings: RecordingServices
    /// nil: nothing is traced.
    let tracer: Tracer?
    let transcripts: TranscriptFolder
    let evaluations: ShadowLog
    let recovery: CrashRecovery
    let conversations: ConversationService
    let usage: UsageRecorder
    var speechProfiles: SpeechProfiles { SpeechProfiles(desk: conversations, folder: configuration.dataDirectory + "/audio") }
    /// A new UUID.
    let newID: @Sendable () -> String
    private let corsPolicy: CORSPolicy
    let now: @Sendable () -> UnixTime
    let startedAt: UnixTime
    /// Live sessions whose clients may come back.
    let waiting = ResumableSessions()
    let voiceBudget = VoiceBudget()
    private let contexts: [ObjectIdentifier: LoopBound<LiveContext>]
    private let routes: RouteTable
    private let draining = AtomicFlag()
    private let accounts: BillingAccounts
    private let settling: Task<Void, Never>
    /// nil: there are no limits to watch.
    private let watching: Task<Void, Never>?
    private let sweeping: Task<Void, Never>
    private let minding: Task<Void, Never>
    private let forgetting: ErasureService

    /// - Parameters:
    ///   - entries: the engines there are.
    ///   - media: decodes recordings.
    ///   - tracer: nil: nothing is traced.
    ///   - newID: gives a new UUID in lower case.
    package init(
        _ configuration: GatewayConfiguration, loops: [Loop], entries: [EngineEntry], keys: any AccessKeyStore, stores: Stores,
        client: HTTPClient, webSocketClient: WebSocketClient, metrics: Metrics, log: Log,
        media: any MediaSource = InProcessMedia(), tracer: Tracer? = nil,
        newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime = { .now }
    ) async throws {
        self.configuration = configuration
        self.entries = entries
        self.metrics = metrics
        self.log = log
        self.tracer = tracer
        self.client = client
        self.newID = newID
        corsPolicy = Self.corsPolicy(configuration.corsOrigins)
        self.now = now
        startedAt = now()
        let router = Router(entries: entries, order: configuration.engines)
        self.router = router
        let users = configuration.identity.map { UserTokens($0, client: client, log: log, now: now) }
        // The first caller need not wait for them.
        users?.refresh()
        let spool = try Spool(directory: configuration.dataDirectory + "/spool", limits: configuration.disk)
        let continuity = LiveContinuity(
            recovery: configuration.recovery, stall: configuration.stall, repairTime: configuration.repairTime, modes: configuration.modes,
            desk: RepairQueue(capacity: Self.repairsAtOnce), folder: spool.directory, health: try EngineHealth())
        let directory = try DataDirectory(creating: configuration.dataDirectory)
        let runner = JobRunner(
            jobs: stores.jobs,
            uploads: try UploadFolder(
                directory: configuration.dataDirectory + "/uploads", uploads: stores.uploads, most: configuration.uploadBytes,
                userMost: configuration.disk.userUploads, log: log),
            results: try UnstoredResults(directory: configuration.dataDirectory + "/results"), secrets: try JobSecrets(of: directory),
            owner: newID(), schedule: configuration.storeRetries)
        // Those who watch have an address of their own.
        routes = RouteTable(
            configuration.metricsListen == nil ? Self.routes : Self.routes.filter { !MonitoringRoutes.guarded.contains($0.path) })
        var throttle = CredentialThrottle.Limits()
        throttle.delay = configuration.wrongCredentialDelay
        wrongCredentials = WrongCredentials(limits: throttle, metrics: metrics)
        let journals = configuration.dataDirectory + "/journal"
        let writer = try JournalWriter(
            directory: journals, sync: configuration.journal.sync, log: log, report: { metrics.journalSynced(after: $0) },
            syncFailed: { metrics.journalSyncFailed() })
        let transcripts = try TranscriptFolder(
            directory: configuration.dataDirectory + "/transcripts", limits: configuration.transcripts, log: log,
            retries: configuration.storeRetries, failed: { metrics.storeFailed(.transcript) })
        self.transcripts = transcripts
        let evaluations = ShadowLog(directory: configuration.dataDirectory, log: log)
        self.evaluations = evaluations
        let usage = UsageRecorder(
            stores.usage, prices: configuration.prices, metrics: UsageMetrics(), log: log, isWatched: !configuration.limits.isEmpty,
            newID: newID,
            now: now)
        self.usage = usage
        await usage.resume()
        let accounts = BillingAccounts(keys: keys, sessionsPerUser: configuration.sessionsPerUser)
        self.accounts = accounts
        let store = stores.conversations
        let watch = LimitWatch(configuration.limits, usage: usage, log: log, now: now)
        let admission = Admission(
            access: Access(keys: try KeyVerdicts(of: keys), tokens: try TemporaryTokens(), users: users), keys: keys, accounts: accounts,
            store: store, watch: watch,
            directory: EngineDirectory(entries: entries, router: router, reachable: configuration.reachable, client: client), log: log)
        self.admission = admission
        let recovery = CrashRecovery(earlier: writer.earlier, transcripts: transcripts)
        self.recovery = recovery
        let voices = entries.lazy.compactMap { $0.prerecorded as? any VoiceDetecting }.first
        let listener = voices.map(SpeechListener.init)
        let turns = entries.lazy.compactMap { $0.prerecorded as? any TurnJudging }.first
        let desk = ConversationService(
            store: store, audioFolder: directory.audio, audioDays: configuration.audioDays,
            texts: entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.sentences }.first,
            summaries: configuration.summaries.map { ModelSummaries($0, client: client, log: log) { await admission.grantForSummary(of: $0) } },
            media: media, voices: entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.voiceprints }.first,
            detecting: voices, speakerPatience: configuration.speakerPatience, poll: configuration.conversationPoll,
            completionWaits: configuration.completionWaits,
            listener: { entries.first { $0.name == .local && $0.isUsable }?.prerecorded }, newPath: { spool.path(for: newID()) },
            log: log, metrics: metrics, newID: newID, now: now)
        conversations = desk
        recordings = RecordingServices(
            admission: admission, usage: usage, metrics: metrics, log: log, tracer: tracer, client: client, spool: spool,
            batch: RecordingLimiter(most: 256),
            media: media, aligner: entries.lazy.compactMap { $0.prerecorded as? any WordAligning }.first, conversations: desk,
            chunked: ChunkedRecordings(stores.chunks, limits: configuration.rateLimits), runner: runner, models: router.models,
            settings: RecordingSettings(
                recordingBytes: configuration.recordingBytes, storeRetries: configuration.storeRetries, routing: configuration.routing,
                fetchesURLs: configuration.fetchesURLs, fetchReach: configuration.fetchReach),
            now: now, newID: newID)
        let waiting = waiting, voiceBudget = voiceBudget
        var webSocket = WebSocketConfiguration()
        webSocket.allowsCompression = configuration.compressesWebSockets
        var contexts: [ObjectIdentifier: LoopBound<LiveContext>] = [:]
        for (index, loop) in loops.enumerated() {
            let startedAt = now().milliseconds
            let webSocket = webSocket
            let made = await loop.run {
                Result { () throws(JournalError) in
                    let journal = try JournalLog(
                        directory: journals, loop: index, limits: configuration.journal, startedAt: startedAt, writer: writer, log: log)
                    return LoopBound(
                        LiveContext(
                            loop: loop, journal: journal, transcripts: transcripts, evaluations: evaluations, conversations: desk,
                            gate: configuration.gate, voices: voices, listener: listener, turns: turns, completion: recovery, metrics: metrics,
                            usage: usage,
                            log: log,
                            webSocket: webSocket, webSocketClient: webSocketClient, continuity: continuity, waiting: waiting,
                            voiceBudget: voiceBudget,
                            creditWarnings: configuration.creditWarnings, tracer: tracer),
                        on: loop)
                }
            }
            contexts[ObjectIdentifier(loop)] = try made.get()
        }
        self.contexts = contexts
        forgetting = ErasureService(
            store: desk.store, transcripts: transcripts, earlier: writer.earlier, contexts: Array(contexts.values),
            age: configuration.transcripts.age, log: log, now: now)
        sweeping = Task { [transcripts] in
            repeat { await transcripts.sweep(now: now()) } while (try? await Task.sleep(for: TranscriptFolder.sweepInterval)) != nil
        }
        minding = Task { [conversations, forgetting] in
            var rounds = 0
            while (try? await Task.sleep(for: ConversationService.sweepInterval)) != nil {
                await conversations.sweep()
                await forgetting.eraseJournals()
                if rounds % 12 == 0 {
                    // What others have deleted in the data directory.
                    await forgetting.run()
                    await conversations.cutAudio()
                    await conversations.takeUpForgotten()
                    await conversations.complement()
                }
                if rounds % 720 == 0 {
                    await conversations.forgetAudio()
                    await forgetting.prune()
                }
                rounds += 1
            }
        }
        settling = Task { [contexts, admission] in
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                await Self.settle(accounts, contexts, log)
                if await !admission.loadOpenness() { for context in contexts.values { context.enter { $0.endSessionsWithoutKeys() } } }
                log.summarizeRefusals()
                await usage.settle()
            }
        }
        watching =
            watch.isNeeded
            ? Task { [contexts] in
                while (try? await Task.sleep(for: LimitWatch.interval)) != nil {
                    let standings = await watch.look(at: Self.openUsage(of: contexts, now: now()))
                    if !standings.isEmpty { for context in contexts.values { context.enter { $0.hold(to: standings) } } }
                }
            } : nil
        continuity.health.serve(self)
    }

    package func tell(_ account: EngineHealth.Account, isAvailable: Bool) {
        // What a caller's own key meets is in the lines of that caller's sessions.
        if account.isOperators {
            if isAvailable {
                log.info("the engine works again", [.engine: account.engine.rawValue])
            } else {
                log.warning("the engine failed and gets no sessions for a while", [.engine: account.engine.rawValue])
            }
        }
        for context in contexts.values { context.enter { $0.availability(account, isAvailable: isAvailable) } }
    }

    package func probe(_ engine: EngineName) async -> EngineError? {
        guard let entry = entries.first(where: { $0.name == engine }), let context = contexts.values.first else { return nil }
        return await withCheckedContinuation { continuation in
            context.enter { context in context.probe(entry) { error in continuation.resume(returning: error) } }
        }
    }

    /// Engines of this process have their own queue, in which live audio comes first; vendors take some at a time.
    private static let repairsAtOnce = 16

    deinit {
        settling.cancel()
        watching?.cancel()
        sweeping.cancel()
        minding.cancel()
    }

    /// Stores what sessions left: their transcripts, and what was spent, for the last time. After the last session has ended.
    package func settle() async {
        // What ends sessions may be on its way to the loops.
        for context in contexts.values { await context.loop.run {} }
        await transcripts.settle()
        await evaluations.settle()
        for context in contexts.values { await context.loop.run { _ = context.withValue { $0.journal.finish() } } }
        settling.cancel()
        await settling.value
        await Self.settle(accounts, contexts, log)
        await usage.settle()
    }

    /// Returns the usage of the live sessions now, by owner.
    private static func openUsage(of contexts: [ObjectIdentifier: LoopBound<LiveContext>], now: UnixTime) async -> [UsageOwner: OpenUsage] {
        var open: [UsageOwner: OpenUsage] = [:]
        for context in contexts.values {
            let found = await context.loop.run { context.withValue { $0.openUsage(now: now) } } ?? [:]
            for (owner, usage) in found { open[owner, default: OpenUsage()] += usage }
        }
        return open
    }

    private static func settle(_ accounts: BillingAccounts, _ contexts: [ObjectIdentifier: LoopBound<LiveContext>], _ log: Log) async {
        do throws(StoreError) {
            let over = Set(try await accounts.settle())
            if !over.isEmpty { for context in contexts.values { context.enter { $0.end(sessionsOf: over) } } }
        } catch {
            log.error("spent credit cannot be stored yet", [.error: "\(error)"])
        }
    }

    /// Takes what is to be known no more out of all that is kept of sessions.
    func forgetSpeech() async { await forgetting.run() }

    /// Takes up the jobs that an earlier run left.
    package func resumeJobs() async {
        await recordings.runner.start(recordings)
    }

    /// Stops work on jobs and on the transcripts of sessions that are over; what is not done is for the next run.
    package func stopJobs() async {
        await recovery.stop()
        await recordings.runner.stop()
    }

    /// Completes what sessions of earlier runs left, in the background; and from now on what sessions of this run leave.
    package func recoverSessions() async {
        await recovery.start(
            .init(
                admission: admission, conversations: conversations, usage: usage, metrics: metrics, log: log, tracer: tracer,
                engines: configuration.engines, transcriptAge: configuration.transcripts.age, now: now,
                newPath: recordings.newPath, forgetSpeech: { [forgetting] in await forgetting.run() })
        )
        await recordings.chunked.recover(recordings)
    }

    /// Returns the state that the sessions of the exchange's loop share.
    func context(on loop: Loop) -> LiveContext? { contexts[ObjectIdentifier(loop)]?.withValue { $0 } }

    /// No new sessions and requests; live sessions are brought to their end.
    package func beginDrain() {
        draining.set()
        for context in contexts.values { context.enter { $0.drain() } }
    }

    /// Live sessions there are now.
    package func liveSessions() async -> Int {
        var count = 0
        for context in contexts.values { count += await context.loop.run { context.withValue { $0.sessions.count } ?? 0 } }
        return count
    }

    package func handle(_ exchange: HTTPExchange) { handle(exchange, by: routes) }

    package func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) {
        var answer = standardRefusal(error)
        AnswerHeaders.complete(&answer.head.headers, version: configuration.version)
        return answer
    }

    /// - Parameter routes: the routes that are served at the address that the request came to.
    func handle(_ exchange: HTTPExchange, by routes: RouteTable) {
        let head = exchange.request
        if !MonitoringRoutes.guarded.contains(head.path), var answer = corsPolicy.preflightAnswer(to: head) {
            AnswerHeaders.complete(&answer.headers, version: configuration.version)
            exchange.respond(answer)
            return
        }
        let id = newID()
        let client = configuration.trustedProxies.client(of: head.headers, peer: exchange.peer, isSecure: exchange.isSecure)
        let isUpgrade = head.asksForWebSocket
        let onPath = routes.nearest(to: head.path)
        // HEAD is answered as GET is, without the body.
        let method = head.method == .head ? .get : head.method
        if let route = onPath.first(where: { $0.method == method && ($0.kind == .webSocket) == isUpgrade }) {
            let call = Call(id: id, route: route.path, gateway: self, client: client, endpoint: route.endpoint)
            return route.path == "/health" ? route.endpoint.handle(exchange, call) : prepare(exchange, by: route, call)
        }
        let voice = onPath.first?.voice ?? .harken
        let call = Call(id: id, route: "none", gateway: self, client: client)
        if head.method == .options, !onPath.isEmpty {
            answer(exchange, HTTPResponseHead(.noContent, headers: ["Allow": allowed(onPath)]), call: call)
        } else if onPath.isEmpty {
            refuse(exchange, .notFound("There is nothing at \(head.path)."), voice, call)
        } else if isUpgrade {
            refuse(exchange, .badRequest("There is no WebSocket at \(head.path)."), voice, call)
        } else if onPath.contains(where: { $0.kind == .webSocket && $0.method == method }) {
            refuse(exchange, .badRequest("\(head.path) is a WebSocket: connect to it with ws:// or wss://."), voice, call)
        } else {
            refuse(exchange, .methodNotAllowed(allowed: allowed(onPath)), voice, call)
        }
    }

    /// Waits, off the loop, for what the judgement of the caller needs.
    private func prepare(_ exchange: HTTPExchange, by route: Route, _ call: Call) {
        guard let prepare = admission.preparation(for: route.endpoint.credential(in: exchange.request)) else {
            return handle(exchange, by: route, call)
        }
        Task {
            await prepare()
            exchange.loop.execute { [self] in handle(exchange, by: route, call) }
        }
    }

    private func handle(_ exchange: HTTPExchange, by route: Route, _ call: Call) {
        if draining.isSet && !route.path.hasPrefix("/health") && route.path != "/metrics" {
            return refuse(exchange, .unavailable("The gateway is going down."), route.voice, call)
        }
        if let cause = KeylessGateway.refusal(of: exchange.request, from: call.client), admission.isOpenToThisMachineOnly {
            return refuse(exchange, cause, route.voice, call, reason: cause.plain.message)
        }
        route.endpoint.handle(exchange, call)
    }

    /// True if there is a WebSocket at this path.
    func hasWebSocket(at path: String) -> Bool { routes.nearest(to: path).contains { $0.kind == .webSocket } }

    private func allowed(_ routes: [Route]) -> String {
        var methods: [String] = []
        for route in routes where !methods.contains(route.method.rawValue) { methods.append(route.method.rawValue) }
        if methods.contains("GET") { methods.append("HEAD") }
        return (methods + ["OPTIONS"]).joined(separator: ", ")
    }

    /// True unless the request comes from a page that may not open a WebSocket. Browsers do not ask before they open one.
    func takes(origin head: HTTPRequestHead) -> Bool {
        guard let origin = head.headers["Origin"], !corsPolicy.allows(origin: origin), !LoopbackHost.matches(origin: origin) else { return true }
        // Of this gateway itself, as some libraries write it who are no browsers.
        guard let host = head.headers["Host"] else { return false }
        return ["http://", "https://"].contains { ($0 + host).equalsIgnoringCase(origin) }
    }

    // MARK: - Answers

    func handshake(_ call: Call) -> HandshakeContext {
        HandshakeContext(
            requestID: call.id, now: now(), models: router.models, engines: Set(entries.map(\.name)), sessionLimit: configuration.sessionLimit)
    }

    /// - Parameter reason: words of ours for the log; nil: the status says enough.
    func refuse(_ exchange: HTTPExchange, _ cause: RefusalCause, _ voice: RefusalVoice, _ call: Call, reason: String? = nil) {
        let refusal = voice.refuse(cause, handshake(call))
        if let reason {
            log.refusal(
                "request refused", of: call.client.ip,
                [.request: call.id, .route: call.route, .status: "\(refusal.status.code)", .peer: "\(call.client)", .reason: reason],
                level: .warning)
            return send(refusal, exchange, call)
        }
        // A wrong credential in a message of a WebSocket is `PreSessionHandler`'s.
        guard cause == .unauthenticated, call.showsCredential(exchange.request) else { return refuse(exchange, refusal, call) }
        wrongCredentials.refused(call.client.ip, on: exchange.loop) { [self] in
            refuse(exchange, refusal, call)
        } turnAway: { wait in
            refuse(exchange, voice.refuse(.tooManyRequests(retryAfter: wait), handshake(call)), call)
        }
    }

    func refuse(_ exchange: HTTPExchange, _ refusal: Refusal, _ call: Call) {
        log.refusal(
            "request refused", of: call.client.ip,
            [
                .request: call.id, .route: call.route, .method: exchange.request.method.nameInLogs, .status: "\(refusal.status.code)",
                .peer: "\(call.client)",
            ])
        send(refusal, exchange, call)
    }

    private func send(_ refusal: Refusal, _ exchange: HTTPExchange, _ call: Call) {
        answer(exchange, HTTPResponseHead(refusal.status, headers: refusal.headers), refusal.body, call: call)
    }

    func answer(_ exchange: HTTPExchange, _ head: HTTPResponseHead, _ body: [UInt8] = [], call: Call) {
        metrics.answered(route: call.route, status: head.status.code)
        exchange.respond(completed(head, for: exchange.request), body: body)
    }

    /// Begins an answer whose body comes in pieces.
    func begin(_ exchange: HTTPExchange, _ head: HTTPResponseHead, call: Call) {
        metrics.answered(route: call.route, status: head.status.code)
        exchange.begin(completed(head, for: exchange.request))
    }

    private func completed(_ head: HTTPResponseHead, for request: HTTPRequestHead) -> HTTPResponseHead {
        var head = head
        AnswerHeaders.complete(&head.headers, version: configuration.version)
        if !MonitoringRoutes.guarded.contains(request.path) { head.headers.append(corsPolicy.headers(for: request)) }
        return head
    }

    private static func corsPolicy(_ origins: [String]) -> CORSPolicy {
        // Any page may ask: credentials travel in headers that a page must know, never in cookies. Who is let in, `Access` decides.
        let origins: CORSPolicy.Origins = origins.isEmpty || origins.contains("*") ? .any : .listed(Set(origins))
        return CORSPolicy(origins: origins, exposedHeaders: ["dg-request-id", "dg-error", "x-request-id", "x-harken-session"])
    }
}
