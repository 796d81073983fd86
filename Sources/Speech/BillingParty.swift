/// The party that pays for an engine: the owner of the key that the engine is used with.
package enum BillingParty: String, Hashable, Sendable, CaseIterable {
    /// The caller's own key.
    case user
    /// The key of the gateway's operator. The local engine's work counts as the operator's too.
    case `operator`
}
