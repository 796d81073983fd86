/// The party whose key an engine is used with.
package enum BillingParty: String, Hashable, Sendable, CaseIterable {
    /// The caller's own key.
    case user
    /// The key of whoever runs the gateway. What this machine recognises itself is theirs too.
    case `operator`
}
