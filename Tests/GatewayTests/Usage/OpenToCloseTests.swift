import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing
import Usage

@Suite(.hangLimit) struct `A stream from open to close` {
    /// A tenth of a second of silence.
    private static let tenth = [UInt8](repeating: 0, count: 3_200)

    @Test func `costs what the vendor counts, with the add-ons that the vendor was sent`() async throws {
        let clock = HeldClock(), day = try #require(UnixTime(rfc3339: "2026-12-01"))
        let vendor = try BillingVendor(clock: clock)
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address, "HARKEN_GATE": "off"]
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true, clock: clock, now: { day }
        ) { gateway in
            let socket = try await gateway.connect(
                "/v1/listen?encoding=linear16&sample_rate=16000&language=en&keyterm=Harken&redact=pci&engine=deepgram")
            // Audio comes when the stream is open at Harken too. Most of the time nobody speaks: the client sends little, and the stream stays open.
            for piece in 1...4 {
                socket.send(binary: Self.tenth)
                try await until { vendor.count.pieces >= piece }
                clock.advance(by: .seconds(4))
            }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let said = await socket.rest().map { if case .text(let text) = $0 { text } else { "" } }
            // The vendor's own names of its model, as a recording has them.
            #expect(said.contains { $0.contains(#""models":["1"],"model_info":{"1":{"name":"nova-3","version":"1","arch":"nova-3"}}"#) }, "\(said)")
            try await gateway.sessionsEnd()
            try await until { vendor.count.closed == 1 }
            let query = try #require(vendor.count.queries.first)
            #expect(vendor.count.queries.count == 1 && query.all("keyterm") == ["Harken"] && query.all("redact") == ["pci"])
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            var run: UsageRecord?
            try await until {
                run = try await ledger.runs().first { $0.kind == .stream && $0.status != .started }
                return run != nil
            }
            #expect(run?.features == [.terms, .redaction] && run?.connected == vendor.count.open)
            #expect(vendor.count.open == .seconds(16))
            // Deepgram's page: 0.0048 for a minute, 0.0013 for terms, 0.0020 for redaction.
            let bill = (vendor.count.open / .seconds(60)) * (0.0048 + 0.0013 + 0.0020)
            #expect(abs((run?.cost?.dollars ?? 0) - bill) < 1e-8, "\(run?.cost?.description ?? "?") and \(bill)")
        }
    }

    /// A session of a client, and the price of the vendor that hears it.
    struct VendorSession: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var settings: [String: String]
        /// The setting that has the vendor's address.
        var address: String
        var target: String
        var opening: String?
        /// The message with which the client ends its stream.
        var end: String
        var model: String
        /// US dollars for an hour from open to close, as the vendor's page has them.
        var perHour: Double
        var features: Set<BilledFeature>
    }

    private static let sessions = [
        // 0.15 for the stream, 0.04 for terms.
        VendorSession(
            testDescription: "AssemblyAI", settings: ["ASSEMBLYAI_API_KEY": "a"], address: "ASSEMBLYAI_STREAMING_URL",
            target:
                "/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&keyterms_prompt=%5B%22Harken%22%5D&engine=assemblyai",
            opening: nil, end: #"{"type":"Terminate"}"#, model: "universal-streaming-english", perHour: 0.15 + 0.04, features: [.terms]),
        VendorSession(
            testDescription: "Soniox", settings: ["SONIOX_API_KEY": "s"], address: "SONIOX_STREAMING_URL",
            target: "/transcribe-websocket?engine=soniox",
            opening: #"{"model":"stt-rt-v5","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,"language_hints":["en"]}"#, end: "",
            model: "stt-rt-v5", perHour: 0.12, features: []),
        // A language that nobody named is found, at the price of several languages: 0.0058 for a minute.
        VendorSession(
            testDescription: "Deepgram, for a client of Soniox's protocol", settings: ["DEEPGRAM_API_KEY": "d"], address: "DEEPGRAM_BASE_URL",
            target: "/transcribe-websocket?engine=deepgram",
            opening: #"{"model":"stt-rt-v5","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#, end: "",
            model: "nova-3", perHour: 0.0058 * 60, features: [.multilingual]),
    ]

    @Test(arguments: sessions)
    func `costs what other vendors count, by the model that was asked for`(session: VendorSession) async throws {
        let clock = HeldClock(), day = try #require(UnixTime(rfc3339: "2026-12-01"))
        let vendor = try BillingVendor(clock: clock)
        defer { vendor.stop() }
        let settings = session.settings.merging([session.address: vendor.address, "HARKEN_GATE": "off"]) { first, _ in first }
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true, clock: clock, now: { day }
        ) { gateway in
            let socket = try await gateway.connect(session.target, opening: session.opening)
            for piece in 1...4 {
                socket.send(binary: Self.tenth)
                try await until { vendor.count.pieces >= piece }
                clock.advance(by: .seconds(4))
            }
            socket.send(text: session.end)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            try await until { vendor.count.closed == 1 }
            let query = vendor.count.queries.first
            let asked = query?.first("speech_model") ?? query?.first("model") ?? vendor.count.configurations.first ?? ""
            #expect(vendor.count.queries.count == 1 && asked.contains(session.model), "\(asked)")
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            var run: UsageRecord?
            try await until {
                run = try await ledger.runs().first { $0.kind == .stream && $0.status != .started }
                return run != nil
            }
            #expect(run?.model == session.model && run?.features == session.features)
            #expect(run?.connected == vendor.count.open && vendor.count.open == .seconds(16))
            let bill = (vendor.count.open / .seconds(3_600)) * session.perHour
            #expect(abs((run?.cost?.dollars ?? 0) - bill) < 1e-8, "\(run?.cost?.description ?? "?") and \(bill)")
        }
    }

    private static func isPaymentEnd(_ event: TestSocket.Event?) -> Bool {
        if case .closed(1_008, let reason)? = event { reason.hasPrefix("ASR_PAYMENT_REQUIRED") } else { false }
    }

    @Test func `ends within one step of the watch behind the place where its budget in dollars is spent`() async throws {
        let clock = HeldClock(), day = try #require(UnixTime(rfc3339: "2026-12-02")), folder = TemporaryFolder()
        let vendor = try BillingVendor(clock: clock)
        defer { vendor.stop() }
        // A dollar for each second from open to close.
        let prices = try folder.write("deepgram nova-3 live connection 3600 2025-01-01 x\n".utf8, as: "prices")
        let settings = [
            "DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address, "HARKEN_GATE": "off", "HARKEN_PRICES": prices,
            "HARKEN_USER_MONTH_USD": "9.9",
        ]
        let keys = TestKeys(valid: ["one", "two"], users: ["one": "ann", "two": "ben"])
        try await TestGateway.with(
            ScriptedEngine(), keys: keys, settings: settings, usesVendors: true, clock: clock, now: { day }
        ) { gateway in
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            // Ben has a dollar less: the end of his session shows that the watch has looked at both.
            var earlier = UsageRecord(
                id: ID("earlier"), user: ID("ben"), engine: EngineName("deepgram"), workload: .realtime, kind: .recording, status: .succeeded,
                started: day)
            earlier.completed = day
            earlier.cost = USDollars("1")
            try await ledger.note(earlier)
            let target = "/v1/listen?encoding=linear16&sample_rate=16000&language=en&engine=deepgram"
            let ann = try await gateway.connect(target, headers: ["Authorization": "Token one"])
            let ben = try await gateway.connect(target, headers: ["Authorization": "Token two"])
            let steps: [Duration] = [.seconds(4), .seconds(4), .milliseconds(1_750)]
            for (round, step) in steps.enumerated() {
                for socket in [ann, ben] { socket.send(binary: Self.tenth) }
                try await until { vendor.count.pieces >= 2 * (round + 1) }
                clock.advance(by: step)
            }
            let benEnd = await ben.rest().last
            #expect(Self.isPaymentEnd(benEnd), "\(String(describing: benEnd))")
            try await until { vendor.count.closed == 1 }
            try await until { await gateway.liveSessions() == 1 }
            clock.advance(by: LimitWatch.interval)
            // The clock stands: the engine's last words end the session, and not the time for them.
            let annEnd = await ann.rest().last
            #expect(Self.isPaymentEnd(annEnd), "\(String(describing: annEnd))")
            try await until { vendor.count.closed == 2 }
            #expect(vendor.count.open == .milliseconds(9_750 + 10_000))
            try await gateway.sessionsEnd()
            var runs: [UsageRecord] = []
            try await until {
                runs = try await ledger.runs().filter { $0.kind == .stream && $0.status != .started }
                return runs.count == 2
            }
            let cost = runs.first { $0.user == ID("ann") }?.cost?.dollars ?? 0
            #expect(abs(cost - 10) < 1e-8, "\(cost)")
            #expect(cost - 9.9 <= LimitWatch.interval / .seconds(1))
        }
    }

    @Test func `costs nothing for terms that the vendor refused in it`() async throws {
        let clock = HeldClock(), day = try #require(UnixTime(rfc3339: "2026-12-01"))
        let vendor = try BillingVendor(clock: clock, refusesChanges: true)
        defer { vendor.stop() }
        let settings = ["DEEPGRAM_API_KEY": "d", "DEEPGRAM_BASE_URL": vendor.address, "HARKEN_GATE": "off"]
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, usesVendors: true, clock: clock, now: { day }
        ) { gateway in
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000&language=en&engine=deepgram")
            socket.send(binary: Self.tenth)
            try await until { vendor.count.pieces >= 1 }
            clock.advance(by: .seconds(1))
            socket.send(text: #"{"type":"Configure","keyterms":["Harken"]}"#)
            // Another stream takes over.
            try await until { vendor.count.queries.count == 2 }
            socket.send(binary: Self.tenth)
            try await until { vendor.count.pieces >= 2 }
            clock.advance(by: .seconds(4))
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            #expect(vendor.count.queries.map { $0.all("keyterm") } == [[], ["Harken"]])
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: gateway.directory)))
            var runs: [UsageRecord] = []
            try await until {
                runs = try await ledger.runs().filter { $0.kind == .stream && $0.status != .started }
                return runs.count == 2
            }
            #expect(Set(runs.map(\.features)) == [[], [.terms]])
        }
    }
}
