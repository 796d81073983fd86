internal import Speech

/// Finds sensitive content in a text.
struct SensitiveFinder {
    /// The continuation of a text behind its last word.
    enum End {
        /// Nothing: the text is whole.
        case whole
        /// More words, which are not known yet. What may be the beginning of an entity is found too.
        case open
        /// More words of the same turn.
        case amidTurn
    }

    struct Finding {
        var range: Range<Int>
        var kind: SensitiveKind
    }

    let kinds: Set<SensitiveKind>
    let tokens: [RedactionToken]
    /// Index of the first word that was not decided before.
    let first: Int
    let end: End
    let cues: RedactionCues
    private(set) var findings: [Finding] = []

    init(_ kinds: Set<SensitiveKind>, in tokens: [RedactionToken], from first: Int, end: End) {
        self.kinds = kinds
        self.tokens = tokens
        self.first = first
        self.end = end
        cues = RedactionCues(tokens)
        guard !tokens.isEmpty else { return }
        if kinds.contains(.emailAddress) { findEmails() }
        if kinds.contains(.streetAddress) { findAddresses() }
        if kinds.contains(.dateOfBirth) { findBirthDates() }
        findNumbers()
        if kinds.contains(.personName) { findNames() }
    }

    mutating func add(_ range: Range<Int>, _ kind: SensitiveKind) {
        guard !range.isEmpty, kinds.contains(kind) || kind == .number && kinds.contains(.anyNumber) else { return }
        findings.append(Finding(range: range, kind: kind))
    }

    func text(_ index: Int) -> String? { tokens.indices.contains(index) ? tokens[index].text : nil }

    /// True if only words without meaning follow a place.
    func isTail(_ index: Int) -> Bool { tokens[index...].allSatisfy(\.isFiller) }
}
