/// What the store and the ledger know about a caller, asked before a grant is given.
struct CallerStanding: Sendable {
    /// The user's choices and enrolled keys; nil: nobody asked.
    var user: KnownUser?
    /// What is left of the limits; without limits, and for callers who pay themselves, nothing is used up.
    var spending = Spending()
}
