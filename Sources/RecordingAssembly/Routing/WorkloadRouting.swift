package import Speech

/// Decides which engine recognises recordings for which nobody waits, and who pays. Pure: depends on the operator's settings and the available keys.
///
/// Deepgram is used, unless AssemblyAI was chosen for the workload. A caller with keys of their own is served with these keys or not at all: their
/// audio never goes to a vendor for which they have no key, and the operator never pays for them. Without any vendor the local engine is used.
package struct WorkloadRouting: Sendable, Equatable {
    /// Role of AssemblyAI for the workload `background`.
    package enum Mode: String, Sendable, CaseIterable {
        case assemblyAI = "assemblyai"
        case deepgram
        /// Deepgram's words are used. AssemblyAI hears the recording too, and its usage is only counted.
        case shadowOnly = "shadow_only"
    }

    /// Prefix of the settings that name `users`.
    package static let shareName = "ASSEMBLYAI_BACKGROUND_STT"

    /// Workloads that may be recognised as recordings. All other workloads are recognised as their audio comes.
    package static let recorded: Set<Workload> = [.sync, .background, .postprocess]

    package var isAssemblyAIEnabled: Bool
    /// Workloads that AssemblyAI may take.
    package var workloads: Set<Workload>
    /// Users whose recordings AssemblyAI may take.
    package var users: UserShare
    package var mode: Mode
    /// Workloads for which Deepgram may take over from AssemblyAI.
    package var fallback: Set<Workload>
    /// Model for requests that name one of Deepgram's models; nil: the vendor's current model.
    package var model: String?

    package init(
        isAssemblyAIEnabled: Bool = false, workloads: Set<Workload> = recorded, users: UserShare = UserShare(shareName), mode: Mode = .assemblyAI,
        fallback: Set<Workload> = [], model: String? = nil
    ) {
        self.isAssemblyAIEnabled = isAssemblyAIEnabled
        self.workloads = workloads
        self.users = users
        self.mode = mode
        self.fallback = fallback
        self.model = model
    }

    /// - Parameters:
    ///   - user: the user whose recording it is; nil for any user of whom AssemblyAI may take recordings.
    ///   - model: the model that the request names; nil: none.
    package func decide(
        _ workload: Workload, of user: ID<User>? = nil, keys: RoutingKeys, model: String? = nil
    ) throws(RoutingError) -> RoutingDecision {
        guard Self.recorded.contains(workload) else { return .streaming }
        if isAssemblyAIEnabled, let user, !users.contains(user) {
            var others = self
            others.isAssemblyAIEnabled = false
            return try others.decide(workload, keys: keys, model: model)
        }
        let isAssemblyAIs = isOpenToAssemblyAI(workload) && (workload != .background || mode == .assemblyAI)
        return .recorded(try isAssemblyAIs ? assemblyAI(workload, keys, model) : deepgram(workload, keys, model))
    }

    private func isOpenToAssemblyAI(_ workload: Workload) -> Bool {
        isAssemblyAIEnabled && workloads.contains(workload)
    }

    private func assemblyAI(_ workload: Workload, _ keys: RoutingKeys, _ model: String?) throws(RoutingError) -> RoutingPlan {
        let mayFallBack = fallback.contains(workload)
        if keys.user.contains(.assemblyAI) {
            let other = mayFallBack && keys.user.contains(.deepgram)
            return RoutingPlan(attempt(.assemblyAI, .user, model), fallback: other ? attempt(.deepgram, .user, model) : nil)
        }
        if keys.user.contains(.deepgram) { return RoutingPlan(attempt(.deepgram, .user, model)) }
        if let unused = Self.first(keys.user) { throw .ownKeyNotUsed(unused, workload) }
        if keys.operator.contains(.assemblyAI) {
            let other = mayFallBack && keys.operator.contains(.deepgram)
            return RoutingPlan(attempt(.assemblyAI, .operator, model), fallback: other ? attempt(.deepgram, .operator, model) : nil)
        }
        if keys.operator.contains(.deepgram) {
            guard mayFallBack else { throw .assemblyAIKeyMissing(workload) }
            return RoutingPlan(attempt(.deepgram, .operator, model))
        }
        return try local(workload, keys)
    }

    private func deepgram(_ workload: Workload, _ keys: RoutingKeys, _ model: String?) throws(RoutingError) -> RoutingPlan {
        if keys.user.contains(.deepgram) { return RoutingPlan(attempt(.deepgram, .user, model)) }
        if let unused = Self.first(keys.user) { throw .ownKeyNotUsed(unused, workload) }
        var plan = keys.operator.contains(.deepgram) ? RoutingPlan(attempt(.deepgram, .operator, model)) : try local(workload, keys)
        // Only `background` reaches this point while AssemblyAI may take it.
        if mode == .shadowOnly, isOpenToAssemblyAI(workload), keys.operator.contains(.assemblyAI) {
            plan.shadow = attempt(.assemblyAI, .operator, model)
        }
        return plan
    }

    private func local(_ workload: Workload, _ keys: RoutingKeys) throws(RoutingError) -> RoutingPlan {
        guard keys.hasLocal else { throw .noEngine(workload) }
        return RoutingPlan(RoutingAttempt(.local, .operator))
    }

    private func attempt(_ engine: EngineName, _ payer: BillingParty, _ asked: String?) -> RoutingAttempt {
        let asked = asked?.lowercased()
        let isOthers = asked?.hasPrefix(engine == .assemblyAI ? "nova-" : "universal-") ?? true
        let standard = engine == .assemblyAI ? model : "nova-3"
        return RoutingAttempt(engine, payer, model: isOthers ? standard : asked)
    }

    /// Returns the first engine by name: AssemblyAI if it is among them, because a setting could solve its problem.
    private static func first(_ engines: Set<EngineName>) -> EngineName? { engines.min { $0.rawValue < $1.rawValue } }
}
