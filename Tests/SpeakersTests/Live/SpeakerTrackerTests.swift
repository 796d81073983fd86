import Conversations
import Speech
import Testing

@testable import Speakers

@Suite("Speaker tracker") struct SpeakerTrackerTests {
    /// A voiceprint at this distance from the one along the first axis, and beyond every other's plane.
    private static func print(_ distance: Float, axis: Int = 1) -> Voiceprint {
        let cosine = 1 - distance
        var vector = [Float](repeating: 0, count: 8)
        vector[0] = cosine
        vector[axis] = max(0, 1 - cosine * cosine).squareRoot()
        return Voiceprint(vector, model: "m")!
    }

    private static func along(_ axis: Int) -> Voiceprint {
        var vector = [Float](repeating: 0, count: 8)
        vector[axis] = 1
        return Voiceprint(vector, model: "m")!
    }

    private static func voice(_ id: String, _ voiceprint: Voiceprint, _ owner: Voice.Owner = .nobody) -> Voice {
        Voice(id: ID(id), number: 1, owner: owner, voiceprint: voiceprint, evidence: .seconds(60), created: UnixTime(milliseconds: 0))
    }

    @Test(arguments: [(Float(0.649), true), (Float(0.651), false)])
    func `knows a voice that is nearer than the rule's distance`(_ distance: Float, _ isKnown: Bool) {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        tracker.know([Self.voice("v", Self.along(0))])
        let events = tracker.hear(Self.print(distance), lasting: .seconds(6), label: 0).events
        #expect(events.contains { if case .identified(0, ID("v"), _) = $0 { true } else { false } } == isKnown)
        #expect(events.contains { if case .isNew = $0 { true } else { false } } != isKnown)
    }

    @Test(arguments: [(Float(0.11), true), (Float(0.09), false)])
    func `knows nobody when another one is as near`(_ margin: Float, _ isKnown: Bool) {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        // The second voice lies where it is that much farther from what is heard.
        let heard = Self.along(0)
        tracker.know([
            Self.voice("v", Self.print(0.3, axis: 1), .person(ID("a"))), Self.voice("w", Self.print(0.3 + margin, axis: 2), .person(ID("b"))),
        ])
        let events = tracker.hear(heard, lasting: .seconds(6), label: 0).events
        #expect(events.isEmpty != isKnown)
    }

    @Test func `keeps a voice of which too little was heard, and knows it when it comes again`() throws {
        var first = SpeakerTracker()
        #expect(first.hear(Self.along(0), lasting: .seconds(3), label: nil).events.isEmpty)
        #expect(first.hear(Self.along(1), lasting: .milliseconds(1_900), label: 1).events.isEmpty, "less than 2 s tell nothing")
        guard case .isNew(_, let voiceprint, let evidence)? = first.finish().first else { return #expect(Bool(false), "no voice was kept") }
        #expect(evidence == .seconds(3) && first.finish().isEmpty)
        let kept = Voice(id: ID("v"), number: 1, voiceprint: voiceprint, evidence: evidence, created: UnixTime(milliseconds: 0))
        var second = SpeakerTracker()
        second.know([kept])
        let label = second.hear(Self.print(0.3), lasting: .seconds(3), label: nil).label
        let events = second.finish()
        #expect(events.count == 2)
        guard case .identified(label, ID("v"), _)? = events.first, case .learned(ID("v"), _, .seconds(6))? = events.last else {
            return #expect(Bool(false), "\(events)")
        }
    }

    @Test(arguments: [(Float(0.49), 0), (0.69, 0), (0.71, 1)])
    func `makes nobody new, and gives no name, where little was heard near a person`(distance: Float, count: Int) {
        var tracker = SpeakerTracker()
        tracker.know([Self.voice("v", Self.along(0), .person(ID("a")))])
        #expect(tracker.hear(Self.print(distance), lasting: .seconds(4), label: nil).events.isEmpty)
        let events = tracker.finish()
        #expect(events.count == count && events.allSatisfy { if case .isNew = $0 { true } else { false } })
    }

    @Test func `knows a person beside a short voice that is as near`() {
        var tracker = SpeakerTracker()
        let short = Voice(id: ID("s"), number: 2, voiceprint: Self.print(0.2, axis: 2), evidence: .seconds(3), created: UnixTime(milliseconds: 0))
        tracker.know([Self.voice("v", Self.print(0.25), .person(ID("a"))), short])
        let events = tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events
        guard case .identified(0, ID("v"), _)? = events.first else { return #expect(Bool(false), "\(events)") }
        #expect(events.count == 1)
    }

    @Test func `takes two voices of one person for one`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        tracker.know([
            Self.voice("v", Self.print(0.3, axis: 1), .person(ID("a"))), Self.voice("w", Self.print(0.31, axis: 2), .person(ID("a"))),
        ])
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events.count == 1)
    }

