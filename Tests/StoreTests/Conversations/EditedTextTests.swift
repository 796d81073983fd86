import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Conversations whose words are edited` {
    private let folder = TemporaryFolder()
    private let one = ID<Conversation>("c1"), two = ID<Conversation>("c2")

    /// What is written in place of `one two three four`.
    enum Edit: String, CaseIterable {
        case replaced = "one Zanzibar three four"
        case added = "one two and more three four"
        case removed = "one three four"
        case marked = "one, two three four."
        case unchanged = "one two three four"
        case other = "all is new"
        case empty = ""
        case japanese = "東京は two three four"
    }

    /// What comes after an edit.
    enum Next: CaseIterable { case nothing, split, merge, edit }

    /// A conversation of two segments, of which the second one is edited.
    private func spoken(at seconds: Double = 100) -> Conversation {
        .of(.ann, "c1", at: seconds, .said("s1", "before", at: 0), .said("s2", "one two three four", at: 4))
    }

    /// Start and end of each word, since the start of its segment.
    private func times(_ segment: Segment?) -> [[Duration]] {
        guard let segment else { return [] }
        return segment.words.map { [$0.start - segment.start, $0.end - segment.start] }
    }

    @Test(arguments: Edit.allCases, StoreKind.allCases)
    func `keep the times of the words that stand, after further changes too`(edit: Edit, kind: StoreKind) async throws {
        let store = try kind.open(in: folder), before = spoken()
        for next in Next.allCases {
            for id in [one, two] { _ = try await store.delete(id, of: .ann) }
            #expect(try await store.begin(before))
            let edited = try #require(try await store.setText(edit.rawValue, of: ID("s2"), in: one, of: .ann))
            #expect(edited.text == edit.rawValue && edited.words.map(\.text) == edit.rawValue.split(separator: " ").map(String.init))
            #expect(edited.isEdited == (edit != .unchanged))
            for word in edited.words {
                guard let former = before.segments[1].words.first(where: { word.text.hasPrefix($0.text) }) else { continue }
                #expect(word.start == former.start && word.end == former.end && word.confidence == former.confidence, "\(edit): \(word)")
            }
            #expect(zip(edited.words, edited.words.dropFirst()).allSatisfy { $0.end <= $1.start }, "\(edit)")
            #expect(edited.words.allSatisfy { edited.start <= $0.start && $0.start <= $0.end && $0.end <= edited.end }, "\(edit)")
            var after: Segment?
            switch next {
            case .nothing: after = try await store.conversation(one, of: .ann)?.segments.last
            case .split: after = try await store.split(one, at: ID("s2"), new: two, of: .ann)?.later.segments.first
            case .merge:
                #expect(try await store.begin(.of(.ann, "c2", at: 60, .said("s3", "earlier", at: 0))))
                after = try await store.merge(one, into: two, of: .ann)?.segments.last
                #expect(after?.start == .seconds(44))
            case .edit:
                after = try await store.setText("one two three four", of: ID("s2"), in: one, of: .ann)
                // What was written over has its time again.
                if [.replaced, .marked, .unchanged, .japanese].contains(edit) { #expect(times(after) == times(before.segments[1]), "\(edit)") }
                continue
            }
            #expect(times(after) == times(edited) && after?.text == edited.text && after?.isEdited == edited.isEdited, "\(edit), \(next)")
        }
    }

    @Test(arguments: StoreKind.allCases) func `are as they were when nothing is changed`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder), now = UnixTime.at(100)
        var before = spoken()
        (before.title, before.summary) = ("A title", "A summary.")
        _ = try await store.begin(before)
        #expect(try await store.join(SessionPart(session: ID("s"), conversation: one, begins: .zero, shift: .zero), of: .ann))
        let vector = try await WordBag().embed(["one two"])[0]
        let window = TextWindow(start: .zero, end: .seconds(5), segments: [ID("s2")], vector: vector)
        #expect(try await store.setWindows([window], model: WordBag().model, of: one, of: .ann))
        #expect(try await store.setText("one two three four", of: ID("s2"), in: one, of: .ann) == before.segments[1])
        let after = try #require(try await store.conversation(one, of: .ann))
        #expect(after.segments == before.segments && after.title == before.title && after.summary == before.summary && after.started == now)
        #expect(try await store.forgottenSpeech(of: nil) == [])
        #expect(try await store.withoutWindows(model: WordBag().model, limit: 9) == [])
        // Automation may still change the text.
        #expect(try await store.write(ConversationUpdate(one, changed: [.said("s2", "one two", at: 4)]), of: .ann))
        #expect(try await store.conversation(one, of: .ann)?.segments.last?.text == "one two")
        #expect(try await store.setText("one two", of: ID("s9"), in: one, of: .ann) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `keep their words when automation writes again, and are redacted by their times`(
        kind: StoreKind
    ) async throws {
        let store = try kind.open(in: folder)
        let before = spoken()
        _ = try await store.begin(before)
        let edited = try #require(try await store.setText("one Zanzibar three four", of: ID("s2"), in: one, of: .ann))
        #expect(try await store.write(ConversationUpdate(one, changed: before.segments), of: .ann))
        #expect(try await store.conversation(one, of: .ann)?.segments.last?.words == edited.words)
        let word = edited.words[1]
        let redacted = try #require(try await store.redact(word.start..<word.end, in: one, of: .ann))
        #expect(redacted.map(\.text) == ["one [redacted] three four"] && redacted[0].isEdited)
    }

    @Test(arguments: StoreKind.allCases) func `lose times of more words than a segment may have`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(spoken())
        let many = Array(repeating: "a", count: ConversationLimits.segmentWords + 1).joined(separator: " ")
        let edited = try await store.setText(many, of: ID("s2"), in: one, of: .ann)
        #expect(edited?.text == many && edited?.words == [])
    }
}
