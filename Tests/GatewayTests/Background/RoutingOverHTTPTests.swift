import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Testing

/// Each row of the routing table by HTTP: callers' keys go to gateways that stand in for the vendors and let only those keys in, the operator's engines
/// are counted.
@Suite(.hangLimit) struct `Routing over HTTP` {
    private static let assemblyAI = EngineName("assemblyai"), deepgram = EngineName("deepgram")
    private static let subsets: [Set<EngineName>] = [[], [assemblyAI], [deepgram], [assemblyAI, deepgram]]

    /// A vendor that lets one key in.
    private func vendor(_ key: String, _ body: (TestGateway) async throws -> Void) async throws {
        let heard = Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "nova-3",
            channels: [.init(words: [.at(0, "Heard.")], segments: [])])
        try await TestGateway.with(ScriptedEngine(transcript: .success(heard)), keys: TestKeys(valid: [key])) { vendor in
            await vendor.resumeJobs()
            try await body(vendor)
        }
    }

    /// What a vendor has been asked for: requests, and of those what was let in and recognised.
    private func asked(_ vendor: TestGateway, _ key: String) async throws -> (requests: Int, runs: Int) {
        let usage = try await vendor.send(.get, "/api/v1/usage", headers: ["Authorization": "Bearer " + key]).text
        guard case .int(let runs)? = try JSONValue(parsing: Array(usage.utf8))["total"]?["runs"] else { return (-1, -1) }
        let requests = try await vendor.send(.get, "/metrics").text.split(separator: "\n")
            .filter { $0.hasPrefix("harken_http_requests_total") && !$0.contains("/metrics") && !$0.contains("/usage") }
            .reduce(0) { $0 + Int(Double($1.split(separator: " ").last ?? "") ?? 0) }
        return (requests, runs)
    }

    /// Who is to hear it: a vendor and who pays, `local`, or a status.
    private func expected(_ isOn: Bool, _ fallsBack: Bool, _ user: Set<EngineName>, _ owner: Set<EngineName>) -> String {
        if isOn, user.contains(Self.assemblyAI) { return "assemblyai user" }
        if user.contains(Self.deepgram) { return "deepgram user" }
        if !user.isEmpty { return "422" }
        if isOn, owner.contains(Self.assemblyAI) { return "assemblyai operator" }
        if owner.contains(Self.deepgram) { return !isOn || fallsBack ? "deepgram operator" : "503" }
        return "local operator"
    }

    @Test(arguments: [Workload.background, .sync])
    func `lets only the vendor of the row hear anything, with the row's key`(workload: Workload) async throws {
        try await vendor("key-a") { assemblyAI in
            try await vendor("key-d") { deepgram in
                for bits in 0..<4 {
                    let isOn = bits & 1 != 0, fallsBack = bits & 2 != 0
                    // In the gate each pair of two of these, with every user; all in `make verify`.
                    for (place, owner) in Self.subsets.enumerated() where TestMatrices.areWhole || (bits + bits / 2 + place).isMultiple(of: 2) {
                        let settings = [
                            "ASSEMBLYAI_BACKGROUND_STT_ENABLED": "\(isOn)", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED": "\(fallsBack)",
                            "ASSEMBLYAI_BASE_URL": "http://127.0.0.1:\(assemblyAI.port)", "DEEPGRAM_BASE_URL": "http://127.0.0.1:\(deepgram.port)",
                            "ASSEMBLYAI_POLL_INTERVAL_SECONDS": "0.1",
                        ]
                        let engines = (owner.map { $0 } + [.local]).map { name in
                            ChunkEngine(name) { (_, _) async throws(EngineError) in [.at(0, "Own.")] }
                        }
                        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, recorded: engines) { gateway in
                            await gateway.resumeJobs()
                            for user in Self.subsets {
                                let row = "on=\(isOn) fallback=\(fallsBack) user=\(user) operator=\(owner)"
                                try await check(workload, row, expected(isOn, fallsBack, user, owner), user, gateway, assemblyAI, deepgram, engines)
                            }
                        }
                    }
                }
            }
        }
    }

    private func check(
        _ workload: Workload, _ row: String, _ outcome: String, _ user: Set<EngineName>, _ gateway: TestGateway, _ assemblyAI: TestGateway,
        _ deepgram: TestGateway, _ engines: [ChunkEngine]
    ) async throws {
        let before = (try await asked(assemblyAI, "key-a"), try await asked(deepgram, "key-d"), engines.map(\.count))
        var headers: HTTPHeaders = [:]
        if user.contains(Self.assemblyAI) { headers.set("X-BYOK-AssemblyAI", "key-a") }
        if user.contains(Self.deepgram) { headers.set("X-BYOK-Deepgram", "key-d") }
        let answer: TestGateway.Answer
        if workload == .sync {
            let file = (name: OfflineFiles.name(at: 1_710_000_000), bytes: OfflineFiles.frames(seconds: 1, sample: Int16(row.utf8.count)))
            answer = try await gateway.synchronize(
                [(file.name, file.bytes + Array(OfflineFiles.frames(seconds: 1, sample: Int16(user.count))))], headers: headers)
            #expect(answer.string("status") == (Int(outcome) == nil ? "completed" : "failed"), "\(row) \(answer.text)")
        } else {
            let id = try await gateway.startRecording()
            answer = try await gateway.sendChunk("c", at: 0, of: id, seconds: 1, headers: headers)
            #expect(answer.status == Int(outcome) ?? 200, "\(row) \(answer.text)")
        }
        let after = (try await asked(assemblyAI, "key-a"), try await asked(deepgram, "key-d"), engines.map(\.count))
        for (name, before, after) in [("assemblyai", before.0, after.0), ("deepgram", before.1, after.1)] {
            let isHis = outcome == "\(name) user"
            #expect(after.runs - before.runs == (isHis ? 1 : 0), "\(row) \(name)")
            // Nobody else is even asked.
            #expect((after.requests > before.requests) == isHis, "\(row) \(name)")
        }
        for (index, engine) in engines.enumerated() {
            #expect(after.2[index] - before.2[index] == (outcome == "\(engine.name) operator" ? 1 : 0), "\(row) \(engine.name)")
        }
        #expect(!answer.text.contains("key-a") && !answer.text.contains("key-d"))
    }
}
