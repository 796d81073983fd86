@testable import Admission
import Continuity
import Gateway
@testable import Journal
@testable import Net
import Protocols
import RecordingAssembly
@testable import Recordings
import Sessions
@testable import Settings
import Speech
import Store
import Testing

@Suite struct `Configuration` {
    private func configuration(_ values: [String: String]) throws -> GatewayConfiguration {
        var settings = Settings()
        settings.merge(values)
        return try GatewayConfiguration(settings, home: "/home/user", cores: 2)
    }

    @Test func `needs nothing`() throws {
        let configuration = try configuration([:])
        #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(configuration.dataDirectory == "/home/user/.local/share/harken")
        #expect(configuration.engines == [.local])
        #expect(configuration.vendors.isEmpty)
        #expect(configuration.drainTime == .seconds(30))
    }

    @Test func `names what is hidden, for everybody or for some users`() throws {
        #expect(try configuration([:]).redaction == nil)
        let all = try #require(try configuration(["HARKEN_REDACT": "PCI, person_name"]).redaction)
        #expect(all.rule(for: ID("anna"))?.kinds == [.cardNumber, .cardExpiry, .cardCode, .personName])
        let some = try #require(try configuration(["HARKEN_REDACT": "all", "HARKEN_REDACT_USERS": "anna,ben"]).redaction)
        #expect(some.rule(for: ID("ben")) != nil && some.rule(for: ID("carl")) == nil)
        #expect(throws: ConfigurationError.self) { try configuration(["HARKEN_REDACT": "pci,secrets"]) }
        #expect(try configuration(["HARKEN_PROFANITY": "Perkele*,vittu"]).profanity == ["perkele*", "vittu"])
    }

    @Test func `puts vendors with a key before the local engine`() throws {
        let configuration = try configuration(["DEEPGRAM_API_KEY": "secret", "DEEPGRAM_BASE_URL": "http://127.0.0.1:9000/"])
        #expect(configuration.engines == [EngineName("deepgram"), .local])
        #expect(configuration.vendors.first?.streamingAddress == "ws://127.0.0.1:9000")
    }

    @Test func `needs no engine for live audio where recordings are all that is wanted`() throws {
        let recordings = ["OPENAI_API_KEY": "secret", "HARKEN_ENGINES": "openai"]
        #expect(try configuration(recordings).engines == [EngineName("openai")])
        #expect(throws: ConfigurationError.self) { try configuration(recordings.merging(["HARKEN_MODE": "hedged"]) { $1 }) }
    }

    @Test func `limits what one user may take unless it is told otherwise`() throws {
        let standard = try configuration([:])
        #expect(standard.sessionsPerUser == 100)
        #expect(standard.disk == DiskLimits() && standard.disk.userSpool < standard.disk.spool)
        #expect(try configuration(["HARKEN_MAX_SESSIONS_PER_USER": "0"]).sessionsPerUser == nil)
        // A user's share is no more than all that there is.
        #expect(try configuration(["HARKEN_SPOOL_BYTES": "10000000"]).disk.userSpool == 10_000_000)
    }

    @Test(arguments: [
        ["HARKEN_TRUSTED_PROXIES": "127.0.0.1, proxy.example"], ["HARKEN_METRICS_LISTEN": "9090"], ["HARKEN_METRICS_KEY": "perhaps"],
        ["HARKEN_LISTEN": "127.0.0.1:9090", "HARKEN_METRICS_LISTEN": "127.0.0.1:9090"], ["HARKEN_SPOOL_BYTES": "0"], ["HARKEN_UPLOADS_PER_KEY": "0"],
        ["HARKEN_FREE_DISK_BYTES": "-1"], ["HARKEN_USER_UPLOAD_BYTES": "many"], ["HARKEN_WRONG_KEY_SECONDS": "60"],
    ])
    func `rejects limits and proxies that make no sense`(values: [String: String]) {
        let error = #expect(throws: ConfigurationError.self) { try configuration(values) }
        #expect(error.map { values.keys.contains($0.name) } == true)
    }

