package import Admission
package import Continuity
package import Journal
internal import Live
package import Net
package import ObjectStorage
package import Observability
package import Protocols
package import RecordingAssembly
package import Recordings
package import Settings
package import Speech
package import Store
package import Tracing
package import Usage

/// The operator's checked settings for a gateway.
package struct GatewayConfiguration: Sendable {
    package struct TLSFiles: Sendable, Equatable {
        package var certificate: String
        package var key: String
    }

    package var listen: ListenAddress
    package var dataDirectory: String
    package var logLevel: Log.Level
    /// Form of log lines; nil: text on a terminal, otherwise JSON.
    package var logFormat: LogFormat?
    /// Engines for live audio, in order. Engines that are not named here are used only for callers who ask for them.
    package var engines: [EngineName]
    package var vendors: [VendorSettings]
    /// Settings for every vendor's connection with a caller's own key. Vendors without a key of the operator's are included.
    package var reachable: [VendorSettings]
    /// Rules that choose the engine for batch transcription.
    package var routing: WorkloadRouting
    /// Limits on the rate of clients' requests.
    package var rateLimits: RateLimiter.Settings
    /// Prices of the engines.
    package var prices: PriceTable
    /// Limits on the usage of one user, and of one key, at the operator's cost.
    package var limits: UsageLimits
    /// Folder of the local models; nil for the folder that set-up uses.
    package var modelFolder: String?
    /// Time for which local models that nothing uses are kept in memory; nil: for ever.
    package var keepAlive: Duration?
    /// Words that are hidden in all texts, whatever clients ask for; nil: nothing is hidden.
    package var redaction: RedactionDemand?
    /// The operator's own profane words, in lower case.
    package var profanity: [String]
    /// True if the local engine puts key terms in.
    package var usesKeyTerms: Bool
    /// The local engine's model for each language, and the languages that speech may turn out to be.
    package var localLanguages: LocalLanguages
    /// Maximum time that open sessions go on after the gateway was asked to end; nil: until they end.
    package var drainTime: Duration?
    package var tls: TLSFiles?
    /// The version of Harken.
    package let version: String
    /// Number of event loops; each is a thread.
    package var loops: Int
    package var maxConnections: Int
    /// Maximum number of connections of one address before it has shown a credential; 0 for any number.
    package var maxConnectionsPerAddress: Int
    package var journal: JournalLimits
    package var transcripts: TranscriptLimits
    /// Maximum size of a recording in bytes; nil for the limit of each protocol's vendor.
    package var recordingBytes: Int?
    /// Engines for models that OpenAI's clients name and that no engine here has.
    package var modelAliases: ModelAliases
    /// Maximum duration of a recording's decoded audio; nil for any duration.
    package var recordingLength: Duration?
    /// Maximum disk space, in bytes, for recordings that were uploaded to be recognised later.
    package var uploadBytes: Int
    package var compressesWebSockets: Bool
    /// Maximum time for which an engine that receives speech may be silent before it is treated as failed; zero for no maximum.
    package var stall: Duration
    /// Time from the detection of a fault to the report of a gap, if the gap is not repaired by then; zero when nothing is repaired.
    package var repairTime: Duration
    /// Settings for the number of engines that hear live sessions.
    package var modes: ModeSettings
    /// Number of days for which conversations' audio is kept, unless the user has chosen; 0 when none is kept.
    package var audioDays: Int
    /// Number of days after which a voice without a name that is not heard any more is deleted.
    package var voiceDays: Int
    /// Number of days for which a deleted conversation can be restored; zero: conversations are deleted for good.
    package var deletedDays: Int
    /// Time zone of users who have chosen none; nil: the machine's. The form of the name is checked, and not that the zone exists.
    package var timeZone: TimeZoneName?
    /// Settings of the gate that keeps silence from engines.
    package var gate: GateSettings
    /// True if engines that tell speakers apart hear the user's speech profile before a live conversation.
    package var sendsProfiles: Bool
    /// Maximum time without a voice that was heard, or without a final, after which words of a conversation go on without their speaker. A machine that
    /// does not keep up does not reach it: words wait then, so that the machine's load changes no label.
    package var speakerPatience: Duration = ConversationService.standardPatience
    /// The same for final words of a transcript, where the client asks for speakers. They usually wait for 0 to 0.3 s.
    package var labelPatience: Duration = ConversationService.standardPatience
    /// Maximum time that a client that has finished waits for its conversation to be complete, or to be stored.
    package var completionPatience: Duration = ConversationService.standardCompletionPatience
    /// Interval at which a live conversation checks whether it is over, and whether other replicas have changed people and voices.
    package var conversationPoll: Duration = .milliseconds(1_500)
    /// Waits between attempts to complete a conversation; after the last attempt the conversation has failed.
    package var completionWaits: [Duration] = [.seconds(1), .seconds(5), .seconds(30)]
    /// Addresses that users' webhooks may use in addition to public ones.
    package var webhookAddresses: Set<IPAddress>
    /// The promise of deliveries to users' webhooks.
    package var webhookPromise = DeliveryPromise.webhook
    /// Waits between attempts to store data that must not be lost: results of jobs, and transcripts.
    package var storeRetries = RetrySchedule.store
    /// Rule for failover when a live session's engine fails.
    package var recovery = FailoverPolicy.Rule()
    /// True if URLs that callers give are fetched. Nothing is ever fetched from private addresses.
    package var fetchesURLs: Bool
    /// Addresses from which URLs may be fetched. No setting extends them; tests do, because a test's host is on the test's own machine.
    package var fetchReach = HTTPClientRequest.Reach.publicOnly
    /// Origins of web pages that may call, in addition to pages from this machine; `*` for all origins.
    package var corsOrigins: [String]
    /// Maximum duration of a live session, in dialects that leave the duration to the operator.
    package var sessionLimit: Duration
    /// True if tokens in messages are accepted from other machines without TLS: for a gateway behind a proxy that has TLS.
    package var allowsPlainTokens: Bool
    /// Balances at which clients are warned, if their protocol has words for it; the highest first.
    package var creditWarnings: [Duration]
    /// Maximum number of live sessions of one user at a time; nil for any number.
    package var sessionsPerUser: Int?
    /// Reverse proxies whose reports about their clients are believed.
    package var trustedProxies: TrustedProxies
    /// Address where readiness and metrics are served in place of `listen`; nil when they are served at `listen`.
    package var metricsListen: ListenAddress?
    /// True if readiness and metrics need a key, once there is a key.
    package var metricsNeedKey: Bool
    /// Limits on the disk space for data that callers send.
    package var disk: DiskLimits
    /// Time that the rejection of a wrong credential waits, after the first few of its address; zero when no rejection waits.
    package var wrongCredentialDelay: Duration
    /// The identity provider that vouches for users; nil when there is none and only keys count.
    package var identity: IdentityProvider?
    /// The database of the stores; nil when they are in the data directory.
    package var database: PostgresAddress?
    /// The bucket of the blobs; nil when they are in the data directory.
    package var bucket: BucketSettings?
    /// Settings of the language model that sums conversations up; nil when conversations are summed up in their own words.
    package var summaries: SummarySettings?
    /// Destination of spans; nil when nothing is traced.
    package var tracing: TraceSettings?

    /// - Parameters:
    ///   - home: the user's home directory, for defaults.
    ///   - cores: number of processors.
    ///   - version: the version of Harken.
    package init(_ settings: Settings, home: String, cores: Int, version: String = "0") throws(ConfigurationError) {
        self.version = version
        try settings.checkLines()
        listen = try ListenAddress(parsing: settings["HARKEN_LISTEN"] ?? "127.0.0.1:8080", name: "HARKEN_LISTEN")
        dataDirectory = Self.path(settings["HARKEN_DATA"] ?? "~/.local/share/harken", home: home)
        guard let level = Log.Level(name: settings["HARKEN_LOG"] ?? "info") else {
            throw ConfigurationError(
                "HARKEN_LOG", "\"\(settings["HARKEN_LOG"] ?? "")\" is not a log level", accepted: "debug, info, warning or error")
        }
        logLevel = level
        logFormat = try settings["HARKEN_LOG_FORMAT"].map { text throws(ConfigurationError) in
            guard let format = LogFormat(rawValue: text.lowercased()) else {
                throw ConfigurationError("HARKEN_LOG_FORMAT", "\"\(text)\" is not a valid format", accepted: "text or json")
            }
            return format
        }
        database = try settings["HARKEN_DATABASE_URL"].map { url throws(ConfigurationError) in
            guard let address = PostgresAddress(url) else {
                // The text may have a password.
                throw ConfigurationError("HARKEN_DATABASE_URL", "is not the URL of a PostgreSQL database", accepted: PostgresAddress.accepted)
            }
            return address
        }
        do throws(BucketSettings.Problem) { bucket = try BucketSettings { settings[$0] } } catch {
            throw ConfigurationError(error.name, error.fault, accepted: error.accepted)
        }
        stall = try settings.seconds("HARKEN_STALL_SECONDS", in: 0.5...60, orZero: true, default: 3)
        repairTime = try settings.seconds("HARKEN_REPAIR_SECONDS", in: 0.5...60, orZero: true, default: 4)
        reachable = try Self.reachable(settings)
        routing = try WorkloadRouting(settings)
        rateLimits = try RateLimiter.Settings(settings)
        prices = try PriceTable(settings)
        limits = try UsageLimits(settings)
        vendors = try reachable.map { vendor throws(ConfigurationError) in
            try settings.key(vendor.name.keyVariable).map { vendor.with($0) }
        }.compactMap(\.self)
        let configured = vendors.map(\.name) + [.local]
        if let names = settings.list("HARKEN_ENGINES") {
            engines = names.map(EngineName.init)
            guard !engines.isEmpty else {
                throw ConfigurationError("HARKEN_ENGINES", "names no engine", accepted: "names with commas, such as local")
            }
            for engine in engines where !configured.contains(engine) {
                let isVendor = Catalogue.vendors.contains { $0.name == engine }
                throw ConfigurationError(
                    "HARKEN_ENGINES", isVendor ? "\(engine) has no key" : "there is no engine \"\(engine)\"",
                    accepted: configured.map(\.rawValue).joined(separator: ", ")
                        + (isVendor ? "; or set \(engine.keyVariable)" : ""))
            }
        } else {
            engines = configured
        }
        modes = try ModeSettings(settings, engines: engines)
        gate = try GateSettings(settings)
        sendsProfiles = try settings.boolean("HARKEN_PROFILE_FIRST", default: false)
        audioDays = try settings.integer("HARKEN_AUDIO_DAYS", in: 0...36_500, default: 30)
        voiceDays = try settings.integer("HARKEN_VOICE_DAYS", in: 1...36_500, default: 365)
        deletedDays = try Self.deletedDays(settings)
        timeZone = try settings["HARKEN_TIME_ZONE"].map { text throws(ConfigurationError) in
            guard let name = TimeZoneName(text) else {
                throw ConfigurationError("HARKEN_TIME_ZONE", "\"\(text)\" is not a time zone", accepted: TimeZoneName.accepted)
            }
            return name
        }
        modelFolder = settings["HARKEN_MODELS"].map { Self.path($0, home: home) }
        keepAlive = try settings.duration("HARKEN_KEEP_ALIVE", in: .seconds(1)...(.seconds(7 * 86_400)))
        redaction = try Self.redaction(settings)
        profanity = (settings.list("HARKEN_PROFANITY") ?? []).map { $0.lowercased() }
        usesKeyTerms = try settings.boolean("HARKEN_KEY_TERMS", default: true)
        localLanguages = try LocalLanguages(settings)
        let drainSeconds = try settings.seconds("HARKEN_DRAIN_SECONDS", in: 0...3600, default: 30)
        drainTime = drainSeconds > .zero ? drainSeconds : nil
        switch (settings["HARKEN_TLS_CERT"], settings["HARKEN_TLS_KEY"]) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = TLSFiles(certificate: certificate, key: key)
        case (nil, _): throw ConfigurationError("HARKEN_TLS_CERT", "is missing, but HARKEN_TLS_KEY is set", accepted: "both files, or neither")
        case (_, nil): throw ConfigurationError("HARKEN_TLS_KEY", "is missing, but HARKEN_TLS_CERT is set", accepted: "both files, or neither")
        }
        loops = try settings.integer("HARKEN_LOOPS", in: 1...64, default: max(1, min(cores, 64)))
        maxConnections = try settings.integer("HARKEN_MAX_CONNECTIONS", in: 1...1_000_000, default: 10_000)
        maxConnectionsPerAddress = try settings.integer("HARKEN_MAX_CONNECTIONS_PER_ADDRESS", in: 0...1_000_000, default: 64)
        let fsync = settings["HARKEN_FSYNC"] ?? SyncPolicy.standard.description
        guard let sync = SyncPolicy(fsync) else {
            throw ConfigurationError("HARKEN_FSYNC", "\"\(fsync)\" is not a valid policy", accepted: SyncPolicy.accepted)
        }
        journal = JournalLimits(
            logBytes: try settings.integer("HARKEN_JOURNAL_BYTES", in: 1 << 28...1 << 50, default: 8 << 30) / loops, sync: sync)
        transcripts = TranscriptLimits(
            count: try settings.integer("HARKEN_TRANSCRIPT_COUNT", in: 1...10_000_000, default: 100_000),
            bytes: try settings.integer("HARKEN_TRANSCRIPT_BYTES", in: 1 << 20...1 << 50, default: 4 << 30),
            age: .seconds(86_400 * (try settings.integer("HARKEN_TRANSCRIPT_DAYS", in: 1...36_500, default: 30))))
        uploadBytes = try settings.integer("HARKEN_UPLOAD_BYTES", in: 1 << 20...1 << 50, default: 64 << 30)
        let bytes = try settings.integer("HARKEN_RECORDING_BYTES", in: 0...1 << 40, default: 0)
        recordingBytes = bytes == 0 ? nil : bytes
        modelAliases = try Self.modelAliases(settings)
        let hours = try settings.integer("HARKEN_RECORDING_HOURS", in: 0...10_000, default: 24)
        recordingLength = hours == 0 ? nil : .seconds(3_600 * hours)
        compressesWebSockets = try settings.boolean("HARKEN_COMPRESSION", default: false)
        fetchesURLs = try settings.boolean("HARKEN_FETCH_URLS", default: true)
        sessionLimit = try settings.seconds("HARKEN_MAX_SESSION_SECONDS", in: 1...86_400, default: 4 * 3_600)
        allowsPlainTokens = try settings.boolean("HARKEN_ALLOW_PLAIN_TOKENS", default: false)
        creditWarnings = try (settings.list("HARKEN_CREDIT_WARNINGS") ?? ["300", "60", "10"]).map { text throws(ConfigurationError) in
            guard let seconds = Int64(text), (1...1_000_000_000).contains(seconds) else {
                throw ConfigurationError(
                    "HARKEN_CREDIT_WARNINGS", "\"\(text)\" is not usable", accepted: "whole seconds with commas, such as 300,60,10")
            }
            return .seconds(seconds)
        }.sorted(by: >)
        let most = try settings.integer("HARKEN_MAX_SESSIONS_PER_USER", in: 0...1_000_000, default: 100)
        sessionsPerUser = most == 0 ? nil : most
        trustedProxies = try TrustedProxies(settings.list("HARKEN_TRUSTED_PROXIES") ?? [])
        metricsListen = try settings["HARKEN_METRICS_LISTEN"].map { text throws(ConfigurationError) in
            try ListenAddress(parsing: text, name: "HARKEN_METRICS_LISTEN")
        }
        if let metricsListen, metricsListen == listen, listen.port != 0 {
            throw ConfigurationError("HARKEN_METRICS_LISTEN", "is the address of HARKEN_LISTEN", accepted: "another address or port, or unset")
        }
        metricsNeedKey = try settings.boolean("HARKEN_METRICS_KEY", default: false)
        disk = try DiskLimits(settings)
        wrongCredentialDelay = try settings.seconds("HARKEN_WRONG_KEY_SECONDS", in: 0.1...10, orZero: true, default: 1)
        identity = try IdentityProvider(settings)
        summaries = try SummarySettings(settings)
        webhookAddresses = Set(
            try (settings.list("HARKEN_WEBHOOK_ADDRESSES") ?? []).map { text throws(ConfigurationError) in
                guard let address = IPAddress(text) else {
                    throw ConfigurationError(
                        "HARKEN_WEBHOOK_ADDRESSES", "\"\(text)\" is not an IP address", accepted: "IP addresses with commas, such as 192.168.1.5")
                }
                return address
            })
        corsOrigins = settings.list("HARKEN_CORS_ORIGINS") ?? []
        do throws(TraceSettingsError) {
            tracing = try TraceSettings.read(version: version) { settings[$0] }
        } catch {
            throw ConfigurationError(error.name, error.problem, accepted: error.accepted)
        }
    }

    /// Reads the number of days for which a deleted conversation can be restored; commands on a data directory use it too.
    package static func deletedDays(_ settings: Settings) throws(ConfigurationError) -> Int {
        try settings.integer("HARKEN_DELETED_DAYS", in: 0...36_500, default: 7)
    }

    private static func redaction(_ settings: Settings) throws(ConfigurationError) -> RedactionDemand? {
        var kinds: Set<SensitiveKind> = []
        for name in settings.list("HARKEN_REDACT") ?? [] {
            guard let named = Set<SensitiveKind>.named(name.lowercased()) else {
                throw ConfigurationError(
                    "HARKEN_REDACT", "there is nothing called \"\(name)\"", accepted: Set<SensitiveKind>.names.joined(separator: ", "))
            }
            kinds.formUnion(named)
        }
        let users = Set(settings.list("HARKEN_REDACT_USERS") ?? [])
        guard !kinds.isEmpty else { return nil }
        return RedactionDemand(RedactionRule(kinds), users: UserShare("HARKEN_REDACT", share: users.isEmpty ? 1 : 0, users: users))
    }

    private static func modelAliases(_ settings: Settings) throws(ConfigurationError) -> ModelAliases {
        let name = "HARKEN_MODEL_ALIASES"
        guard let entries = settings.list(name) else { return .standard }
        let accepted = "NAME=ENGINE entries with commas, * for every other name, or none"
        guard let aliases = ModelAliases(entries) else { throw ConfigurationError(name, "an entry is not NAME=ENGINE", accepted: accepted) }
        for engine in aliases.all where engine != .local && !Catalogue.vendors.contains(where: { $0.name == engine }) {
            throw ConfigurationError(name, "there is no engine \"\(engine)\"", accepted: accepted)
        }
        return aliases
    }

    /// Returns the path with the home directory in place of `~/`. No shell replaces that in a file of settings.
    private static func path(_ text: String, home: String) -> String { text.hasPrefix("~/") ? home + text.dropFirst() : text }

    private static func checked(_ name: String, _ address: () throws(VendorAddressError) -> String) throws(ConfigurationError) -> String {
        do throws(VendorAddressError) {
            return try address()
        } catch {
            throw ConfigurationError(name, "\"\(error.text)\" has no scheme", accepted: VendorAddressError.accepted)
        }
    }

    /// Returns the number of live sessions of one channel, in the operator's mode, for which there is room.
    package func sessions(within budget: DescriptorBudget) -> Int {
        let servers = vendors.count { settings in
            guard engines.contains(settings.name), let vendor = Catalogue.vendors.first(where: { $0.name == settings.name }) else { return false }
            return vendor.serving(settings).live != nil || settings.interimPeriod != nil
        }
        return min(maxConnections, budget.sessions(taking: modes.mode.streams(toServers: servers, channels: 1)))
    }

    /// Returns the settings for every vendor's connection, without keys.
    private static func reachable(_ settings: Settings) throws(ConfigurationError) -> [VendorSettings] {
        var found: [VendorSettings] = []
        for vendor in Catalogue.vendors {
            let prefix = vendor.variablePrefix
            var made = VendorSettings(name: vendor.name, credential: Credential(""), model: settings[prefix + "_STT_MODEL"])
            let way = try settings.liveAudio(of: vendor)
            if let live = vendor.live, way ?? .realtime == .realtime {
                let name = vendor.streamingVariable
                made.streamingAddress = try Self.checked(name) { () throws(VendorAddressError) in
                    try VendorAddress.webSocket(settings[name] ?? live.address, standard: live.address)
                }
                made.liveModel = settings[prefix + "_LIVE_MODEL"]
                let cap = prefix + "_SESSION_CAP_SECONDS"
                if settings[cap] != nil { made.sessionCap = try settings.seconds(cap, in: 120...604_800, orZero: true, default: 0) }
                made.pace = try settings.speed(prefix + "_PACE")
            }
            if let prerecorded = vendor.prerecorded {
                let name = prefix + "_BASE_URL"
                made.address = try Self.checked(name) { () throws(VendorAddressError) in
                    try VendorAddress.http(settings[name] ?? prerecorded.address, standard: prerecorded.address)
                }
                if prerecorded.recognizesSegments, way == .recordings {
                    made.interimPeriod = try settings.seconds(prefix + "_INTERIM_SECONDS", in: 0.2...60, default: 1)
                }
            }
            if settings[prefix + "_POLL_INTERVAL_SECONDS"] != nil {
                made.pollInterval = try settings.seconds(prefix + "_POLL_INTERVAL_SECONDS", in: 0.1...600, default: 3)
            }
            if settings[prefix + "_MAX_POLL_SECONDS"] != nil {
                made.timeLimit = try settings.seconds(prefix + "_MAX_POLL_SECONDS", in: 1...86_400, default: 900)
            }
            found.append(made)
        }
        return found
    }
}
