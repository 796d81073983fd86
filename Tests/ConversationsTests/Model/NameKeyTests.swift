import Conversations
import Speech
import Testing

@Suite struct `The key of a name` {
    @Test(arguments: [
        ("Anna", "anna"), ("ANNA", "anna"), (" Anna ", "Anna"), ("\u{A0}Anna\u{3000}\n", "Anna"), ("Anna Maria", "anna\t  maria"),
        ("Zo\u{EB}", "ZOE\u{308}"), ("Straße", "STRASSE"), ("STRAẞE", "strasse"), ("Ἀχιλλεύς", "ἈΧΙΛΛΕΎΣ"), ("Анна", "АННА"), ("ﬁona", "Fiona"),
        ("İPEK", "ipek"), ("I\u{307}pek", "ipek"), ("IŞIL", "ışıl"), ("\u{AC00}", "\u{1100}\u{1161}"), ("田中", " 田中 "), ("", "  "),
        ("דנה", "\u{200F}דנה\u{200E}"), ("Anna", "\u{FEFF}ANNA\u{200B}"), ("علي حسن", "\u{2067}علي\u{200F} حسن\u{2069}"), ("", "\u{200F} \u{200B}"),
        // Control characters, and those that are ignorable by default.
        ("Anna", "An\u{0}na"), ("Anna", "\u{7}Anna"), ("Anna", "Anna\u{7F}"), ("Zoë", "Zo\u{0}ë\u{85}"), ("Anna", "An\u{3164}na"),
        ("Anna", "Anna\u{FE0F}"), ("Anna", "An\u{180E}na"), ("Anna", "An\u{E0101}na"), ("Anna Maria", "Anna\r\nMaria"),
        ("Anna Maria", "Anna\u{2028}\u{7}Maria"), ("", "\u{0}\u{3164}\u{FE0F}\u{200D}"), ("Anna", "\u{200D}Anna"),
    ])
    func `is equal for names that are one`(one: String, other: String) {
        #expect(NameKey(one) == NameKey(other))
        #expect(NameKey(one).hashValue == NameKey(other).hashValue)
    }

    @Test(arguments: [
        ("Zoe", "Zoë"), ("Anna", "Anne"), ("Anna Maria", "Annamaria"), ("Anna", "Anna M"), ("O'Neil", "ONeil"), ("田中", "田"), ("Anna", ""),
        // The joiner changes how its neighbours are written.
        ("می\u{200C}نا", "مینا"), ("\u{1F469}\u{200D}\u{1F33E}", "\u{1F469}\u{1F33E}"),
    ])
    func `differs for names that are two`(one: String, other: String) {
        #expect(NameKey(one) != NameKey(other))
    }

    @Test func `leaves blanks inside a name that is stored`() {
        #expect(NameKey.trimmed("\u{3000} Anna  Maria \n") == "Anna  Maria")
        #expect(NameKey.trimmed(" ") == "")
        #expect(NameKey.trimmed("\u{200F} דנה\u{200E}\u{FEFF}") == "דנה" && NameKey.trimmed("\u{200F}").isEmpty)
    }

    @Test(arguments: [
        ("An\u{0}na\u{7F}", "Anna"), ("\u{7}Anna\n", "Anna"), ("Anna\r\nMaria", "Anna Maria"), ("Anna\tMaria", "Anna Maria"),
        ("Anna\u{2028}Maria\u{85}Berg", "Anna Maria Berg"), ("می\u{200C}نا", "می\u{200C}نا"), ("Anna\u{180E}\u{3164}", "Anna"),
        ("\u{3164}\u{FE0F}", ""), ("\u{0}\u{1B}", ""), ("\u{200D}", ""),
    ])
    func `is that of the name as it is stored, in one line`(name: String, stored: String) {
        #expect(Array(NameKey.trimmed(name).unicodeScalars) == Array(stored.unicodeScalars))
        #expect(NameKey(name) == NameKey(stored))
    }

    @Test func `finds people who share their name`() {
        let names = ["Anna", "Bert", "ANNA", "anna "]
        let people = names.enumerated().map { Person(id: ID("\($0)"), name: $1, created: UnixTime(milliseconds: 0)) }
        #expect(Person.namesakes(among: people) == [ID("0"): ID("2"), ID("2"): ID("0"), ID("3"): ID("0")])
        #expect(Person.namesakes(among: []) == [:])
    }
}