    @Test func `never shows a vendor's key`() throws {
        let configuration = try configuration(["DEEPGRAM_API_KEY": "very-secret"])
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("very-secret"))
        #expect(!"\(configuration)".contains("very-secret"))
    }

    struct Key: Sendable {
        var name: String
        /// Settings without which the key is not read.
        var others: [String: String] = [:]

        static let all =
            Catalogue.vendors.map { Key(name: $0.variablePrefix + "_API_KEY") } + [
                Key(name: "HARKEN_LLM_API_KEY", others: ["HARKEN_LLM_BASE_URL": "http://127.0.0.1/v1", "HARKEN_LLM_MODEL": "small"]),
                Key(name: "AWS_ACCESS_KEY_ID", others: ["HARKEN_BLOBS": "s3://bucket", "AWS_SECRET_ACCESS_KEY": "s"]),
            ]
    }

    @Test(arguments: Key.all, ["zq-9f3e71\nother", "zq-9f3e71\r\nX-Smuggled: 1", "zq-…", "zq-...", "zq-9f3e71 other", "\"zq-9f3e71"])
    func `rejects a key that cannot be one, by its variable and without showing it`(key: Key, text: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration(key.others.merging([key.name: text]) { $1 }) }
        #expect(error?.name == key.name)
        #expect(error?.description.contains("zq") == false && error?.description.contains("other") == false)
    }

    @Test(arguments: Catalogue.vendors.map { $0.variablePrefix + "_API_KEY" }) func `rejects a key of blanks`(name: String) {
        let error = #expect(throws: ConfigurationError.self) { try configuration([name: "   "]) }
        #expect(error?.name == name)
    }

    @Test(arguments: ["zq-9f3e71\n", "zq-9f3e71\r\n", "  zq-9f3e71 ", "\"zq-9f3e71\""])
    func `takes a key without what other systems put around it`(text: String) throws {
        for vendor in Catalogue.vendors {
            let settings = try configuration([vendor.variablePrefix + "_API_KEY": text]).vendors
            #expect(settings.map(\.name) == [vendor.name] && settings.map(\.credential) == [Credential("zq-9f3e71")])
        }
        let others = ["HARKEN_LLM_BASE_URL": "http://127.0.0.1/v1", "HARKEN_LLM_MODEL": "small", "HARKEN_LLM_API_KEY": text]
        #expect(try configuration(others).summaries?.credential == Credential("zq-9f3e71"))
    }

    @Test func `leaves variables of other programs alone that it does not read`() throws {
        #expect(try configuration(["AWS_SESSION_TOKEN": "one\ntwo", "AWS_ACCESS_KEY_ID": " ", "OTEL_SERVICE_NAME": "a\nb"]).bucket == nil)
    }

    @Test func `keeps recordings that nobody waits for from AssemblyAI until it is told otherwise`() throws {
        #expect(try configuration(["ASSEMBLYAI_API_KEY": "secret"]).routing == WorkloadRouting())
        let on = try configuration([
            "ASSEMBLYAI_PRERECORDED_STT_ENABLED": "true", "ASSEMBLYAI_BACKGROUND_STT_WORKLOADS": "sync, Postprocess",
            "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED": "true", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_WORKLOADS": "sync",
            "ASSEMBLYAI_BACKGROUND_PROVIDER_MODE": "shadow_only", "ASSEMBLYAI_STT_MODEL": "universal-2",
        ])
        #expect(
            on.routing
                == WorkloadRouting(
                    isAssemblyAIEnabled: true, workloads: [.sync, .postprocess], mode: .shadowOnly, fallback: [.sync], model: "universal-2"))
        #expect(try configuration(["ASSEMBLYAI_BACKGROUND_STT_WORKLOADS": "none"]).routing.workloads.isEmpty)
    }

    @Test func `tries a vendor and a mode with some users`() throws {
        let some = try configuration([
            "ASSEMBLYAI_API_KEY": "secret", "DEEPGRAM_API_KEY": "secret", "ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true",
            "ASSEMBLYAI_BACKGROUND_STT_SHARE": "5", "HARKEN_MODE": "hedged", "HARKEN_MODE_USERS": "anna, bert",
        ])
        #expect(some.routing.users.share == 0.05 && some.routing.users.users.isEmpty)
        #expect(some.modes.users.share == 0 && some.modes.users.users == ["anna", "bert"])
        #expect(some.modes.mode(of: ID("s"), by: ID("anna"), engines: 2) == .hedged)
        #expect(some.modes.mode(of: ID("s"), by: ID("carl"), engines: 2) == .failover)
        for text in ["-1", "101", "five"] {
            #expect(throws: ConfigurationError.self) { try configuration(["ASSEMBLYAI_BACKGROUND_STT_SHARE": text]) }
        }
    }

    @Test func `knows how a vendor is reached that only callers have keys for`() throws {
        let configuration = try configuration(["DEEPGRAM_BASE_URL": "http://127.0.0.1:9000/"])
        #expect(configuration.vendors.isEmpty)
        #expect(configuration.reachable.first { $0.name == .deepgram }?.address == "http://127.0.0.1:9000")
    }

    @Test func `knows how long a vendor's stream may last, as its account allows`() throws {
        let settings = [
            "SONIOX_API_KEY": "secret", "SONIOX_SESSION_CAP_SECONDS": "600", "SPEECHMATICS_SESSION_CAP_SECONDS": "0", "ASSEMBLYAI_API_KEY": "secret",
        ]
        let configuration = try configuration(settings)
        func cap(_ name: EngineName) throws -> Duration? {
            let vendor = try #require(Catalogue.vendors.first { $0.name == name }), live = try #require(vendor.live)
            let settings = try #require(configuration.reachable.first { $0.name == name })
            return LiveEngine(name: name, capabilities: live.capabilities, access: .vendor(live, settings)).sessionCap
        }
        #expect(try cap(EngineName("soniox")) == .seconds(600))
        #expect(try cap(EngineName("speechmatics")) == nil)
        #expect(try cap(.assemblyAI) == .seconds(3 * 3_600))
        #expect(try cap(.deepgram) == nil)
        #expect(configuration.vendors.first { $0.name == EngineName("soniox") }?.sessionCap == .seconds(600))
    }

    @Test func `knows how fast a server of the operator's own takes live audio`() throws {
        let settings = ["DEEPGRAM_PACE": "40", "SONIOX_PACE": "2.5"]
        let configuration = try configuration(settings)
        func pace(_ name: EngineName) throws -> Double? {
            let vendor = try #require(Catalogue.vendors.first { $0.name == name }), live = try #require(vendor.live)
            let settings = try #require(configuration.reachable.first { $0.name == name })
            return LiveEngine(name: name, capabilities: live.capabilities, access: .vendor(live, settings)).pace
        }
        #expect(try pace(.deepgram) == 40)
        #expect(try pace(EngineName("soniox")) == 2.5)
        #expect(try pace(.assemblyAI) == 1)
    }

    @Test(arguments: [
        (nil, false, false), ("off", false, false), ("false", false, false), ("true", false, true), ("Recordings", false, true),
        ("realtime", true, false),
    ])
    func `knows how OpenAI serves live audio`(way: String?, isRealtime: Bool, isSegmented: Bool) throws {
        var settings = ["OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:8000", "OPENAI_LIVE_MODEL": "own"]
        settings["OPENAI_LIVE"] = way
        let found = try #require(try configuration(settings).vendors.first)
        #expect(found.streamingAddress == (isRealtime ? "ws://127.0.0.1:8000/v1" : nil) && (found.interimPeriod != nil) == isSegmented)
        let vendor = try #require(Catalogue.vendors.first { $0.name == found.name }).serving(found)
        #expect(vendor.live?.capabilities.models.first == (isRealtime ? "own" : nil) && vendor.capabilities.streaming == isRealtime)
        #expect(throws: ConfigurationError.self) { try configuration(["OPENAI_LIVE": "perhaps"]) }
    }

    @Test func `takes zero for streams that are never given up and dead ones that are not repaired`() throws {
        let never = try configuration(["HARKEN_STALL_SECONDS": "0", "HARKEN_REPAIR_SECONDS": "0"])
        #expect(never.stall == .zero)
        #expect(never.repairTime == .zero)
    }

    @Test(arguments: [("5m", Duration.seconds(300)), ("90s", .seconds(90)), ("1.5h", .seconds(5_400)), ("7d", .seconds(604_800)), ("0", nil)])
    func `takes a time with its unit for idle models`(text: String, expected: Duration?) throws {
        #expect(try configuration(["HARKEN_KEEP_ALIVE": text]).keepAlive == expected)
    }

    @Test(arguments: [
        ("HARKEN_LISTEN", "nonsense"), ("HARKEN_LISTEN", "::1:80"), ("HARKEN_LISTEN", "127.0.0.1:99999"), ("HARKEN_LOG", "loud"),
        ("HARKEN_ENGINES", "whisper"), ("HARKEN_ENGINES", "deepgram"), ("HARKEN_MODE", "hedged"), ("HARKEN_MODE", "best"),
        ("HARKEN_VOTE_SECONDS", "0"), ("HARKEN_SHADOW_SHARE", "2"), ("HARKEN_STALL_SECONDS", "soon"),
        ("SONIOX_SESSION_CAP_SECONDS", "5"), ("SONIOX_PACE", "0"), ("SONIOX_PACE", "fast"),
        ("HARKEN_KEEP_ALIVE", "5"), ("HARKEN_KEEP_ALIVE", "0.1s"), ("HARKEN_KEEP_ALIVE", "nan"),
        ("HARKEN_REPAIR_SECONDS", "-1"), ("HARKEN_DRAIN_SECONDS", "x"), ("HARKEN_TLS_CERT", "only.pem"), ("HARKEN_LOOPS", "0"),
        ("HARKEN_COMPRESSION", "perhaps"), ("ASSEMBLYAI_BACKGROUND_STT_ENABLED", "perhaps"),
        ("ASSEMBLYAI_BACKGROUND_STT_WORKLOADS", "sync,everything"), ("ASSEMBLYAI_PRERECORDED_STT_WORKLOADS", "realtime"),
        ("ASSEMBLYAI_BACKGROUND_STT_WORKLOADS", ","), ("ASSEMBLYAI_BACKGROUND_PROVIDER_MODE", "both"),
        ("ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED", "maybe"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"), ("OTEL_SDK_DISABLED", "maybe"), ("HARKEN_DATABASE_URL", "mysql://x"),
        ("HARKEN_FSYNC", "sometimes"), ("HARKEN_FSYNC", "group=1ms"), ("HARKEN_FSYNC", "group=200"), ("HARKEN_TRANSCRIPT_DAYS", "0"),
        ("HARKEN_DELETED_DAYS", "-1"), ("HARKEN_DELETED_DAYS", "a week"),
    ])
    func `rejects a wrong value in one line that names it`(name: String, value: String) {
        do {
            _ = try configuration([name: value])
            Issue.record("was taken")
        } catch let error as ConfigurationError {
            #expect(error.name == name || name == "HARKEN_TLS_CERT")
            #expect(!error.description.contains("\n") && error.description.contains(": use "))
        } catch {
            Issue.record("another error: \(error)")
        }
    }

    @Test func `takes the address of a PostgreSQL database, and shows no password of one that is wrong`() throws {
        #expect(try configuration([:]).database == nil)
        #expect(try configuration(["HARKEN_DATABASE_URL": "postgres://ann:sesame@db/harken"]).database?.description == "postgres://db/harken")
        let error = #expect(throws: ConfigurationError.self) { try configuration(["HARKEN_DATABASE_URL": "mysql://ann:sesame@db/harken"]) }
        #expect(error?.description.contains("sesame") == false)
    }

    @Test(arguments: [
        ("group=200ms", SyncPolicy.group(.milliseconds(200))), ("group=0.5s", .group(.milliseconds(500))), ("group", .standard), ("ALWAYS", .always),
        ("never", .never),
    ])
    func `knows when to sync`(text: String, policy: SyncPolicy) throws {
        #expect(try configuration(["HARKEN_FSYNC": text]).journal.sync == policy)
        #expect(SyncPolicy(policy.description) == policy)
        #expect(try configuration([:]).journal.sync == .group(.milliseconds(200)))
    }

    @Test(arguments: SettingTable.all.filter { $0.standard != nil }.map(\.name))
    func `has the defaults that the table of settings names`(name: String) throws {
        // These defaults are in the parts that use them.
        guard name != "HARKEN_MODELS", !name.hasSuffix("_SESSION_CAP_SECONDS"), !name.hasSuffix("_PACE"), !name.hasSuffix("_POLL_INTERVAL_SECONDS"),
            !name.hasSuffix("_MAX_POLL_SECONDS"),
            name != "OPENAI_STT_MODEL", name != "OPENAI_INTERIM_SECONDS", !name.hasSuffix("_LIVE_MODEL")
        else { return }
        let standard = try #require(SettingTable[name]?.standard)
        // Sorted, because the order of a set's elements is random.
        #expect("\(try configuration([name: standard]))".sorted() == "\(try configuration([:]))".sorted())
    }
}

@Suite struct `A loopback host` {
    @Test(arguments: [
        "localhost", "LOCALHOST:8080", "127.0.0.1", "127.1.2.3:80", "[::1]:8080", "[::1]", "app.localhost:1",
    ])
    func `is one by name or address`(authority: String) {
        #expect(LoopbackHost.matches(authority: authority))
    }

    @Test(arguments: [
        "example.org", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "[::2]", "", "127.0.0", "127.0.0.256", "0.0.0.0",
    ])
    func `is nothing else`(authority: String) {
        #expect(!LoopbackHost.matches(authority: authority))
    }

    @Test func `is the origin of a local page only`() {
        #expect(LoopbackHost.matches(origin: "http://localhost:3000"))
        #expect(!LoopbackHost.matches(origin: "https://evil.example"))
        #expect(!LoopbackHost.matches(origin: "null"))
    }
}
