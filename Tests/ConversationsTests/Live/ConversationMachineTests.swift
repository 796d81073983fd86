import Speech
import Synchronization
import Testing

@testable import Conversations

@Suite("Conversation of a live session") struct ConversationMachineTests {
    private static let start = UnixTime(milliseconds: 1_700_000_000_000)

    /// A machine on a clock of its own, and what it did.
    private struct Live {
        var machine: ConversationMachine
        var actions: [ConversationMachine.Action] = []
        var now = ConversationMachineTests.start

        init(_ request: ConversationRequest = ConversationRequest()) {
            let count = Mutex(0)
            machine = ConversationMachine(.init(user: ID("u"), request: request, language: .english, started: ConversationMachineTests.start)) {
                count.withLock { count in
                    count += 1
                    return "id\(count)"
                }
            }
        }

        mutating func pass(_ seconds: Int) { now = UnixTime(milliseconds: now.milliseconds + Int64(seconds) * 1_000) }

        mutating func begin(_ found: Conversation? = nil, last: ID<Conversation>? = nil) {
            actions += machine.begin(found: found, last: last, now: now)
        }

        /// Words from `seconds` of the session on, one every half second.
        mutating func say(_ text: String, at seconds: Double, by speaker: Int? = 0, channel: Int = 0) {
            let words = text.split(separator: " ").enumerated().map { index, word in
                let start = SampleIndex(seconds: seconds + Double(index) * 0.5, at: .speech)
                return Word(String(word), SampleRange(start, count: SampleCount(4_000)), confidence: 1, speaker: speaker.map { SpeakerLabel($0) })
            }
            actions += machine.committed(words, in: ChannelIndex(channel), by: .local, model: nil, rate: .speech, now: now)
        }

        mutating func tick() { actions += machine.timePassed(now: now) }

        mutating func taken() -> [ConversationMachine.Action] {
            defer { actions = [] }
            return actions
        }

        var shown: [ConversationEvent] { actions.compactMap { if case .show(let event) = $0 { event } else { nil } } }

        var changed: [Segment] { shown.flatMap { event -> [Segment] in if case .changed(let segments) = event { segments } else { [] } } }
    }

    @Test func `is made at once, and begins with the first speech`() throws {
        var live = Live()
        live.begin(last: ID("before"))
        guard case .create(let made)? = live.actions.dropFirst().first else {
            Issue.record("\(live.actions)")
            return
        }
        #expect(live.shown == [.last(ID("before")), .began(made.id, isResumed: false)])
        live.machine.audioBegan(now: live.now)
        live.pass(5)
        live.say("Hello there.", at: 3)
        let segment = try #require(live.changed.last)
        #expect(segment.start == .zero && segment.end == .milliseconds(750))
        let stored = live.actions.compactMap { if case .store(let change) = $0 { change } else { nil } }
        #expect(stored.first?.started == UnixTime(milliseconds: Self.start.milliseconds + 3_000))
        #expect(stored.first?.finished == live.now)
    }

    /// A conversation in which "One two" is said and stored.
    private static func withStoredWords() throws -> (Live, ID<Conversation>) {
        var live = Live()
        live.begin()
        live.machine.audioBegan(now: live.now)
        let id = try #require(live.machine.current?.id)
        live.say("One two", at: 0)
        live.machine.stored(1)
        return (live, id)
    }

    @Test func `begins another one with what was rejected, when it was deleted or completed by somebody else`() throws {
        var (live, first) = try Self.withStoredWords()
        live.say("three four", at: 10)
        live.say("five.", at: 12)
        live.actions = []
        let (actions, from) = live.machine.rejected(first, now: live.now)
        live.actions = actions
        let second = try #require(live.machine.current?.id)
        #expect(second != first && from == .seconds(10))
        guard case .create(let made)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(made.id == second && live.changed.last?.text == "three four five." && live.changed.first?.start == .zero)
        // What was rejected besides is there already.
        #expect(live.machine.rejected(first, now: live.now).actions == [])
        live.machine.stored(5)
        #expect(live.machine.rejected(second, now: live.now).actions.count == 2, "nothing but another one")
    }

