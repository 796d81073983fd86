internal import Speech

/// A word as redaction looks at it.
struct RedactionToken: Sendable {
    /// The meaning of a word as a part of a number.
    enum Numeral: Sendable, Equatable {
        /// A digit that was spoken by itself.
        case unit(UInt8)
        case teen(UInt8)
        case ten(UInt8)
        case hundred
        /// `thousand` and the like: number of zeros.
        case scale(Int)
        /// `double`, `triple`: the next digit comes so often.
        case repeats(Int)
        /// Digits that were written.
        case digits([UInt8])
    }

    /// A hidden entity: its kind, and its number among the entities of the kind.
    struct Entity: Sendable, Equatable {
        var kind: SensitiveKind
        var number: Int
    }

    /// The word in lower case, without marks around it.
    var text: String
    var numeral: Numeral?
    /// True for an amount, a time of day or a decimal number, which is no part of an identifying number.
    var isQuantity = false
    var isOrdinal = false
    /// True for a word that does not interrupt a spoken number: `uh`, `dash`.
    var isFiller = false
    var isCapital = false
    var endsSentence = false
    /// True for the last word of a turn.
    var endsTurn = false
    var speaker: SpeakerLabel?
    /// The kind of what an engine has hidden itself; nil: the word is no label.
    var label: SensitiveKind?
    /// The entity that the word was hidden as; nil: the word was not hidden.
    var entity: Entity?
    /// True for a place whose word is not known and may be a part of a number: the word was missed, or was hidden before it came here.
    var isUnknown = false
}

extension RedactionToken {
    init(_ word: Word) {
        self.init(word.text)
        speaker = word.speaker
    }

    /// - Parameter word: a word of an earlier session as it was stored: perhaps as what stands for a hidden word.
    init(stored word: Word) {
        // Speakers are numbered within their session.
        self.init(word.text)
        if let label {
            entity = Entity(kind: label, number: 0)
        } else if Word.isHashed(word.text) {
            entity = Entity(kind: .number, number: 0)
            isUnknown = true
        }
    }

    /// The place of words that were missed.
    static var missed: Self {
        var token = Self("")
        token.isUnknown = true
        return token
    }

    init(_ word: String) {
        if let kind = Self.kind(ofLabel: word) {
            text = word
            label = kind
            isUnknown = kind != .personName && kind != .emailAddress
            return
        }
        var body = word.lowercased()[...]
        while let last = body.last, ".,;:!?…\"'”’)".contains(last) { body.removeLast() }
        while let first = body.first, "\"'“‘([¿¡".contains(first) { body.removeFirst() }
        text = String(body.map { $0 == "’" ? "'" : $0 })
        endsSentence = word.last.map { ".!?".contains($0) } ?? false
        isCapital = word.first(where: \.isLetter)?.isUppercase ?? false
        isFiller = Self.fillers.contains(text)
        if let known = Self.numerals[text] {
            numeral = known
        } else if text.utf8.contains(where: { 48...57 ~= $0 }) {
            readDigits()
        } else if text.utf8.contains(45) {
            readCompound()
        } else {
            isOrdinal = EnglishVocabulary.ordinalUnits[text] != nil || EnglishVocabulary.ordinalTeens[text] != nil
        }
    }

    /// Returns the kind of a label of a vendor or of Harken, such as `[CREDIT_CARD_1]` and `[card_number]`; nil for other words.
    private static func kind(ofLabel word: String) -> SensitiveKind? {
        guard word.utf8.first == UInt8(ascii: "["), let end = word.lastIndex(of: "]") else { return nil }
        var name = word[word.index(after: word.startIndex)..<end]
        while let last = name.last, last.isNumber || last == "_" { name.removeLast() }
        return labels[name.uppercased()] ?? SensitiveKind(rawValue: String(name))
    }

