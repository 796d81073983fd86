import RecordingAssembly
import Speech
import Testing

@Suite struct `Workload routing` {
    private struct Combination: CustomStringConvertible {
        var workload: Workload
        var isEnabled: Bool
        var isListed: Bool
        var mode: WorkloadRouting.Mode
        var fallsBack: Bool
        var user: Set<EngineName>
        var owner: Set<EngineName>
        var hasLocal: Bool

        var description: String {
            "\(workload) enabled=\(isEnabled) listed=\(isListed) mode=\(mode) fallback=\(fallsBack) user=\(names(user)) operator=\(names(owner)) local=\(hasLocal)"
        }

        private func names(_ engines: Set<EngineName>) -> [String] { engines.map(\.rawValue).sorted() }

        var keys: RoutingKeys { RoutingKeys(user: user, operator: owner, hasLocal: hasLocal) }

        var routing: WorkloadRouting {
            WorkloadRouting(
                isAssemblyAIEnabled: isEnabled, workloads: isListed ? WorkloadRouting.recorded : WorkloadRouting.recorded.subtracting([workload]),
                mode: mode, fallback: fallsBack ? [workload] : WorkloadRouting.recorded.subtracting([workload]), model: "universal-2")
        }

        var outcome: String {
            do throws(RoutingError) {
                switch try routing.decide(workload, keys: keys, model: "nova-3") {
                case .streaming: return "streaming"
                case .recorded(let plan):
                    let attempts = plan.attempts.map(Self.text).joined(separator: " then ")
                    return attempts + (plan.shadow.map { " beside \(Self.text($0))" } ?? "")
                }
            } catch {
                switch error {
                case .ownKeyNotUsed: return "own key not used"
                case .assemblyAIKeyMissing: return "no AssemblyAI key"
                case .noEngine: return "no engine"
                }
            }
        }

        private static func text(_ attempt: RoutingAttempt) -> String {
            "\(attempt.engine)/\(attempt.model ?? "-") by \(attempt.payer.rawValue)"
        }
    }

    private static let vendors: [Set<EngineName>] = [[], [.assemblyAI], [.deepgram], [.assemblyAI, .deepgram]]

    private static var all: [Combination] {
        var all: [Combination] = []
        for workload in Workload.allCases {
            for mode in WorkloadRouting.Mode.allCases {
                for user in vendors {
                    for owner in vendors {
                        for bits in 0..<16 {
                            all.append(
                                Combination(
                                    workload: workload, isEnabled: bits & 1 != 0, isListed: bits & 2 != 0, mode: mode, fallsBack: bits & 4 != 0,
                                    user: user, owner: owner, hasLocal: bits & 8 != 0))
                        }
                    }
                }
            }
        }
        return all
    }

    /// Who is chosen; `A` is AssemblyAI, `D` Deepgram, `-` neither, `*` whatever. The first row that fits counts.
    private static let table = """
        policy      fallback  own  operator  local  outcome
        streaming   *         *    *         *      streaming
        assemblyai  no        A    *         *      assemblyai/universal-2 by user
        assemblyai  yes       A    *         *      assemblyai/universal-2 by user
        assemblyai  no        AD   *         *      assemblyai/universal-2 by user
        assemblyai  yes       AD   *         *      assemblyai/universal-2 by user then deepgram/nova-3 by user
        assemblyai  *         D    *         *      deepgram/nova-3 by user
        assemblyai  *         -    A         *      assemblyai/universal-2 by operator
        assemblyai  no        -    AD        *      assemblyai/universal-2 by operator
        assemblyai  yes       -    AD        *      assemblyai/universal-2 by operator then deepgram/nova-3 by operator
        assemblyai  no        -    D         *      no AssemblyAI key
        assemblyai  yes       -    D         *      deepgram/nova-3 by operator
        assemblyai  *         -    -         yes    local/- by operator
        assemblyai  *         -    -         no     no engine
        deepgram    *         D    *         *      deepgram/nova-3 by user
        deepgram    *         AD   *         *      deepgram/nova-3 by user
        deepgram    *         A    *         *      own key not used
        deepgram    *         -    D         *      deepgram/nova-3 by operator
        deepgram    *         -    AD        *      deepgram/nova-3 by operator
        deepgram    *         -    A         yes    local/- by operator
        deepgram    *         -    A         no     no engine
        deepgram    *         -    -         yes    local/- by operator
        deepgram    *         -    -         no     no engine
        shadow      *         D    *         *      deepgram/nova-3 by user
        shadow      *         AD   *         *      deepgram/nova-3 by user
        shadow      *         A    *         *      own key not used
        shadow      *         -    D         *      deepgram/nova-3 by operator
        shadow      *         -    AD        *      deepgram/nova-3 by operator beside assemblyai/universal-2 by operator
        shadow      *         -    A         yes    local/- by operator beside assemblyai/universal-2 by operator
        shadow      *         -    A         no     no engine
        shadow      *         -    -         yes    local/- by operator
        shadow      *         -    -         no     no engine
        """

    private static let rows = table.split(separator: "\n").dropFirst().map { line in
        let parts = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        return (conditions: parts.prefix(5).map(String.init), outcome: parts[5].trimmingPrefix { $0 == " " })
    }

    private static func conditions(_ one: Combination) -> [String] {
        let isAssemblyAIs = one.isEnabled && one.isListed
        let policy =
            switch (one.workload, one.mode) {
            case (.realtime, _), (.pushToTalk, _), (.voiceMessage, _): "streaming"
            case (.background, .deepgram): "deepgram"
            case (.background, .shadowOnly): isAssemblyAIs ? "shadow" : "deepgram"
            case (.background, .assemblyAI), (.sync, _), (.postprocess, _): isAssemblyAIs ? "assemblyai" : "deepgram"
            }
        func letters(_ engines: Set<EngineName>) -> String {
            engines.isEmpty ? "-" : (engines.contains(.assemblyAI) ? "A" : "") + (engines.contains(.deepgram) ? "D" : "")
        }
        return [policy, one.fallsBack ? "yes" : "no", letters(one.user), letters(one.owner), one.hasLocal ? "yes" : "no"]
    }

