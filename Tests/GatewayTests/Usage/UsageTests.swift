import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing
@testable import Usage

@Suite(.hangLimit) struct `Usage` {
    private func transcript(seconds: Int, model: String = "scripted-1") -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(16_000 * seconds), language: .english, model: model,
            channels: [.init(words: [Word("hello", SampleRange(.zero, SampleIndex(8_000)), confidence: 1)], segments: [])])
    }

    private func usage(_ gateway: TestGateway, _ query: String = "", key: String? = nil) async throws -> JSONValue {
        let headers: HTTPHeaders = key.map { ["Authorization": "Bearer " + $0] } ?? [:]
        let answer = try await gateway.send(.get, "/api/v1/usage" + query, headers: headers)
        #expect(answer.status == 200, "\(answer.text)")
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    private func rows(_ usage: JSONValue) -> [JSONValue] { if case .array(let rows)? = usage["rows"] { rows } else { [] } }

    @Test func `has each attempt at a recording, the failed ones too`() async throws {
        let failing = ScriptedEngine(name: EngineName("failing"), transcript: .failure(.unavailable("out of order")))
        let working = ScriptedEngine(name: EngineName("deepgram"), transcript: .success(transcript(seconds: 60, model: "nova-3")))
        try await TestGateway.with(failing, others: [working], keys: TestKeys(valid: [])) { gateway in
            for _ in 0..<2 { #expect(try await gateway.send(.post, "/v1/listen", body: [1, 2, 3, 4]).status == 200) }
            let usage = try await usage(gateway)
            #expect(rows(usage).map { $0["provider"] } == ["deepgram", "failing"])
            #expect(rows(usage).map { $0["runs"] } == [2, 2])
            #expect(rows(usage).map { $0["failed"] } == [0, 2])
            #expect(rows(usage).first?["audio_seconds"] == 120 || rows(usage).first?["audio_seconds"] == .double(120))
            #expect(rows(usage).first?["cost"] == .double(0.0086))
            #expect(usage["total"]?["runs"] == 4)
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(
                metrics.contains(
                    #"harken_transcription_provider_requests_total{provider="deepgram",model="nova-3",workload="sync",status="succeeded"} 2"#))
            let failures = metrics.split(separator: "\n").filter { $0.hasPrefix(#"harken_transcription_provider_requests_total{provider="failing""#) }
            #expect(failures.count == 1)
            #expect(failures.first?.hasSuffix(#"status="failed"} 2.0"#) == true)
            #expect(!metrics.contains("out of order"))
        }
    }

    @Test func `has a failed attempt with the model of the engine, not with a name that the engine does not know`() async throws {
        let failing = ScriptedEngine(name: EngineName("failing"), transcript: .failure(.unavailable("out of order")))
        try await TestGateway.with(failing, keys: TestKeys(valid: [])) { gateway in
            #expect(try await gateway.send(.post, "/v1/listen?model=nova-3", body: [1, 2, 3, 4]).status == 503)
            let usage = try await usage(gateway)
            #expect(rows(usage).map { $0["model"] } == ["scripted-1"])
        }
    }

    /// A vendor that refuses each recording.
    private struct RefusingVendor: HTTPService {
        func handle(_ exchange: HTTPExchange) {
            exchange.collectBody(limit: 1 << 24) { _ in
                exchange.respond(HTTPResponseHead(.badRequest, headers: ["Content-Type": "application/json"]), body: Array("{}".utf8))
            }
        }
    }

    @Test(arguments: [("tiny", "nova-3", "tiny"), ("tiny", "whisper-1", "whisper-1"), (nil, "nova-3", "whisper-1")] as [(String?, String, String)])
    func `has a failed attempt with the model that the vendor was asked for`(usual: String?, named: String, asked: String) async throws {
        let vendor = try LoopbackServer(RefusingVendor())
        defer { vendor.stop() }
        var settings = ["OPENAI_API_KEY": "o", "OPENAI_BASE_URL": vendor.address + "/v1"]
        settings["OPENAI_STT_MODEL"] = usual
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings, usesVendors: true) { gateway in
            #expect(try await gateway.send(.post, "/v1/listen?model=\(named)&engine=openai", body: Array("audio".utf8)).status != 200)
            let usage = try await usage(gateway)
            #expect(rows(usage).map { $0["model"] } == [.string(asked)])
        }
    }

    @Test func `has the streams of live sessions`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000")
            for _ in 0..<30 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            try await until {
                let usage = try await usage(gateway)
                return rows(usage).first?["workload"] == "realtime"
            }
            let row = try await usage(gateway)
            #expect(rows(row).first?["provider"] == "scripted")
            #expect(row["total"]?["runs"] == 1)
        }
    }

    @Test func `has a stream while it is open, once, and who pays for it`() async throws {
        let settings = ["DEEPGRAM_BASE_URL": "http://127.0.0.1:9"]
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        try await TestGateway.with(keys: TestKeys(valid: []), settings: settings, directory: folder) { gateway in
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: folder)))
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000")
            for _ in 0..<30 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            // As a start after a crash finds it.
            var begun: UsageRecord?
            try await until {
                begun = try await ledger.open().first
                return begun != nil
            }
            #expect(begun?.status == .started && begun?.kind == .stream && begun?.payer == .operator)
            #expect(begun?.position?.start == .zero && begun?.position?.channels == 1 && begun?.position?.session.rawValue.isEmpty == false)
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            try await gateway.sessionsEnd()
            try await until { try await usage(gateway)["total"]?["runs"] == 1 }
            let runs = try await ledger.runs()
            #expect(runs.map(\.id) == [begun?.id] && runs.first?.status == .succeeded && runs.first?.audio == .seconds(3))
            #expect(runs.first?.connected != nil, "the time from open to close is known")
            // With a key of the caller's own it is the caller who pays, whatever came of it.
            let own = try await gateway.connect("/v4/listen?codec=pcm16&sample_rate=16000", headers: ["X-BYOK-Deepgram": "mine"])
            _ = await own.rest()
            try await gateway.sessionsEnd()
            try await until { try await ledger.runs().count > 1 }
            let others = try await ledger.runs().filter { $0.engine.rawValue == "deepgram" }
            #expect(!others.isEmpty && others.allSatisfy { $0.payer == .user })
        }
    }

    @Test func `is everybody's own, by key and by day`() async throws {
        let keys = TestKeys(valid: ["one", "two", "other"], users: ["other": "somebody"])
        let engine = ScriptedEngine(transcript: .success(transcript(seconds: 1)))
        try await TestGateway.with(engine, keys: keys, now: { TestGateway.daytime }) { gateway in
            for key in ["one", "two", "two", "other"] {
                let answer = try await gateway.send(.post, "/v1/listen", headers: ["Authorization": "Token " + key], body: [1, 2])
                #expect(answer.status == 200)
            }
            let byKey = try await usage(gateway, "?by=key", key: "one")
            #expect(rows(byKey).map { $0["key"] } == ["one", "two"])
            #expect(rows(byKey).map { $0["runs"] } == [1, 2])
            let others = try await usage(gateway, key: "other")
            #expect(others["total"]?["runs"] == 1)
            let byDay = try await usage(gateway, "?by=day", key: "one")
            guard case .string(let day)? = rows(byDay).first?["day"] else {
                Issue.record("no day")
                return
            }
            let ofDay = try await usage(gateway, "?by=day&since=\(day)", key: "one")
            #expect(ofDay == byDay)
            let later = try await usage(gateway, "?since=2999-01-01", key: "one")
            #expect(rows(later).isEmpty)
            #expect(try await gateway.send(.get, "/api/v1/usage?by=moon", headers: ["Authorization": "Bearer one"]).status == 400)
        }
    }

    @Test func `stops at a limit`() async throws {
        let settings = ["HARKEN_KEY_DAY_SECONDS": "100"]
        let engine = ScriptedEngine(transcript: .success(transcript(seconds: 60)))
        try await TestGateway.with(
            engine, keys: TestKeys(valid: ["one", "two"]), settings: settings, now: { TestGateway.daytime }
        ) { gateway in
            func ask(_ key: String) async throws -> Int {
                try await gateway.send(.post, "/v1/listen", headers: ["Authorization": "Token " + key], body: [1, 2]).status
            }
            let first = try await ask("one")
            #expect(first == 200)
            #expect(try await ask("one") == 200)
            #expect(try await ask("one") == 402)
            #expect(try await ask("two") == 200)
        }
    }

    @Test func `has only labels of the list in its metrics`() async throws {
        let allowed = Set(UsageMetrics.Label.allCases.map(\.rawValue)).union(["le"])
        try await TestGateway.with(ScriptedEngine(transcript: .success(transcript(seconds: 1)))) { gateway in
            #expect(try await gateway.send(.post, "/v1/listen", body: [1, 2]).status == 200)
            let metrics = try await gateway.send(.get, "/metrics").text
            let lines = metrics.split(separator: "\n").filter { $0.hasPrefix("harken_transcription_provider_") }
            #expect(lines.count > 10)
            let names = lines.flatMap { $0.matches(of: /[{,](\w+)="/).map { String($0.1) } }
            #expect(Set(names).isSubset(of: allowed), "\(Set(names).subtracting(allowed))")
        }
    }
}

@Suite struct `Usage limits` {
    private func used(seconds: Int64 = 0, cost: Int64 = 0) -> UsageTotals {
        var totals = UsageTotals()
        totals.billable = seconds * 1_000_000_000
        totals.cost = USDollars(hundredMillionths: cost)
        return totals
    }

    @Test func `warn from four fifths on, and stop at the end`() {
        let limit = UsageLimits.Limit(audio: .seconds(100), cost: USDollars(hundredMillionths: 1_000))
        func kind(_ seconds: Int64, _ cost: Int64) -> String {
            let spending = UsageLimits.spending(limit, of: "this key", day: used(seconds: seconds), month: used(cost: cost))
            return spending.audioUsedUp ?? spending.costUsedUp != nil ? "stopped" : spending.warning != nil ? "warned" : "free"
        }
        #expect(
            [(79, 0), (80, 0), (99, 0), (100, 0), (0, 799), (0, 800), (0, 1_000), (90, 1_000)].map(kind) == [
                "free", "warned", "warned", "stopped", "free", "warned", "stopped", "stopped",
            ])
        #expect(UsageLimits.spending(.init(), of: "x", day: used(seconds: 1 << 30), month: used(cost: 1 << 60)) == Spending())
    }
}
