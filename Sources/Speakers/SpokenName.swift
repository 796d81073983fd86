package import Conversations

/// A name by which somebody introduces themselves: "my name is Anna".
package struct SpokenName: Sendable, Equatable {
    package var name: String
    /// True if the sentence states a name ("my name is Anna"). "I'm Anna" has the same form as "I'm tired", so it never creates a person.
    package var isExplicit: Bool
    /// True if the sentence is about the speaker ("I'm Anna"); a capital letter tells a name from "I'm late". "This is Anna" and "it's Anna" may be
    /// about anything, so they count only for known people.
    package var isOfSpeaker: Bool

    package init(_ name: String, isExplicit: Bool, isOfSpeaker: Bool = true) {
        self.name = name
        self.isExplicit = isExplicit
        self.isOfSpeaker = isOfSpeaker
    }

    /// The consequence of a spoken name.
    package enum Consequence: Sendable, Equatable {
        case nothing
        /// The user knows a person with this name.
        case known
        /// A person with this name is to be created.
        case create
        /// No person with this name is known, and none is to be created. The name is suggested to the user.
        case suggest
    }

    package var key: NameKey { NameKey(name) }

    /// - Parameters:
    ///   - isKnown: true if the user knows a person with this name.
    ///   - owner: the user's own name, for which no person is ever created.
    package func consequence(isKnown: Bool, owner: String?, mayCreate: Bool) -> Consequence {
        func isSame(_ other: String) -> Bool { NameKey(other) == key }
        if let owner, isSame(owner) || owner.split(separator: " ").first.map({ isSame(String($0)) }) == true { return .nothing }
        if isKnown { return .known }
        if isExplicit && mayCreate { return .create }
        return isOfSpeaker ? .suggest : .nothing
    }

    /// Finds the first self-introduction in `text`.
    package init?(in text: String) {
        let lower = text.lowercased()
        // In rare scripts the lower-case text has another length, so that positions would not match.
        guard lower.count == text.count else { return nil }
        let (letters, small) = (Array(text), Array(lower))
        var best: (at: Int, name: SpokenName)?
        for phrase in SpokenNamePhrases.before {
            for start in Self.places(of: phrase.letters, in: small, isCJK: phrase.isCJK) where start < best?.at ?? .max {
                let rest = letters[(start + phrase.letters.count)...]
                guard let name = phrase.isCJK ? Self.shortName(rest) : Self.name(rest, isExplicit: phrase.isExplicit) else { continue }
                best = (start, SpokenName(name, isExplicit: phrase.isExplicit, isOfSpeaker: phrase.isOfSpeaker))
            }
        }
        for phrase in SpokenNamePhrases.after {
            for start in Self.places(of: phrase, in: small, isCJK: false) where start < best?.at ?? .max {
                let words = String(letters[..<start]).split(whereSeparator: { !Self.isNameLetter($0) })
                guard let word = words.last, let name = Self.name(ArraySlice(Array(word)), isExplicit: true) else { continue }
                best = (start, SpokenName(name, isExplicit: true))
            }
        }
        guard let best else { return nil }
        self = best.name
    }

    /// Returns the positions at which `phrase` stands in `text` as separate words.
    private static func places(of phrase: [Character], in text: [Character], isCJK: Bool) -> [Int] {
        guard text.count >= phrase.count else { return [] }
        return (0...(text.count - phrase.count)).filter { start in
            guard text[start] == phrase[0], text[start..<(start + phrase.count)].elementsEqual(phrase) else { return false }
            if isCJK { return true }
            let end = start + phrase.count
            return (start == 0 || !isNameLetter(text[start - 1])) && (end == text.count || !isNameLetter(text[end]))
        }
    }

    /// Returns one or two capitalised words; in scripts without capitals, one word.
    private static func name(_ rest: ArraySlice<Character>, isExplicit: Bool) -> String? {
        var words: [String] = []
        var remaining = rest.drop { $0 == " " || $0 == ":" || $0 == "\"" || (isExplicit && $0 == ",") }
        while words.count < 2 {
            let word = String(remaining.prefix(while: isNameLetter))
            guard let first = word.first, isCapital(first) || (words.isEmpty && !isCased(first)), word.count >= 2,
                !SpokenNamePhrases.noNames.contains(word.lowercased())
            else { break }
            words.append(word)
            remaining = remaining.dropFirst(word.count)
            guard remaining.first == " " else { break }
            if !isCased(first) { break }
            remaining = remaining.drop { $0 == " " }
        }
        // "Ana's sister" does not mean Ana.
        guard !words.isEmpty, !words.joined().hasSuffix("'s"), !words.joined().hasSuffix("’s") else { return nil }
        return words.joined(separator: " ")
    }

    /// Returns the text up to the next mark, at most six characters, without particles at its end.
    private static func shortName(_ rest: ArraySlice<Character>) -> String? {
        var name = String(rest.prefix { $0.isLetter })
        for ending in SpokenNamePhrases.endingsCJK where name.hasSuffix(ending) && name.count > ending.count {
            name.removeLast(ending.count)
            break
        }
        let particles: Set<Character> = ["的", "了", "是", "は", "が", "を", "に", "の", "は", "を"]
        guard (2...6).contains(name.count), !name.contains(where: particles.contains), !SpokenNamePhrases.noNames.contains(name) else { return nil }
        return name
    }

    private static func isNameLetter(_ character: Character) -> Bool {
        character.isLetter || character == "'" || character == "’" || character == "-"
    }
    private static func isCased(_ character: Character) -> Bool { character.isUppercase || character.isLowercase }
    private static func isCapital(_ character: Character) -> Bool { character.isUppercase }
}
