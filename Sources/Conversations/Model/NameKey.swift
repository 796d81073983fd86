package import Speech

/// Key by which names are compared: names with equal keys are one name, and one name is one person.
///
/// Case, blanks around the name, the number of blanks between words, and canonically equivalent characters make no difference. Case has no regard to
/// the language: `STRASSE` is `Straße`, and the Turkish `İ` and `ı` are `i`. Accents make a difference.
package struct NameKey: Hashable, Sendable {
    private let text: String

    package init(_ name: String) {
        // ß has no other small form, and becomes ss by its capitals. Strings are compared by canonical equivalence.
        let folded = name.lowercased().uppercased().lowercased()
        text = folded.split(whereSeparator: \.isWhitespace).map { word in String(word.map { $0 == "i\u{307}" ? "i" : $0 }) }.joined(separator: " ")
    }

    /// Returns the name without blanks around it, as it is stored.
    package static func trimmed(_ name: String) -> String {
        String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Person {
    /// Returns another person of the same name for each person who has one: the first of `people`, and the second for the first.
    package static func namesakes(among people: [Person]) -> [ID<Person>: ID<Person>] {
        let groups = Dictionary(grouping: people) { NameKey($0.name) }.values.filter { $0.count > 1 }
        var namesakes: [ID<Person>: ID<Person>] = [:]
        for group in groups {
            for (index, person) in group.enumerated() { namesakes[person.id] = group[index == 0 ? 1 : 0].id }
        }
        return namesakes
    }
}
