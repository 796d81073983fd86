package import Speech

/// With what keys a recording could be recognised: never the keys themselves.
package struct RoutingKeys: Sendable, Equatable {
    /// Vendors whose key the caller sent.
    package var user: Set<EngineName>
    /// Vendors that the operator has a key for.
    package var `operator`: Set<EngineName>
    /// True if the local engine can be used.
    package var hasLocal: Bool

    package init(user: Set<EngineName> = [], operator: Set<EngineName> = [], hasLocal: Bool = true) {
        self.user = user
        self.operator = `operator`
        self.hasLocal = hasLocal
    }
}
