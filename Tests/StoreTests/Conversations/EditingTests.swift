import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Conversations edited by hand` {
    private let folder = TemporaryFolder()
    private let one = ID<Conversation>("c1"), two = ID<Conversation>("c2")

    @Test(arguments: StoreKind.allCases) func `are merged at their times of day, speakers of the same voice together`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let voice = try await store.add(NewVoice(id: ID("v1"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        let first = Conversation.of(.ann, "c1", at: 100, .said("s1", "late", at: 1, speaker: 0, .voice(voice.id)))
        let second = Conversation.of(
            .ann, "c2", at: 60, .said("s2", "early", at: 2, speaker: 1, .voice(voice.id)), .said("s3", "other", at: 5, speaker: 0))
        for conversation in [first, second] { _ = try await store.begin(conversation) }
        #expect(try await store.add(StoredAudio(file: "a", start: .zero, duration: .seconds(9), byteCount: 5, created: .at(0)), to: one, of: .ann))
        #expect(try await store.merge(two, into: one, of: .bob) == nil)
        #expect(try await store.merge(two, into: ID("c3"), of: .ann) == nil)
        let merged = try #require(try await store.merge(two, into: one, of: .ann))
        #expect(merged.id == one && merged.started == .at(60) && merged.finished == .at(160))
        #expect(merged.segments.map(\.text) == ["early", "other", "late"])
        #expect(merged.segments.map(\.start) == [.seconds(2), .seconds(5), .seconds(41)])
        #expect(merged.segments.map { $0.words[0].start } == [.seconds(2), .seconds(5), .seconds(41)])
        #expect(merged.segments.map { $0.speaker?.number } == [0, 1, 0])
        #expect(try await store.conversation(one, of: .ann) == merged)
        #expect(try await store.conversation(two, of: .ann) == nil)
        #expect(try await store.audio(of: one, of: .ann).map(\.start) == [.seconds(40)])
        #expect(try await store.list(ConversationQuery(), of: .ann).conversations.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `have the same text in both databases, zeros included`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.set("name", to: "An\u{0}na\u{0}", of: .ann)
        #expect(try await store.settings(of: .ann)["name"] == "An\u{FFFD}na\u{FFFD}")
        _ = try await store.begin(Conversation.of(.ann, "c1", at: 100, .said("s1", "one\u{0} two", at: 1)))
        #expect(try await store.conversation(one, of: .ann)?.segments.map(\.text) == ["one\u{FFFD} two"])
    }

    @Test(arguments: StoreKind.allCases) func `are split, and both parts have their times of day and their own audio`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let whole = Conversation.of(
            .ann, "c1", at: 100, .said("s1", "one", at: 0, .user), .said("s2", "two", at: 4, .user), .said("s3", "three", at: 6))
        _ = try await store.begin(whole)
        let audio = StoredAudio(file: "a", start: .zero, duration: .seconds(9), byteCount: 5, created: .at(0))
        #expect(try await store.add(audio, to: one, of: .ann))
        #expect(try await store.split(one, at: ID("s2"), new: two, of: .bob) == nil)
        #expect(try await store.split(one, at: ID("s9"), new: two, of: .ann) == nil)
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s1"), new: two, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s2"), new: one, of: .ann) }
        let parts = try #require(try await store.split(one, at: ID("s2"), new: two, of: .ann))
        #expect(parts.earlier.segments.map(\.text) == ["one"] && parts.earlier.started == .at(100) && parts.earlier.finished == .at(101))
        #expect(parts.later.segments.map(\.text) == ["two", "three"] && parts.later.started == .at(104))
        #expect(parts.later.segments.map(\.start) == [.zero, .seconds(2)] && parts.later.segments[1].words[0].start == .seconds(2))
        // One file still, which neither has: what was said in one part is not for the other.
        for part in [one, two] { #expect(try await store.audio(of: part, of: .ann) == []) }
        let uncut = try await store.uncutAudio()
        #expect(uncut.map(\.audio.start) == [.zero, .seconds(-4)])
        #expect(uncut.map(\.from) == [.zero, .seconds(4)] && uncut.map(\.to) == [.seconds(4), .seconds(9)])
        let later = StoredAudio(file: "b", start: .zero, duration: .seconds(5), byteCount: 3, created: .at(0))
        #expect(try await store.cut(uncut[1], to: later))
        #expect(try await !store.cut(uncut[1], to: StoredAudio(file: "c", start: .zero, duration: .seconds(5), byteCount: 3, created: .at(0))))
        #expect(try await store.audio(of: two, of: .ann) == [later])
        #expect(try await store.cut(uncut[0], to: nil))
        #expect(try await store.audio(of: one, of: .ann) == [])
        #expect(try await store.uncutAudio() == [])
        #expect(try await store.list(ConversationQuery(speaker: .user), of: .ann).conversations.map(\.id) == [two, one])
        // And back.
        let merged = try #require(try await store.merge(two, into: one, of: .ann))
        #expect(merged.segments == whole.segments && merged.started == whole.started && merged.finished == whole.finished)
    }

    @Test(arguments: StoreKind.allCases) func `have titles and summaries of what is said in them now, unless by hand`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for id in ["c1", "c3"] {
            var whole = Conversation.of(
                .ann, id, at: 100, .said("s1", "The zebra sleeps.", at: 0), .said("s2", "A giraffe eats leaves.", at: 4),
                .said("s3", "The piano is out of tune.", at: 8))
            (whole.title, whole.summary) = ("The zebra sleeps", "The zebra sleeps. A giraffe eats leaves.")
            whole.findings = ConversationFindings(category: .music, emoji: "🦓", actionItems: [.init("Feed the zebra")])
            _ = try await store.begin(whole)
        }
        var titled = ConversationUpdate(ID("c3"), title: "My zebra")
        titled.isTitledByHand = true
        #expect(try await store.write(titled, of: .ann))
        // A completion that had begun before.
        #expect(try await store.write(ConversationUpdate(ID("c3"), title: "The zebra sleeps"), of: .ann))
        #expect(try await store.conversation(ID("c3"), of: .ann)?.title == "My zebra")
        for id in [one, ID("c3")] { #expect(try await store.setText("The lion sleeps.", of: ID("s1"), in: id, of: .ann) != nil) }
        let edited = try #require(try await store.conversation(one, of: .ann))
        #expect(edited.title?.contains("zebra") == false && edited.summary?.contains("zebra") == false)
        #expect(edited.findings == ConversationFindings(category: .music), "what the words do not say any more is gone")
        let byHand = try #require(try await store.conversation(ID("c3"), of: .ann))
        #expect(byHand.title == "My zebra" && byHand.summary?.contains("zebra") == false)
        let parts = try #require(try await store.split(one, at: ID("s3"), new: two, of: .ann))
        #expect(parts.earlier.title?.contains("piano") == false && parts.earlier.summary?.contains("piano") == false)
        #expect(parts.later.title?.contains("piano") == true && parts.later.summary?.contains("piano") == true)
        #expect(parts.later.summary?.contains("lion") == false)
    }

    @Test(arguments: StoreKind.allCases) func `keep a title by hand when they are merged, until it is given up`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for (id, at) in [("c1", 100.0), ("c2", 200), ("c3", 300), ("c4", 400)] {
            var whole = Conversation.of(.ann, id, at: at, .said(id + "s", "The zebra sleeps.", at: 0))
            (whole.title, whole.summary) = ("Made of words", "The zebra sleeps.")
            _ = try await store.begin(whole)
        }
        for (id, title) in [(two, " Sec\u{7}ond\u{200B}\n"), (ID("c4"), "Fourth")] {
            var titled = ConversationUpdate(id, title: title)
            titled.isTitledByHand = true
            #expect(try await store.write(titled, of: .ann))
        }
        #expect(try await store.merge(ID("c3"), into: one, of: .ann)?.title == "Made of words")
        #expect(try await store.merge(two, into: one, of: .ann)?.title == "Second")
        #expect(try await store.merge(ID("c4"), into: one, of: .ann)?.title == "Second")
        // Automation does not change it.
        #expect(try await store.write(ConversationUpdate(one, title: "Made again"), of: .ann))
        #expect(try await store.conversation(one, of: .ann)?.title == "Second")
        var blank = ConversationUpdate(one, title: " \u{200B}\n")
        blank.isTitledByHand = true
        #expect(try await store.write(blank, of: .ann))
        let found = try #require(try await store.conversation(one, of: .ann))
        #expect(found.title == "The zebra sleeps" && found.summary == "The zebra sleeps.")
        #expect(try await store.write(ConversationUpdate(one, title: "Made again"), of: .ann))
        #expect(try await store.conversation(one, of: .ann)?.title == "Made again")
    }

    @Test(arguments: StoreKind.allCases) func `tell what of their sessions is to be known no more`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let session = ID<Session>("session"), other = ID<Session>("other"), three = ID<Conversation>("c3")
        for (id, at) in [(one, 100.0), (two, 200), (three, 300)] {
            let name = id.rawValue
            _ = try await store.begin(.of(.ann, name, at: at, .said(name + "s1", "one", at: 0), .said(name + "s2", "two", at: 4)))
        }
        _ = try await store.begin(.of(.ann, "empty"))
        for (id, begins, shift) in [(one, 0, -10), (two, 100, -110), (three, 200, -210)] {
            let part = SessionPart(session: session, conversation: id, begins: .seconds(begins), shift: .seconds(shift))
            #expect(try await store.join(part, of: .ann))
        }
        #expect(try await store.join(SessionPart(session: other, conversation: ID("empty"), begins: .zero), of: .ann))
        // In which nothing was said: the session may say something yet.
        #expect(try await store.discard(ID("empty"), of: .ann))
        #expect(try await !store.discard(one, of: .ann))
        #expect(try await store.forgottenSpeech(of: nil) == [])
        // What stands there instead of what was said.
        _ = try await store.setText("other", of: ID("c1s2"), in: one, of: .ann)
        let words = ForgottenSpeech(session: session, channel: .first, begins: .seconds(14), ends: .seconds(15))
        #expect(try await store.forgottenSpeech(of: session) == [words])
        // The later part of the first, put into the third: deleted from where it begins, to the second, and from the third's beginning to the end.
        _ = try await store.split(one, at: ID("c1s2"), new: ID("c4"), of: .ann)
        _ = try await store.merge(ID("c4"), into: three, of: .ann)
        #expect(try await store.delete(three, of: .ann))
        #expect(
            try await store.forgottenSpeech(of: session) == [
                words, ForgottenSpeech(session: session, begins: .seconds(14), ends: .seconds(100)),
                ForgottenSpeech(session: session, begins: .seconds(200)),
            ])
        // An earlier part that becomes known later changes nothing of it; the session goes on, in another one.
        #expect(try await store.join(SessionPart(session: session, conversation: one, begins: .seconds(150)), of: .ann))
        #expect(try await store.forgottenSpeech(of: session).last?.ends == nil)
        #expect(try await store.join(SessionPart(session: session, conversation: one, begins: .seconds(250)), of: .ann))
        #expect(try await store.forgottenSpeech(of: session).last?.ends == .seconds(250))
        #expect(try await store.forgottenSpeech(of: session).isAll == false)
        try await store.pruneForgottenSpeech(before: .at(1_000_000))
        #expect(try await store.forgottenSpeech(of: nil) == [])
    }

    @Test(arguments: StoreKind.allCases) func `begin earlier when something was said before`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", at: 100, .said("s1", "one", at: 0)))
        #expect(try await store.join(SessionPart(session: ID("s"), conversation: one, begins: .zero, shift: .seconds(-5)), of: .ann))
        var update = ConversationUpdate(one, changed: [.said("s0", "zero", at: 0)])
        update.movesBack = .seconds(3)
        #expect(try await store.write(update, of: .ann))
        let found = try #require(try await store.conversation(one, of: .ann))
        #expect(found.started == .at(97) && found.segments.map(\.text) == ["zero", "one"])
        #expect(found.segments.map(\.start) == [.zero, .seconds(3)] && found.segments.last?.words.first?.start == .seconds(3))
        #expect(try await store.parts(of: ID("s"), of: .ann).map(\.shift) == [.seconds(-2)])
    }

    @Test(arguments: StoreKind.allCases) func `learn once where a session's part lies in them`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", at: 100, .said("s1", "one", at: 0)))
        var part = SessionPart(session: ID("s"), conversation: one, begins: .zero)
        #expect(try await store.join(part, of: .ann))
        var update = ConversationUpdate(one, changed: [.said("s2", "two", at: 5)])
        for shift in [5, 9] {
            part.shift = .seconds(shift)
            update.placed = part
            #expect(try await store.write(update, of: .ann))
        }
        #expect(try await store.parts(of: ID("s"), of: .ann).map(\.shift) == [.seconds(5)])
    }

    @Test(arguments: StoreKind.allCases) func `take nothing of a live session once they are over`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", status: .inProgress, .said("s1", "one")))
        let update = ConversationUpdate(one, changed: [.said("s2", "two", at: 2)], isLive: true)
        #expect(try await store.status(of: one, of: .ann) == .inProgress)
        #expect(try await store.status(of: one, of: .bob) == nil)
        #expect(try await store.write(update, of: .ann))
        #expect(try await store.write(ConversationUpdate(one, status: .completed), of: .ann))
        #expect(try await !store.write(ConversationUpdate(one, changed: [.said("s3", "three", at: 4)], isLive: true), of: .ann))
        #expect(try await store.conversation(one, of: .ann)?.segments.count == 2)
    }

    @Test(arguments: StoreKind.allCases) func `are not merged over centuries`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", "one")))
        _ = try await store.begin(.of(.ann, "c2", at: 330 * 366 * 86_400, .said("s2", "two")))
        await #expect(throws: StoreError.self) { try await store.merge(two, into: one, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.merge(one, into: two, of: .ann) }
        #expect(try await store.conversation(two, of: .ann)?.segments.map(\.start) == [.zero])
    }

    @Test(arguments: StoreKind.allCases) func `are neither merged nor split while they are live`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", status: .inProgress, .said("s1", "one"), .said("s2", "two", at: 2)))
        _ = try await store.begin(.of(.ann, "c2"))
        await #expect(throws: StoreError.self) { try await store.merge(two, into: one, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.merge(one, into: two, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s2"), new: ID("c3"), of: .ann) }
        #expect(try await store.conversation(one, of: .ann)?.segments.count == 2)
    }

    @Test(arguments: StoreKind.allCases) func `are deleted for their owner only, and can be begun anew`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for user in [ID<User>.ann, .bob] { _ = try await store.begin(.of(user, "c1", .said("s1", "one"))) }
        #expect(try await !store.delete(two, of: .ann))
        #expect(try await store.delete(one, of: .ann))
        #expect(try await !store.delete(one, of: .ann))
        #expect(try await store.conversation(one, of: .ann) == nil)
        #expect(try await store.conversation(one, of: .bob)?.segments.count == 1)
        #expect(try await store.begin(.of(.ann, "c1")))
        try await store.settle()
    }
}