    private static let labels: [String: SensitiveKind] = [
        "CREDIT_CARD": .cardNumber, "CREDIT_CARD_NUMBER": .cardNumber, "CREDIT_CARD_EXPIRATION": .cardExpiry, "CVV": .cardCode,
        "CREDIT_CARD_CVV": .cardCode, "SSN": .socialSecurityNumber, "US_SOCIAL_SECURITY_NUMBER": .socialSecurityNumber,
        "ACCOUNT_NUMBER": .accountNumber, "BANK_ACCOUNT": .accountNumber, "ROUTING_NUMBER": .accountNumber, "BANKING_INFORMATION": .accountNumber,
        "PHONE_NUMBER": .phoneNumber, "EMAIL_ADDRESS": .emailAddress, "LOCATION_ADDRESS": .streetAddress, "DOB": .dateOfBirth,
        "DATE_OF_BIRTH": .dateOfBirth, "NAME": .personName, "NAME_GIVEN": .personName, "NAME_FAMILY": .personName, "PERSON_NAME": .personName,
        "NUMERICAL_PII": .number, "NUMBER_SEQUENCE": .number,
    ]

    /// Words between the digits of one number.
    private static let fillers: Set<String> = ["uh", "um", "er", "erm", "uhm", "ah", "hmm", "dash", "hyphen", "space", "slash", "then"]

    private static let numerals: [String: Numeral] = {
        var numerals: [String: Numeral] = ["hundred": .hundred, "double": .repeats(2), "triple": .repeats(3), "treble": .repeats(3)]
        for (word, value) in EnglishVocabulary.units { numerals[word] = .unit(UInt8(value)) }
        for (word, value) in EnglishVocabulary.teens { numerals[word] = .teen(UInt8(value)) }
        for (word, value) in EnglishVocabulary.tens { numerals[word] = .ten(UInt8(value)) }
        for word in EnglishVocabulary.zeros.union(["nought", "naught"]) { numerals[word] = .unit(0) }
        for (word, power) in EnglishVocabulary.scales { numerals[word] = .scale(power) }
        return numerals
    }()

    /// Reads `4111`, `555-0199`, `(415)`, `04/28`, `$5`, `5:30`, `3.5`, `1,200`, `2nd`.
    private mutating func readDigits() {
        var digits: [UInt8] = []
        var dots = 0, commas = 0, others = 0, letters = 0
        for byte in text.utf8 {
            switch byte {
            case 48...57: digits.append(byte - 48)
            case UInt8(ascii: "."): dots += 1
            case UInt8(ascii: ","): commas += 1
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "+"), UInt8(ascii: "#"): break
            case 97...122: letters += 1
            default: others += 1
            }
        }
        if letters > 0 {
            isOrdinal = letters == 2 && ["st", "nd", "rd", "th"].contains { text.hasSuffix($0) }
            return
        }
        if others > 0 || dots == 1 || dots == 3 || isThousands(commas) {
            isQuantity = true
        } else {
            numeral = .digits(digits)
        }
    }

    private func isThousands(_ commas: Int) -> Bool {
        guard commas > 0 else { return false }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return 1...3 ~= parts[0].utf8.count && parts.dropFirst().allSatisfy { $0.utf8.count == 3 }
    }

    /// Reads `twenty-five` and `four-one-one`.
    private mutating func readCompound() {
        var digits: [UInt8] = []
        for part in text.split(separator: "-") {
            switch Self.numerals[String(part)] {
            case .unit(let unit):
                if digits.count > 1, digits.last == 0, text.hasPrefix(EnglishVocabulary.word(ofTen: digits[digits.count - 2])) {
                    digits[digits.count - 1] = unit
                } else {
                    digits.append(unit)
                }
            case .teen(let value), .ten(let value): digits += [value / 10, value % 10]
            case .hundred, .scale, .repeats, .digits, nil: return
            }
        }
        if !digits.isEmpty { numeral = .digits(digits) }
    }
}

extension EnglishVocabulary {
    /// Returns the word of a ten: `twenty` for 2.
    static func word(ofTen digit: UInt8) -> String { tenWords[Int(digit)] }
    private static let tenWords = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
}
