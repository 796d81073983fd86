package import Speech

/// Key by which names are compared: names with equal keys are one name, and one name is one person.
///
/// Case, blanks around the name, the number of blanks between words, characters that nobody sees, and canonically equivalent characters make no
/// difference. Case has no regard to the language: `STRASSE` is `Straße`, and the Turkish `İ` and `ı` are `i`. Accents make a difference.
package struct NameKey: Hashable, Sendable {
    private let text: String

    package init(_ name: String) {
        if let plain = Self.plain(name) {
            text = plain
            return
        }
        // ß has no other small form, and becomes ss by its capitals. Strings are compared by canonical equivalence.
        let seen = String(String.UnicodeScalarView(Self.trimmed(name).unicodeScalars.filter { !Self.isInvisible($0) }))
        let folded = seen.lowercased().uppercased().lowercased()
        text = folded.split(whereSeparator: \.isWhitespace).map { word in String(word.map { $0 == "i\u{307}" ? "i" : $0 }) }.joined(separator: " ")
    }

    /// Returns the key's text for a name in ASCII, which most names are; nil for other names. Works on bytes, because all names of a user are compared
    /// when one is written.
    private static func plain(_ name: String) -> String? {
        var bytes: [UInt8] = []
        var isAfterBlank = false
        for byte in name.utf8 {
            switch byte {
            case 0x80...: return nil
            case 0x09...0x0D, 0x20: isAfterBlank = true
            // Control characters.
            case ..<0x20, 0x7F: break
            case _:
                if isAfterBlank, !bytes.isEmpty { bytes.append(0x20) }
                isAfterBlank = false
                bytes.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the name as it is stored: in one line, without blanks and invisible characters around it; empty when nothing of it is seen.
    ///
    /// Line ends and tabs inside become blanks, and other control characters are left out. All ways in which a name is written pass here.
    package static func trimmed(_ name: String) -> String {
        String(name.drop(while: isBlank).reversed().drop(while: isBlank).reversed().compactMap(inLine))
    }

    /// Returns a character as a line has it: a blank for a line end or a tab; nil for another control character.
    private static func inLine(_ character: Character) -> Character? {
        switch character.unicodeScalars.first?.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: character.isWhitespace ? " " : nil
        case _: character
        }
    }

    private static func isBlank(_ character: Character) -> Bool {
        character.isWhitespace || character.unicodeScalars.allSatisfy { isInvisible($0) || isJoiner($0) }
    }

    /// Returns true for characters that nobody sees and that change no letter: control characters, and those that Unicode calls ignorable by default,
    /// such as marks of direction, which come along when a name is copied, the zero-width space, variation selectors and fillers. Joiners count.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        guard !isJoiner(scalar) else { return false }
        let properties = scalar.properties
        return properties.isDefaultIgnorableCodePoint || (properties.generalCategory == .control && !properties.isWhitespace)
    }

    /// Returns true for the joiner and the non-joiner: those of Persian and of Indian scripts change the letters beside them.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { 0x200C...0x200D ~= scalar.value }
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
