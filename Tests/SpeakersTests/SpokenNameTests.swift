import Testing

@testable import Speakers

@Suite struct `Spoken name` {
    @Test(arguments: [
        ("Hello, my name is Ana.", "Ana"), ("My name's Mary Jane and I live here", "Mary Jane"), ("You can call me Bob", "Bob"),
        ("Peter is my name", "Peter"), ("Ich heiße Jürgen", "Jürgen"), ("Je m'appelle Élodie", "Élodie"), ("Me llamo José", "José"),
        ("Меня зовут Анна", "Анна"), ("我叫王小明。", "王小明"), ("私の名前は田中です", "田中"),
    ])
    func `an explicit form states it`(text: String, name: String) {
        #expect(SpokenName(in: text) == SpokenName(name, isExplicit: true))
    }

    @Test(arguments: [
        ("I'm Ana", true), ("I am Ana", true), ("Je suis Ana", true), ("Ich bin Ana", false), ("This is Ana", false), ("It's Ana", false),
    ])
    func `a copular form may`(text: String, isOfSpeaker: Bool) {
        #expect(SpokenName(in: text) == SpokenName("Ana", isExplicit: false, isOfSpeaker: isOfSpeaker))
    }

    @Test(arguments: [
        "I'm tired", "I'm Tired", "I am So happy", "My name is", "my name is not important", "I'm a teacher", "It's Monday", "I'm Ana's sister",
        "", "The animal is mine", "My name is X",
    ])
    func `what is no name is none`(text: String) {
        #expect(SpokenName(in: text) == nil)
    }

    @Test func `only an explicit form makes a person, once, and never of the owner`() {
        let stated = SpokenName("Ana", isExplicit: true), said = SpokenName("Ana", isExplicit: false)
        #expect(stated.consequence(isKnown: false, owner: nil, mayCreate: true) == .create)
        #expect(stated.consequence(isKnown: true, owner: nil, mayCreate: true) == .known)
        #expect(stated.consequence(isKnown: false, owner: nil, mayCreate: false) == .suggest)
        #expect(said.consequence(isKnown: false, owner: nil, mayCreate: true) == .suggest)
        #expect(said.consequence(isKnown: false, owner: "Ana", mayCreate: true) == .nothing)
        #expect(SpokenName("Ana", isExplicit: false, isOfSpeaker: false).consequence(isKnown: false, owner: nil, mayCreate: true) == .nothing)
        #expect(said.consequence(isKnown: true, owner: nil, mayCreate: true) == .known)
        #expect(stated.consequence(isKnown: true, owner: "Ana Silva", mayCreate: true) == .nothing)
    }
}
