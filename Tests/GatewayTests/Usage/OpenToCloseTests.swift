import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

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
            _ = await socket.rest()
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
