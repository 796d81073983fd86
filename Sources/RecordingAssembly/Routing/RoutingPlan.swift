package import Speech

/// One engine's turn at a recording.
package struct RoutingAttempt: Sendable, Equatable {
    /// How often an engine is asked before the next one is, or the recording has failed.
    package static let tries = 2

    package var engine: EngineName
    package var payer: BillingParty
    /// nil: the engine's own choice.
    package var model: String?

    package init(_ engine: EngineName, _ payer: BillingParty, model: String? = nil) {
        self.engine = engine
        self.payer = payer
        self.model = model
    }
}

/// Who recognises a recording, in order.
package struct RoutingPlan: Sendable, Equatable {
    package var first: RoutingAttempt
    /// Who takes over when the first one has failed; nil: then it has failed.
    package var fallback: RoutingAttempt?
    /// Who hears it too, without its words being shown.
    package var shadow: RoutingAttempt?

    package init(_ first: RoutingAttempt, fallback: RoutingAttempt? = nil, shadow: RoutingAttempt? = nil) {
        self.first = first
        self.fallback = fallback
        self.shadow = shadow
    }

    package var attempts: [RoutingAttempt] { [first] + (fallback.map { [$0] } ?? []) }
}

/// What becomes of audio of a workload.
package enum RoutingDecision: Sendable, Equatable {
    /// It is recognised as it comes: not here.
    case streaming
    case recorded(RoutingPlan)
}
