package import Speech

/// Information about background work for clients before they record.
package struct BackgroundReport: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        case fallbackAvailable = "fallback_deepgram_available"
        case assemblyAIKeyMissing = "missing_assemblyai_api_key"
        case deepgramKeyMissing = "missing_deepgram_api_key"
        case shadowOnly = "shadow_only"
        case noProvider = "no_usable_batch_provider"
    }

    package var isEnabled: Bool
    package var mode: String
    /// The engine that the settings name.
    package var primary: EngineName
    /// The engine that would recognise recordings now; nil: none.
    package var effective: EngineName?
    package var fallback: EngineName?
    package var mayFallBack: Bool
    package var isFallbackAvailable: Bool
    package var reason: Reason?

    package init(_ routing: WorkloadRouting, keys: RoutingKeys) {
        let isAssemblyAIs = routing.isAssemblyAIEnabled && routing.workloads.contains(.background)
        primary = isAssemblyAIs && routing.mode == .assemblyAI ? .assemblyAI : .deepgram
        let all = keys.user.isEmpty ? keys.operator : keys.user
        mayFallBack = primary == .assemblyAI && routing.fallback.contains(.background)
        isFallbackAvailable = mayFallBack && all.contains(.deepgram)
        fallback = mayFallBack ? .deepgram : nil
        do throws(RoutingError) {
            guard case .recorded(let plan) = try routing.decide(.background, keys: keys) else { throw .noEngine(.background) }
            isEnabled = true
            effective = plan.first.engine
            mode =
                primary == .assemblyAI && effective == .deepgram
                ? "deepgram_fallback" : plan.shadow == nil ? plan.first.engine.rawValue : "shadow_only"
            if effective == .local {
                reason = primary == .assemblyAI ? .assemblyAIKeyMissing : .deepgramKeyMissing
            } else if effective != primary {
                reason = .fallbackAvailable
            } else if plan.shadow != nil {
                reason = .shadowOnly
            }
        } catch {
            isEnabled = false
            mode = "disabled"
            reason =
                switch error {
                case .assemblyAIKeyMissing: .assemblyAIKeyMissing
                case .noEngine, .ownKeyNotUsed: .noProvider
                }
        }
    }
}