    @Test func `begins no other one when it is deleted after its session, of which all is stored`() throws {
        var (live, id) = try Self.withStoredWords()
        #expect(live.machine.ended(inOrder: false, now: live.now) == [], "it may be gone on with")
        #expect(live.machine.rejected(id, now: live.now).actions == [])
        #expect(live.machine.current == nil)
    }

    @Test func `takes words for a gap where it has none, and leaves those from before it to the end`() throws {
        var live = Live()
        live.begin()
        live.machine.audioBegan(now: live.now)
        live.say("One two", at: 10)
        live.say("seven.", at: 14)
        live.actions = []
        let words = [(9.0, "zero"), (10.5, "too"), (12, "three"), (12.5, "four")].map { second, text in
            Word(text, SampleRange(SampleIndex(seconds: second, at: .speech), count: SampleCount(4_000)), confidence: 1)
        }
        live.actions = live.machine.mended(words, in: .first, by: .local, model: nil, rate: .speech)
        #expect(live.changed.map(\.text) == ["three four"] && live.changed.map(\.start) == [.seconds(2)])
        #expect(live.actions.contains { if case .store = $0 { true } else { false } })
        live.actions = live.machine.mended(words, in: .first, by: .local, model: nil, rate: .speech)
        #expect(live.actions == [])
    }

    @Test func `keeps what is said before the store has answered`() {
        var live = Live()
        live.say("Early words.", at: 0)
        #expect(live.actions == [])
        live.begin()
        #expect(live.changed.map(\.text) == ["Early words."])
    }

    @Test(arguments: [(119, false), (120, true)])
    func `is over after its silence, and another one begins`(_ silence: Int, _ isOver: Bool) {
        var live = Live()
        live.begin()
        live.say("Hello.", at: 0)
        let first = live.machine.current?.id
        live.pass(silence)
        _ = live.taken()
        live.tick()
        #expect((live.machine.current?.id != first) == isOver)
        #expect(live.actions.contains { if case .process(let id) = $0 { id == first } else { false } } == isOver)
        if isOver {
            live.say("Again.", at: 130)
            #expect(live.changed.last?.start == .zero)
        }
    }

    @Test func `has the title that its client gives the first conversation`() {
        var live = Live(ConversationRequest(title: "Planning"))
        live.begin()
        live.say("Hello.", at: 0)
        live.pass(120)
        live.tick()
        let made = live.actions.compactMap { action -> Conversation? in if case .create(let made) = action { made } else { nil } }
        #expect(made.map(\.title) == ["Planning", nil])
        // A conversation that is there keeps the title that it has.
        var later = Live(ConversationRequest(title: "Planning"))
        later.begin(Conversation(id: ID("c"), user: ID("u"), source: "omi", started: Self.start, finished: Self.start))
        #expect(later.machine.current?.id == ID("c") && later.machine.current?.title == nil)
    }

    @Test func `waits for ever while nothing was said`() {
        var live = Live()
        live.begin()
        _ = live.taken()
        live.pass(100_000)
        live.tick()
        #expect(live.actions == [])
    }

    @Test(arguments: [(60, true), (130, false)])
    func `goes on in a session that comes back within the silence`(_ away: Int, _ resumes: Bool) throws {
        var live = Live()
        var found = Conversation(id: ID("c"), user: ID("u"), source: "omi", started: Self.start, finished: Self.start)
        found.segments = [
            Segment(id: ID("s"), text: "Before.", start: .zero, end: .seconds(1), speaker: SpeakerNumber(0), identity: .init(.user, by: .voiceprint))
        ]
        live.pass(away)
        live.machine.audioBegan(now: live.now)
        live.begin(found)
        #expect((live.machine.current?.id == found.id) == resumes)
        live.say("After.", at: 2, by: 0)
        let segment = try #require(live.changed.last)
        if resumes {
            #expect(segment.start == .seconds(away + 2))
            // The session's first speaker is not the conversation's.
            #expect(segment.speaker == SpeakerNumber(1) && segment.identity == .unknown)
        } else {
            #expect(live.actions.contains(.process(ID("c"))))
            #expect(segment.start == .zero && segment.speaker == SpeakerNumber(0))
        }
    }

