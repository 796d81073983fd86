import Conversations
import Speech
import Testing

@Suite struct `The key of a name` {
    @Test(arguments: [
        ("Anna", "anna"), ("ANNA", "anna"), (" Anna ", "Anna"), ("\u{A0}Anna\u{3000}\n", "Anna"), ("Anna Maria", "anna\t  maria"),
        ("Zo\u{EB}", "ZOE\u{308}"), ("Straße", "STRASSE"), ("STRAẞE", "strasse"), ("Ἀχιλλεύς", "ἈΧΙΛΛΕΎΣ"), ("Анна", "АННА"), ("ﬁona", "Fiona"),
        ("İPEK", "ipek"), ("I\u{307}pek", "ipek"), ("IŞIL", "ışıl"), ("\u{AC00}", "\u{1100}\u{1161}"), ("田中", " 田中 "), ("", "  "),
        ("דנה", "\u{200F}דנה\u{200E}"), ("Anna", "\u{FEFF}ANNA\u{200B}"), ("علي حسن", "\u{2067}علي\u{200F} حسن\u{2069}"), ("", "\u{200F} \u{200B}"),
    ])
    func `is equal for names that are one`(one: String, other: String) {
        #expect(NameKey(one) == NameKey(other))
        #expect(NameKey(one).hashValue == NameKey(other).hashValue)
    }

    @Test(arguments: [
        ("Zoe", "Zoë"), ("Anna", "Anne"), ("Anna Maria", "Annamaria"), ("Anna", "Anna M"), ("O'Neil", "ONeil"), ("田中", "田"), ("Anna", ""),
        // The joiner changes how its neighbours are written.
        ("می\u{200C}نا", "مینا"),
    ])
    func `differs for names that are two`(one: String, other: String) {
        #expect(NameKey(one) != NameKey(other))
    }

    @Test func `leaves blanks inside a name that is stored`() {
        #expect(NameKey.trimmed("\u{3000} Anna  Maria \n") == "Anna  Maria")
        #expect(NameKey.trimmed(" ") == "")
        #expect(NameKey.trimmed("\u{200F} דנה\u{200E}\u{FEFF}") == "דנה" && NameKey.trimmed("\u{200F}").isEmpty)
    }

    @Test func `finds people who share their name`() {
        let names = ["Anna", "Bert", "ANNA", "anna "]
        let people = names.enumerated().map { Person(id: ID("\($0)"), name: $1, created: UnixTime(milliseconds: 0)) }
        #expect(Person.namesakes(among: people) == [ID("0"): ID("2"), ID("2"): ID("0"), ID("3"): ID("0")])
        #expect(Person.namesakes(among: []) == [:])
    }
}
