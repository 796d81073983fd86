/// A kind of content that people may want hidden in texts.
package enum SensitiveKind: String, Sendable, Hashable, CaseIterable {
    case cardNumber = "card_number"
    case cardExpiry = "card_expiry"
    /// The three or four digits that prove that somebody has the card (CVV).
    case cardCode = "card_code"
    case socialSecurityNumber = "social_security_number"
    /// A bank account: account and routing numbers, IBANs.
    case accountNumber = "account_number"
    case phoneNumber = "phone_number"
    case emailAddress = "email_address"
    case streetAddress = "street_address"
    case dateOfBirth = "date_of_birth"
    case personName = "person_name"
    /// A number of three digits or more.
    case number = "number"
    /// Any number.
    case anyNumber = "any_number"
}

extension Set<SensitiveKind> {
    /// Number, expiry and code of a payment card.
    package static var cards: Self { [.cardNumber, .cardExpiry, .cardCode] }
    /// All kinds but plain numbers.
    package static var personal: Self { Self(SensitiveKind.allCases).subtracting([.number, .anyNumber]) }
}

extension Set<SensitiveKind> {
    /// Returns the kinds of a name: a kind's own name, `pci`, `pii`, `numbers` or `all`; nil for other names.
    package static func named(_ name: String) -> Self? {
        switch name {
        case "pci": .cards
        case "pii": .personal
        case "numbers": [.number]
        case "all": personal.union([.number])
        default: SensitiveKind(rawValue: name).map { [$0] }
        }
    }

    /// The names that `named` knows.
    package static var names: [String] { ["pci", "pii", "numbers", "all"] + SensitiveKind.allCases.map(\.rawValue) }
}
