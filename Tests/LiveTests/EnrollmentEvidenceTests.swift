import Conversations
@testable import Live
import Speech
import Store
import Testing

@Suite struct `The evidence of an enrollment` {
    private let engine = EngineName("local")
    private let anna = ID<Person>("anna"), otto = ID<Person>("otto")

    private func conversation(_ change: (inout Conversation) -> Void = { _ in }) -> Conversation {
        let segments = [("s1", "We sail at dawn.", 0), ("s2", "The tide is high.", 9)].map { id, text, start in
            Segment(
                id: ID(id), text: text, start: .seconds(start), end: .seconds(start + 8), speaker: nil,
                identity: SpeakerIdentity(.person(anna), by: .manual))
        }
        let start = UnixTime(milliseconds: 0)
        var conversation = Conversation(
            id: ID("c"), user: .local, status: .completed, source: "test", started: start, finished: start, segments: segments)
        change(&conversation)
        return conversation
    }

    private func number(_ audio: [StoredAudio] = [], person: ID<Person>? = nil, _ change: (inout Conversation) -> Void = { _ in }) -> Int64 {
        EnrollmentEvidence(conversation(change), audio, of: person ?? anna, heardBy: engine).number
    }

    @Test func `is the same for the same segments and audio`() {
        #expect(number() == number())
        #expect(number { $0.title = "At sea" } == number())
        // The same in each run of the program: stored numbers are compared with it.
        #expect(number { $0.segments = [] } == 7_514_375_548_817_785_117)
    }

    @Test func `changes with whatever the enrollment hears or compares`() {
        let audio = StoredAudio(file: "a", start: .zero, duration: .seconds(20), byteCount: 9, created: UnixTime(milliseconds: 0))
        let all = [
            number(), number([audio]), number([audio, audio]), number(person: otto), number { $0.language = LanguageTag("en") },
            number { $0.segments[0].text = "We sail at noon." }, number { $0.segments[1].end = .seconds(18) },
            number { $0.segments[1].identity = SpeakerIdentity(.person(otto), by: .manual) },
            number { $0.segments[1].identity = SpeakerIdentity(.person(anna), by: .voiceprint) }, number { $0.segments.removeLast() },
        ]
        #expect(Set(all).count == all.count)
    }
}
