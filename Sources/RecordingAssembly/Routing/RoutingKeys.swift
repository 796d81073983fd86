package import Speech

/// The vendors whose keys could be used for a recording. Does not contain the keys themselves.
package struct RoutingKeys: Sendable, Equatable {
    /// Vendors for which the caller sent a key.
    package var user: Set<EngineName>
    /// Vendors for which the operator has a key.
    package var `operator`: Set<EngineName>
    /// True if the local engine can be used.
    package var hasLocal: Bool

    package init(user: Set<EngineName> = [], operator: Set<EngineName> = [], hasLocal: Bool = true) {
        self.user = user
        self.operator = `operator`
        self.hasLocal = hasLocal
    }
}
