package import Speech
package import Usage

/// The state of a caller in the store and in the ledger, read before a grant is made.
package struct CallerStanding: Sendable {
    /// The user's choices and enrolled keys; nil when these were not read.
    package var user: KnownUser?
    /// The languages that the user's speech may be in; empty: every language, also when the store could not be read.
    package var languages: [LanguageTag] = []
    /// The state of the limits. Without limits, and for callers who pay themselves, nothing is used up.
    package var spending = Spending()
}