    @Test func `chooses as the table says, in every combination`() throws {
        var seen: Set<Int> = []
        for one in Self.all {
            let conditions = Self.conditions(one)
            let index = try #require(
                Self.rows.firstIndex { row in zip(row.conditions, conditions).allSatisfy { $0 == "*" || $0 == $1 } }, "\(one)")
            seen.insert(index)
            #expect(one.outcome == String(Self.rows[index].outcome), "\(one)")
        }
        #expect(Self.all.count == 4_608)
        #expect(seen == Set(Self.rows.indices), "a row that nothing falls under")
    }

    @Test func `never pays for callers with keys, and sends nothing to vendors without their key`() {
        for one in Self.all where !one.user.isEmpty {
            guard case .recorded(let plan) = try? one.routing.decide(one.workload, keys: one.keys) else { continue }
            for attempt in plan.attempts + (plan.shadow.map { [$0] } ?? []) {
                #expect(attempt.payer == .user, "\(one)")
                #expect(one.user.contains(attempt.engine), "\(one)")
            }
        }
    }

    @Test func `asks nobody without a key`() {
        for one in Self.all {
            guard case .recorded(let plan) = try? one.routing.decide(one.workload, keys: one.keys) else { continue }
            for attempt in plan.attempts where attempt.engine != .local {
                #expect((attempt.payer == .user ? one.user : one.owner).contains(attempt.engine), "\(one)")
            }
        }
    }

    @Test func `gives back everything to Deepgram when the workload is taken out of the list`() throws {
        for one in Self.all where one.isEnabled && one.isListed && one.owner.contains(.deepgram) && one.user.isEmpty {
            guard WorkloadRouting.recorded.contains(one.workload) else { continue }
            var routing = one.routing
            routing.workloads.remove(one.workload)
            #expect(try routing.decide(one.workload, keys: one.keys) == .recorded(RoutingPlan(RoutingAttempt(.deepgram, .operator, model: "nova-3"))))
        }
    }

    @Test func `is off unless it is set`() throws {
        let plan = try WorkloadRouting().decide(.background, keys: RoutingKeys(operator: [.assemblyAI, .deepgram]))
        #expect(plan == .recorded(RoutingPlan(RoutingAttempt(.deepgram, .operator, model: "nova-3"))))
        #expect(WorkloadRouting(isAssemblyAIEnabled: true).fallback.isEmpty)
    }

    @Test func `sends AssemblyAI only the recordings of the users with whom it is tried`() throws {
        let routing = WorkloadRouting(
            isAssemblyAIEnabled: true, users: UserShare(WorkloadRouting.shareName, share: 0, users: ["anna"]))
        let keys = RoutingKeys(operator: [.assemblyAI, .deepgram])
        func engine(_ user: String) throws -> EngineName? {
            guard case .recorded(let plan) = try routing.decide(.background, of: ID(user), keys: keys) else { return nil }
            return plan.first.engine
        }
        #expect(try engine("anna") == .assemblyAI)
        #expect(try engine("bert") == .deepgram)
    }

    @Test(arguments: [
        ("nova-3", "universal-2", "nova-3"), ("nova-2-meeting", "universal-2", "nova-2-meeting"),
        ("universal-3-5-pro", "universal-3-5-pro", "nova-3"),
        ("Whisper-Large", "whisper-large", "whisper-large"),
    ])
    func `asks each vendor for a model of its own`(asked: String, assemblyAI: String, deepgram: String) throws {
        let routing = WorkloadRouting(isAssemblyAIEnabled: true, fallback: [.sync], model: "universal-2")
        guard case .recorded(let plan) = try routing.decide(.sync, keys: RoutingKeys(operator: [.assemblyAI, .deepgram]), model: asked) else {
            Issue.record("not recorded")
            return
        }
        #expect(plan.attempts.map(\.model) == [assemblyAI, deepgram])
    }

    @Test func `rejects a key of another vendor's rather than pay for its owner`() {
        let keys = RoutingKeys(user: ["soniox"].reduce(into: []) { $0.insert(EngineName($1)) }, operator: [.assemblyAI, .deepgram])
        for isEnabled in [true, false] {
            #expect(throws: RoutingError.ownKeyNotUsed(EngineName("soniox"), .background)) {
                try WorkloadRouting(isAssemblyAIEnabled: isEnabled).decide(.background, keys: keys)
            }
        }
    }

    @Test(arguments: [
        (
            RoutingError.ownKeyNotUsed(.assemblyAI, .sync),
            ["X-BYOK-Deepgram", "ASSEMBLYAI_BACKGROUND_STT_ENABLED", "ASSEMBLYAI_BACKGROUND_STT_WORKLOADS"]
        ),
        (.ownKeyNotUsed(EngineName("soniox"), .sync), ["soniox", "X-BYOK-Deepgram"]),
        (.assemblyAIKeyMissing(.background), ["ASSEMBLYAI_API_KEY", "X-BYOK-AssemblyAI", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED"]),
        (.noEngine(.postprocess), ["harken models", "DEEPGRAM_API_KEY", "postprocess"]),
    ])
    func `says which key or setting to change`(rejection: RoutingError, names: [String]) {
        for name in names { #expect("\(rejection)".contains(name)) }
    }
}