    @Test func `takes nobody for somebody new before it has the known voices, and then knows whom it heard meanwhile`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65), awaitsVoices: true)
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events.isEmpty)
        #expect(tracker.hear(Self.along(1), lasting: .seconds(6), label: 1).events.isEmpty)
        let events = tracker.know([Self.voice("v", Self.along(0))])
        #expect(events.count == 2)
        #expect(events.contains { if case .identified(0, ID("v"), _) = $0 { true } else { false } })
        #expect(events.contains { if case .isNew(1, _, _) = $0 { true } else { false } })
        #expect(tracker.know([Self.voice("v", Self.along(0))]).isEmpty)
    }

    @Test func `decides nothing before five seconds, and counts no clip under two`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        tracker.know([Self.voice("v", Self.along(0))])
        for _ in 0..<10 { #expect(tracker.hear(Self.along(0), lasting: .milliseconds(1_990), label: 0).events.isEmpty) }
        #expect(tracker.hear(Self.along(0), lasting: .seconds(2), label: 0).events.isEmpty)
        #expect(tracker.hear(Self.along(0), lasting: .milliseconds(2_999), label: 0).events.isEmpty)
        #expect(!tracker.hear(Self.along(0), lasting: .seconds(2), label: 0).events.isEmpty)
    }

    @Test func `tells apart whom no engine told apart, and knows them again`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        let second = tracker.hear(Self.along(1), lasting: .seconds(3), label: nil).label
        #expect(first != nil && second != nil && first != second)
        #expect(tracker.hear(Self.print(0.2), lasting: .milliseconds(800), label: nil).label == first)
        #expect(tracker.hear(Self.along(1), lasting: .seconds(3), label: nil).label == second)
    }

    @Test(arguments: [(Float(0.74), true), (Float(0.76), false)])
    func `takes a clip for a speaker's from a little farther than a known voice's, if it is plain`(_ distance: Float, _ isTheirs: Bool) {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        #expect((tracker.hear(Self.print(distance), lasting: .seconds(3), label: nil).label == first) == isTheirs)
    }

    @Test(arguments: [(Float(0.84), true), (Float(0.86), false)])
    func `takes a clip for the speaker's of whom only a short one is known from farther still`(_ distance: Float, _ isTheirs: Bool) {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let first = tracker.hear(Self.along(0), lasting: .seconds(1), label: nil).label
        #expect((tracker.hear(Self.print(distance), lasting: .seconds(3), label: nil).label == first) == isTheirs)
    }

    @Test func `takes a clip for nobody's who spoke before when it lies between two of them`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.20))
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        let second = tracker.hear(Self.along(1), lasting: .seconds(3), label: nil).label
        let between = Voiceprint([1, 1.01, 0, 0, 0, 0, 0, 0], model: "m")!
        let third = tracker.hear(between, lasting: .seconds(3), label: nil).label
        #expect(third != nil && third != first && third != second)
    }

    @Test func `founds no speaker on a short clip that sounds like none, but gives it to whom it is plainly more like`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        // With one speaker, nothing says that it is not another's.
        #expect(tracker.hear(Self.print(0.8), lasting: .seconds(1), label: nil).label == nil)
        _ = tracker.hear(Self.along(2), lasting: .seconds(3), label: nil)
        #expect(tracker.hear(Self.print(0.8), lasting: .seconds(1), label: nil).label == first)
        #expect(tracker.hear(Self.along(3), lasting: .seconds(1), label: nil).label == nil)
    }

    @Test(arguments: [(500, Float(0.91), true), (500, 0.89, false), (1_375, 0.81, true), (1_375, 0.79, false), (2_000, 0.71, true)])
    func `expects somebody new where a clip is farther from everybody than its length explains`(
        _ milliseconds: Int, _ distance: Float, _ isNew: Bool
    ) {
        var tracker = SpeakerTracker()
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        let clip = Self.print(distance), duration = Duration.milliseconds(milliseconds)
        let expected = tracker.newcomer(clip, lasting: duration)
        #expect(expected != first && (expected != nil) == isNew)
        // The next new speaker has the label that was expected.
        let second = tracker.hear(Self.along(1), lasting: .seconds(3), label: nil).label
        #expect(second != first && (!isNew || expected == second))
    }

    @Test(arguments: [(Float(0.64), true), (0.66, false)])
    func `gives a short clip to the speaker whom it is like, from a little farther than a long one`(_ distance: Float, _ isTheirs: Bool) {
        var tracker = SpeakerTracker()
        let first = tracker.hear(Self.along(0), lasting: .seconds(3), label: nil).label
        #expect((tracker.hear(Self.print(distance), lasting: .seconds(1), label: nil).label == first) == isTheirs)
    }

    @Test func `keeps a new voice once, and calls it by its name from then on`() throws {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let events = tracker.hear(Self.along(0), lasting: .seconds(6), label: 3).events
        guard case .isNew(3, let voiceprint, evidence: .seconds(6))? = events.first else {
            Issue.record("\(events)")
            return
        }
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 3).events.isEmpty)
        let voice = Self.voice("new", voiceprint)
        #expect(tracker.created(voice, for: 3) == [.identified(3, ID("new"), confidence: 1)])
        // The next connection's speaker has another label, and the same voice.
        let again = tracker.hear(Self.along(0), lasting: .seconds(6), label: 9).events
        #expect(again == [.identified(9, ID("new"), confidence: 1)])
    }

    @Test func `keeps one new voice under two labels once, however long the store takes`() throws {
        var tracker = SpeakerTracker()
        guard case .isNew(3, let voiceprint, _)? = tracker.hear(Self.along(0), lasting: .seconds(6), label: 3).events.first else {
            Issue.record("the first voice is not new")
            return
        }
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 9).events.isEmpty, "the store is creating that voice")
        guard case .isNew(5, _, _)? = tracker.hear(Self.along(1), lasting: .seconds(6), label: 5).events.first else {
            Issue.record("another voice has nothing to wait for")
            return
        }
        let events = tracker.created(Self.voice("new", voiceprint), for: 3)
        #expect(events == [.identified(3, ID("new"), confidence: 1), .identified(9, ID("new"), confidence: 1)])
    }

    @Test(arguments: [(Float(0.2), Float(0.5), true), (Float(0.45), Float(0.5), false)])
    func `lets only one of two different voices be the user's, and neither when it is not plain which`(
        _ second: Float, _ first: Float, _ isSecond: Bool
    ) {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        tracker.know([Self.voice("me", Self.along(0), .user)])
        // Apart from each other: on different sides of the owner's.
        let one = Self.print(first, axis: 1), other = Self.print(second, axis: 2)
        var rule = SpeakerRule(distance: 0.65)
        rule.distance = min(0.65, one.distance(to: other))
        tracker = SpeakerTracker(rule: rule)
        tracker.know([Self.voice("me", Self.along(0), .user)])
        #expect(tracker.hear(one, lasting: .seconds(6), label: 0).events.count == 1)
        let events = tracker.hear(other, lasting: .seconds(6), label: 1).events
        #expect(events.first == .withdrawn(0))
        #expect((events.count == 2) == isSecond)
    }

    @Test func `gives the user to the plainly nearer one of two, and to nobody on a tie`() throws {
        let one = Self.print(0.45, axis: 1), other = Self.print(0.45, axis: 2)
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: min(0.65, one.distance(to: other))))
        tracker.know([Self.voice("me", Self.along(0), .user)])
        #expect(tracker.hear(one, lasting: .seconds(6), label: 0).events.count == 1)
        #expect(tracker.hear(other, lasting: .seconds(6), label: 1).events == [.withdrawn(0)])
        #expect(tracker.hear(one, lasting: .seconds(6), label: 0).events.isEmpty)
        #expect(tracker.hear(other, lasting: .seconds(6), label: 1).events.isEmpty)
    }

    @Test func `takes nobody for the user whom a hand has said to be another speaker`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        tracker.know([Self.voice("me", Self.along(0), .user), Self.voice("b", Self.along(3), .person(ID("b")))])
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events.count == 1)
        #expect(tracker.reserveUser() == [.withdrawn(0)])
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events.isEmpty)
        #expect(tracker.hear(Self.along(0), lasting: .seconds(6), label: 2).events.isEmpty)
        #expect(tracker.hear(Self.along(3), lasting: .seconds(6), label: 1).events.count == 1)
    }

    @Test func `learns from what is beyond doubt, until it has heard enough`() {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        var voice = Self.voice("v", Self.along(0))
        voice.evidence = .seconds(50)
        tracker.know([voice])
        _ = tracker.hear(Self.along(0), lasting: .seconds(6), label: 0)
        let events = tracker.hear(Self.print(0.1), lasting: .seconds(12), label: 0).events
        guard case .learned(ID("v"), _, evidence: .seconds(62))? = events.first else {
            Issue.record("\(events)")
            return
        }
        #expect(tracker.hear(Self.print(0.1), lasting: .seconds(12), label: 0).events.isEmpty)
    }

    @Test func `compares no voiceprints of different models`() throws {
        var tracker = SpeakerTracker(rule: SpeakerRule(distance: 0.65))
        let other = try #require(Voiceprint([1, 0, 0, 0, 0, 0, 0, 0], model: "another"))
        tracker.know([Self.voice("v", other)])
        let events = tracker.hear(Self.along(0), lasting: .seconds(6), label: 0).events
        #expect(events.contains { if case .isNew = $0 { true } else { false } })
    }

    @Test func `tells early who speaks, a new speaker too, and learns nothing from it`() {
        var tracker = SpeakerTracker()
        let first = tracker.hear(Self.along(0), lasting: .seconds(4), label: nil).label
        #expect(tracker.likely(Self.print(0.2), lasting: .seconds(2)) == first)
        #expect(tracker.likely(Self.print(0.75, axis: 3), lasting: .seconds(1)) == nil, "too short for a new speaker, unless it is unlike everybody")
        #expect(tracker.likely(Self.along(3), lasting: .seconds(1)) == tracker.likely(Self.along(3), lasting: .seconds(2)))
        let early = tracker.likely(Self.along(3), lasting: .seconds(2))
        #expect(early != nil && early != first)
        #expect(tracker.likely(Self.along(4), lasting: .seconds(2)) == early, "the next new speaker's, as long as there is none")
        #expect(tracker.hear(Self.along(3), lasting: .seconds(4), label: nil).label == early)
        #expect(tracker.likely(Self.print(0.68, axis: 4), lasting: .seconds(2)) == first, "the others are much farther away")
        #expect(tracker.likely(Self.print(0.68, axis: 4), lasting: .seconds(1)) == nil, "a longer clip will tell more")
        #expect(tracker.likely(Self.print(0.6, axis: 4), lasting: .seconds(1)) == first)
    }

    @Test(arguments: [true, false]) func `gives a voice the label that an engine gave it, if it may`(_ joins: Bool) {
        var tracker = SpeakerTracker(joinsLabels: joins)
        _ = tracker.hear(Self.along(0), lasting: .seconds(4), label: 7)
        let label = tracker.hear(Self.print(0.2), lasting: .seconds(4), label: nil).label
        #expect((label == 7) == joins)
    }
}