    // MARK: Audio that was recorded earlier

    /// Audio of the day before.
    private static let saved = ConversationRequest(started: UnixTime(milliseconds: start.milliseconds - 86_400_000))

    /// The start and the end that the machine has stored last.
    private static func stored(_ live: Live) -> (started: UnixTime?, finished: UnixTime?) {
        let changes = live.actions.compactMap { if case .store(let change) = $0 { change } else { nil } }
        return (changes.compactMap(\.started).last, changes.last?.finished)
    }

    @Test(arguments: [false, true]) func `begins and ends when its audio was recorded, however fast it comes`(isFast: Bool) throws {
        var live = Live(Self.saved)
        live.begin()
        live.machine.audioBegan(now: live.now)
        if !isFast { live.pass(30) }
        live.say("Hello there.", at: 20)
        let recorded = try #require(Self.saved.started)
        #expect(Self.stored(live).started == recorded + .seconds(20))
        #expect(Self.stored(live).finished == recorded + .milliseconds(20_750))
        live.say("Again.", at: 60)
        #expect(Self.stored(live).finished == recorded + .milliseconds(60_250))
        #expect(live.changed.last?.start == .seconds(40))
    }

    @Test func `of audio that was recorded earlier is over after silence here, and another one begins at its own time`() throws {
        var live = Live(Self.saved)
        live.begin()
        live.machine.audioBegan(now: live.now)
        live.say("Hello.", at: 0)
        let first = live.machine.current?.id
        live.pass(119)
        live.tick()
        #expect(live.machine.current?.id == first)
        live.pass(1)
        live.tick()
        #expect(live.machine.current?.id != first)
        live.say("Again.", at: 130)
        #expect(Self.stored(live).started == Self.saved.started.map { $0 + .seconds(130) })
    }

