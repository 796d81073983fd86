package import Speech

/// The values of `redact_pii_policies` and `redact_pii_sub`, and the texts that stand for hidden words.
///
/// Source: AssemblyAI "PII Redaction".
package struct AssemblyAIRedaction: Sendable, Equatable {
    /// The values of `redact_pii_sub`.
    package enum Substitution: String, Sendable, CaseIterable {
        /// `#` for each letter and digit.
        case hash
        /// `[PERSON_NAME]`
        case name = "entity_name"
    }

    /// The policies as the client wrote them; empty: all that are known here.
    package var policies: [String]
    package var substitution: Substitution

    private static let kinds: [String: Set<SensitiveKind>] = [
        "account_number": [.accountNumber], "banking_information": [.accountNumber], "credit_card_cvv": [.cardCode],
        "credit_card_expiration": [.cardExpiry], "credit_card_number": [.cardNumber], "date_of_birth": [.dateOfBirth],
        "email_address": [.emailAddress], "number_sequence": [.number], "person_name": [.personName], "phone_number": [.phoneNumber],
        "us_social_security_number": [.socialSecurityNumber],
    ]

    private static let names: [SensitiveKind: String] = [
        .cardNumber: "CREDIT_CARD_NUMBER", .cardExpiry: "CREDIT_CARD_EXPIRATION", .cardCode: "CREDIT_CARD_CVV",
        .socialSecurityNumber: "US_SOCIAL_SECURITY_NUMBER", .accountNumber: "ACCOUNT_NUMBER", .phoneNumber: "PHONE_NUMBER",
        .emailAddress: "EMAIL_ADDRESS", .streetAddress: "LOCATION", .dateOfBirth: "DATE_OF_BIRTH", .personName: "PERSON_NAME",
        .number: "NUMBER_SEQUENCE", .anyNumber: "NUMBER_SEQUENCE",
    ]

    package var rule: RedactionRule {
        let asked = policies.isEmpty ? Set<SensitiveKind>.personal : policies.reduce(into: []) { $0.formUnion(Self.kinds[$1] ?? []) }
        return RedactionRule(asked, form: substitution == .hash ? .hashes : .labels(Self.names, isNumbered: false))
    }

    /// Returns the first problem with the values; nil when there is none.
    ///
    /// - Parameter language: the language of the speech. Spoken content is found in English only.
    static func problem(policies: [String], substitution: String?, language: LanguageTag?) -> String? {
        if let unknown = policies.first(where: { kinds[$0] == nil }) {
            let known = kinds.keys.sorted().joined(separator: ", ")
            return "redact_pii_policies: \"\(unknown.prefix(bytes: 80))\" is not available here. Available: \(known)."
        }
        if let substitution, Substitution(rawValue: substitution) == nil { return "redact_pii_sub must be hash or entity_name." }
        guard language.map({ ["en", "multi"].contains($0.primary) }) ?? true else { return "redact_pii is available for English." }
        return nil
    }

    /// Returns the kinds that policies name; unknown policies name none.
    static func kinds(of policies: [String]) -> Set<SensitiveKind> { policies.reduce(into: []) { $0.formUnion(kinds[$1] ?? []) } }

    /// Returns the policies by which AssemblyAI is asked to hide the kinds.
    static func policies(for kinds: Set<SensitiveKind>) -> [String] {
        Self.kinds.filter { !$0.value.isDisjoint(with: kinds) }.keys.sorted()
    }

    init(policies: [String], substitution: String?) {
        self.policies = policies
        self.substitution = substitution.flatMap(Substitution.init) ?? .hash
    }
}
