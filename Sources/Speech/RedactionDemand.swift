/// The redaction that an operator demands, whatever clients ask for.
package struct RedactionDemand: Sendable, Equatable {
    package var rule: RedactionRule
    /// The users whose speech the rule is for.
    package var users: UserShare

    package init(_ rule: RedactionRule, users: UserShare = UserShare("HARKEN_REDACT")) {
        self.rule = rule
        self.users = users
    }

    /// Returns the rule for a user's speech; nil: nothing is demanded.
    package func rule(for user: ID<User>) -> RedactionRule? { users.contains(user) ? rule : nil }
}