    /// Conversations in progress, by their start and end in seconds of the saved audio, and whether that goes on with them.
    @Test(arguments: [(-300, -60, true), (-300, -121, false), (10, 20, false), (86_000, 86_399, false)])
    func `of audio that was recorded earlier goes on only with what was said before it`(started: Int, finished: Int, goesOn: Bool) throws {
        let recorded = try #require(Self.saved.started)
        var found = Conversation(
            id: ID("c"), user: ID("u"), source: "omi", started: recorded + .seconds(started), finished: recorded + .seconds(finished))
        found.segments = [Segment(id: ID("s"), text: "Before.", start: .zero, end: .seconds(finished - started), speaker: SpeakerNumber(0))]
        var live = Live(Self.saved)
        live.begin(found)
        #expect((live.machine.current?.id == found.id) == goesOn)
        // A conversation of now is another session's.
        #expect(live.actions.contains(.process(found.id)) == (finished == -121))
        live.machine.audioBegan(now: live.now)
        live.say("After.", at: 2)
        let place: Duration = goesOn ? .seconds(2 - started) : .zero
        #expect(live.changed.last?.start == place)
        if !goesOn { #expect(Self.stored(live).started == recorded + .seconds(2)) }
    }

    @Test func `that comes faster than it was spoken does not begin in the future`() {
        var live = Live()
        live.begin()
        live.machine.audioBegan(now: live.now)
        live.say("Hello.", at: 300)
        #expect(Self.stored(live).started == live.now && Self.stored(live).finished == live.now)
        #expect(live.changed.last?.start == .zero)
    }

    @Test func `throws away what nothing was said in`() {
        var live = Live()
        live.begin()
        let id = live.machine.current?.id
        _ = live.taken()
        live.actions += live.machine.ended(inOrder: true, now: live.now)
        #expect(live.actions == id.map { [.delete($0)] })
    }

    @Test(arguments: [true, false]) func `waits for its first words over several sessions where its source ends it with one`(inOrder: Bool) throws {
        var live = Live(Self.desktop)
        live.begin()
        _ = live.taken()
        live.pass(300)
        live.actions += live.machine.ended(inOrder: inOrder, now: live.now)
        let empty = try #require(live.machine.current)
        // The wait counts from the session's end, not from the conversation's creation.
        #expect(live.actions == [.store(.init(empty.id, SegmentChanges(), finished: live.now))] && empty.finished == live.now)
        var next = Live(Self.desktop)
        next.pass(419)
        next.begin(empty)
        #expect(next.actions == [.show(.began(empty.id, isResumed: true))])
        next.say("Hello.", at: 0)
        #expect(next.machine.ended(inOrder: true, now: next.now) == [.process(empty.id)])
    }

    private static let desktop = ConversationRequest(source: "desktop", endsWithSession: true)

    /// Changes of the conversation that an earlier session of a desktop left without words, and whether the next session goes on with it.
    private static let leftovers: [(name: String, goesOn: Bool, change: @Sendable (inout Conversation) -> Void)] = [
        ("the same", true, { _ in }),
        ("another language", false, { $0.language = LanguageTag("de") }),
        ("a title", false, { $0.title = "Standup" }),
        ("another timeout", false, { $0.timeout = .seconds(14_400) }),
        ("a call", false, { $0.call = "c-1" }),
        (
            "another language, but with words", true,
            { conversation in
                conversation.language = LanguageTag("de")
                conversation.segments = [Segment(id: ID("s"), text: "Before.", start: .zero, end: .seconds(1), speaker: SpeakerNumber(0))]
            }
        ),
    ]

    @Test func `without words goes on only in a session with the same settings`() {
        for (name, goesOn, change) in Self.leftovers {
            var found = Conversation(
                id: ID("c"), user: ID("u"), source: "desktop", language: .english, started: Self.start, finished: Self.start,
                timeout: Self.desktop.timeout)
            change(&found)
            var live = Live(Self.desktop)
            live.begin(found)
            #expect((live.machine.current?.id == found.id) == goesOn, "\(name)")
            // The other session may still be there, or its words may come.
            #expect(!live.actions.contains(.delete(found.id)), "\(name)")
        }
    }

    @Test func `without words waits 120 s at most, and one with words as long as the client says`() {
        var request = Self.desktop
        request.timeout = .seconds(14_400)
        var live = Live(request)
        live.begin()
        #expect(live.machine.patience == .seconds(120))
        live.say("Hello.", at: 0)
        #expect(live.machine.patience == .seconds(14_400))
    }

    @Test func `stays open when its client leaves, for it may come back`() {
        var live = Live()
        live.begin()
        live.say("Hello.", at: 0)
        #expect(live.machine.ended(inOrder: true, now: live.now) == [])
    }

    @Test(arguments: [(nil, true, 1), ("user_stop", true, 1), ("max_duration_rotation", true, 0), (nil, false, 0)])
    func `is over with an orderly end where its source says so, but not when the client only changes its connection`(
        _ reason: String?, _ inOrder: Bool, _ processed: Int
    ) {
        var live = Live(ConversationRequest(source: "desktop", endsWithSession: true))
        live.begin()
        live.say("Hello.", at: 0)
        _ = live.taken()
        if let reason { live.actions += live.machine.command(.finalization(reason: reason), now: live.now) }
        let stored = live.actions.compactMap { if case .store(let change) = $0 { change.finalizationReason } else { nil } }
        #expect(stored == [reason].compactMap { $0 })
        #expect(live.machine.ended(inOrder: inOrder, now: live.now).count == processed)
    }

    @Test func `knows speakers by their channel where it has one for each`() throws {
        var live = Live(ConversationRequest(channels: [.user, .other]))
        live.begin()
        live.say("Mine.", at: 0, by: 7, channel: 0)
        live.say("Theirs.", at: 0.2, by: 7, channel: 1)
        let segments = live.changed
        #expect(segments.map(\.speaker?.label) == ["SPEAKER_00", "SPEAKER_01"])
        #expect(segments.map(\.identity.isUser) == [true, false])
        #expect(live.machine.ended(inOrder: false, now: live.now).count == 1)
    }

    @Test func `names all that a speaker has said and will say`() throws {
        var live = Live()
        live.begin()
        live.say("One thing.", at: 0, by: 0)
        live.say("Another one.", at: 10, by: 1)
        let other = try #require(live.changed.last)
        _ = live.taken()
        let anna = SpeakerIdentity(.person(ID("anna")), by: .voiceprint, confidence: 0.9)
        live.actions += live.machine.identified(SpeakerNumber(1), as: anna)
        #expect(live.changed.map(\.identity) == [anna] && live.changed.map(\.id) == [other.id])
        live.say("And more.", at: 30, by: 1)
        #expect(live.changed.last?.identity == anna)
        // Once is enough.
        #expect(live.machine.identified(SpeakerNumber(1), as: anna) == [])
    }

    @Test func `gives a speaker back their number when their voice is heard again under another label`() throws {
        var live = Live()
        live.begin()
        let anna = SpeakerIdentity(.voice(ID("anna")), by: .voiceprint)
        live.say("One thing.", at: 0, by: 0)
        live.actions += live.machine.identified(SpeakerNumber(0), as: anna)
        live.say("Another connection.", at: 20, by: 9)
        #expect(live.changed.last?.speaker == SpeakerNumber(1))
        live.actions += live.machine.identified(SpeakerNumber(1), as: anna)
        #expect(live.changed.last?.speaker == SpeakerNumber(0) && live.changed.last?.identity == anna)
        live.say("And more.", at: 40, by: 9)
        #expect(live.changed.last?.speaker == SpeakerNumber(0) && live.changed.last?.identity == anna)
    }

    @Test func `lets nothing change what a hand has assigned`() throws {
        var live = Live()
        live.begin()
        live.say("One thing.", at: 0, by: 0)
        let id = try #require(live.changed.last?.id)
        _ = live.taken()
        live.actions += live.machine.command(.assign(SpeakerNumber(0), person: nil, name: "Me", segments: [id]), now: live.now)
        #expect(live.changed.map(\.identity) == [SpeakerIdentity(.user, by: .manual)])
        #expect(live.machine.identified(SpeakerNumber(0), as: SpeakerIdentity(.person(ID("p")), by: .voiceprint)) == [])
        _ = live.taken()
        live.say("And more.", at: 30, by: 0)
        #expect(live.changed.last?.identity.isUser == true)
    }

    @Test func `keeps the client's ids of its own segments, and replaces what comes again`() {
        var live = Live(ConversationRequest(takesTranscripts: true))
        live.begin()
        func tell(_ segments: [SuggestedSegment]) -> [Segment] {
            live.actions = live.machine.command(.transcript(segments, engine: EngineName("own")), now: live.now)
            return live.changed
        }
        let first = tell([SuggestedSegment("Hello there.", start: .seconds(2), end: .seconds(3), id: ID("own-1"))])
        #expect(first.map(\.id.rawValue) == ["own-1"] && first.map(\.text) == ["Hello there."])
        let again = tell([
            SuggestedSegment("Hello general.", start: .seconds(2), end: .seconds(3), id: ID("own-1")),
            SuggestedSegment("Next.", start: .seconds(4), end: .seconds(5), id: ID("own-2")),
        ])
        #expect(again.map(\.id.rawValue) == ["own-1", "own-2"])
        #expect(again.map(\.text) == ["Hello general.", "Next."] && again.map(\.start) == [.zero, .seconds(2)])
    }

    @Test func `takes a client's own transcript, without any audio`() {
        var live = Live(ConversationRequest(takesTranscripts: true))
        live.begin()
        live.actions += live.machine.command(
            .transcript([SuggestedSegment("Good morning all.", start: .seconds(2), end: .seconds(3), speaker: 4)], engine: EngineName("own")),
            now: live.now)
        #expect(live.changed.map(\.text) == ["Good morning all."])
        #expect(live.changed.map(\.start) == [.zero] && live.changed.first?.engine == EngineName("own"))
    }
}
