package import Usage

/// What the store and the ledger know about a caller, asked before a grant is given.
package struct CallerStanding: Sendable {
    /// The user's choices and enrolled keys; nil: nobody asked.
    package var user: KnownUser?
    /// What is left of the limits; without limits, and for callers who pay themselves, nothing is used up.
    package var spending = Spending()
}
