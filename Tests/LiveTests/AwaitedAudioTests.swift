import Conversations
import Speech
import Store
import Testing

@testable import Live

@Suite struct `Voices that wait for the audio of their conversation` {
    private let awaited = AwaitedAudio()

    private func voice(_ person: String, in conversation: String = "one", of user: String = "me") -> UntaughtVoice {
        UntaughtVoice(ID(person), in: ID(conversation), of: ID(user))
    }

    @Test func `are taken when it comes, once, and no others`() {
        for voice in [voice("anna"), voice("anna"), voice("bert"), voice("anna", in: "two"), voice("anna", of: "you")] { awaited.add(voice) }
        #expect(awaited.take(ID("one"), of: ID("me")) == [voice("anna"), voice("bert")])
        #expect(awaited.take(ID("one"), of: ID("me")).isEmpty)
        #expect(awaited.take(ID("two"), of: ID("me")) == [voice("anna", in: "two")])
    }

    @Test func `wait no longer when it was there already`() {
        awaited.add(voice("anna"))
        awaited.remove(voice("anna"))
        #expect(awaited.take(ID("one"), of: ID("me")).isEmpty)
    }

    @Test func `are dropped beyond a thousand, the longest waiting first`() {
        for number in 0...1_000 { awaited.add(voice("\(number)")) }
        let taken = awaited.take(ID("one"), of: ID("me"))
        #expect(taken.count == 1_000 && taken.first == voice("1"))
    }
}
