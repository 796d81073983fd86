package import Speech

/// An attempt of one engine at a recording.
package struct RoutingAttempt: Sendable, Equatable {
    /// Number of tries of an engine before the next engine is asked, or before the recording has failed.
    package static let tries = 2

    package var engine: EngineName
    package var payer: BillingParty
    /// The model; nil: the engine's default.
    package var model: String?

    package init(_ engine: EngineName, _ payer: BillingParty, model: String? = nil) {
        self.engine = engine
        self.payer = payer
        self.model = model
    }
}

/// The engines that recognise a recording, in order.
package struct RoutingPlan: Sendable, Equatable {
    package var first: RoutingAttempt
    /// The attempt that takes over when the first attempt has failed; nil: the recording has failed then.
    package var fallback: RoutingAttempt?
    /// The attempt that also recognises the recording without its words being shown.
    package var shadow: RoutingAttempt?

    package init(_ first: RoutingAttempt, fallback: RoutingAttempt? = nil, shadow: RoutingAttempt? = nil) {
        self.first = first
        self.fallback = fallback
        self.shadow = shadow
    }

    package var attempts: [RoutingAttempt] { [first] + (fallback.map { [$0] } ?? []) }
}

/// The decision about the audio of a workload.
package enum RoutingDecision: Sendable, Equatable {
    /// The audio is recognised live, and not as a recording.
    case streaming
    case recorded(RoutingPlan)
}
