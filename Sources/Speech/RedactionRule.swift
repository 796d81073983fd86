/// A request to hide sensitive content in texts.
package struct RedactionRule: Sendable, Equatable {
    /// The texts that stand for hidden words.
    package enum Form: Sendable, Equatable {
        /// One word in brackets for each entity: its name, and its number in the session if `isNumbered`. A kind without a name has its own:
        /// `[card_number]`.
        case labels([SensitiveKind: String], isNumbered: Bool)
        /// Each hidden word, with `#` for each letter and digit.
        case hashes
    }

    package var kinds: Set<SensitiveKind>
    package var form: Form

    package init(_ kinds: Set<SensitiveKind>, form: Form = .labels([:], isNumbered: false)) {
        self.kinds = kinds
        self.form = form
    }

    /// Returns a rule that hides what either rule hides, in the form of the first rule; nil when neither hides anything.
    package static func joined(_ first: RedactionRule?, _ second: RedactionRule?) -> RedactionRule? {
        guard var joined = first ?? second else { return nil }
        joined.kinds.formUnion(second?.kinds ?? [])
        return joined.kinds.isEmpty ? nil : joined
    }
}
