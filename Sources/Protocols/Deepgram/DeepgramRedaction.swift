import Speech

/// The values of `redact`, and the texts that stand for hidden words: `[CREDIT_CARD_1]`.
///
/// Source: Deepgram "Redaction" and "Supported Entity Types".
enum DeepgramRedaction {
    private static let numbers: Set<SensitiveKind> = [
        .cardNumber, .cardExpiry, .cardCode, .socialSecurityNumber, .accountNumber, .phoneNumber, .dateOfBirth, .streetAddress, .number,
    ]

    private static let values: [String: Set<SensitiveKind>] = [
        "pci": .cards, "pii": .personal, "ssn": [.socialSecurityNumber], "true": numbers, "numbers": numbers,
        "aggressive_numbers": numbers.union([.anyNumber]),
        "credit_card": [.cardNumber], "credit_card_expiration": [.cardExpiry], "cvv": [.cardCode], "account_number": [.accountNumber],
        "bank_account": [.accountNumber], "routing_number": [.accountNumber], "phone_number": [.phoneNumber], "email_address": [.emailAddress],
        "location_address": [.streetAddress], "dob": [.dateOfBirth], "name": [.personName], "name_given": [.personName],
        "name_family": [.personName], "numerical_pii": [.number],
    ]

    /// The values that an error names: synonyms are left out.
    private static let told = """
        pci, pii, ssn, numbers, aggressive_numbers, credit_card, cvv, account_number, phone_number, email_address, location_address, dob, name
        """

    /// Returns the values by which Deepgram is asked to hide the kinds.
    static func values(for kinds: Set<SensitiveKind>) -> [String] {
        var asked: [String] = []
        for (kind, value) in entities where kinds.contains(kind) { asked.append(value) }
        if kinds.contains(.anyNumber) { asked.append("aggressive_numbers") } else if kinds.contains(.number) { asked.append("numbers") }
        return asked
    }

    /// Returns the kinds that the values of a client's parameters name; unknown values name none.
    static func kinds(of parameters: [String]) -> Set<SensitiveKind> {
        parameters.flatMap { $0.split(separator: ",") }.reduce(into: []) { $0.formUnion(values[$1.lowercased()] ?? []) }
    }

    private static let entities: [(SensitiveKind, String)] = [
        (.cardNumber, "credit_card"), (.cardExpiry, "credit_card_expiration"), (.cardCode, "cvv"), (.socialSecurityNumber, "ssn"),
        (.accountNumber, "account_number"), (.accountNumber, "bank_account"), (.accountNumber, "routing_number"), (.phoneNumber, "phone_number"),
        (.emailAddress, "email_address"), (.streetAddress, "location_address"), (.dateOfBirth, "dob"), (.personName, "name"),
    ]

    private static let names: [SensitiveKind: String] = [
        .cardNumber: "CREDIT_CARD", .cardExpiry: "CREDIT_CARD_EXPIRATION", .cardCode: "CVV", .socialSecurityNumber: "SSN",
        .accountNumber: "ACCOUNT_NUMBER", .phoneNumber: "PHONE_NUMBER", .emailAddress: "EMAIL_ADDRESS", .streetAddress: "LOCATION_ADDRESS",
        .dateOfBirth: "DOB", .personName: "NAME", .number: "NUMERICAL_PII", .anyNumber: "NUMERICAL_PII",
    ]

    /// Returns the rule that a request asks for; nil: nothing is hidden.
    ///
    /// - Parameter language: the language of the speech. Spoken content is found in English only.
    static func rule(_ query: QueryParameters, language: LanguageTag) throws(QueryParameterError) -> RedactionRule? {
        var kinds: Set<SensitiveKind> = []
        for value in try query.list("redact").flatMap({ $0.split(separator: ",") }) {
            let name = value.lowercased()
            if name == "false" { continue }
            guard let group = values[name] else {
                throw query.wrong("redact", String(value), "false or any of \(told)")
            }
            kinds.formUnion(group)
        }
        guard !kinds.isEmpty else { return nil }
        guard ["en", "multi"].contains(language.primary) else {
            throw QueryParameterError(message: "redact is available for English. Leave it out, or set language=en.")
        }
        return RedactionRule(kinds, form: .labels(names, isNumbered: true))
    }
}
