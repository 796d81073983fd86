import Continuity
import HarkenTesting
import Speech
import Testing

@Suite struct `A session whose client may come back` {
    private let start = Instant.now

    private func commit(_ from: Int, _ to: Int, words: Int = 1) -> SessionEvent {
        let range = SampleRange(SampleIndex(from), SampleIndex(to))
        return .commit(
            Commit(
                channel: .first, range: range, words: (0..<words).map { Word("w\($0)", range, confidence: 1) }, reason: .pause, engine: .local))
    }

    private func interim(_ text: String) -> SessionEvent {
        let range = SampleRange(.zero, SampleIndex(10))
        return .interim(Hypothesis(range: range, words: [Word(text, range, confidence: 1)]))
    }

    private func resumed(_ answer: Resumption.Answer) -> Resumption.Return? { if case .resumed(let back) = answer { back } else { nil } }

    @Test func `says again what was not seen, and the last guess`() throws {
        var session = Resumption(rate: .speech)
        let said = [session.said(.ready), session.said(commit(0, 100)), session.said(interim("gone"))]
        #expect(said.map { $0?.number } == [1, 2, 2])
        session.saw(1)
        session.lost(now: start)
        let unheard = session.said(commit(100, 200))
        #expect(unheard == nil)
        _ = session.said(interim("old"))
        _ = session.said(interim("new"))
        let answer = session.resume(at: .zero, seen: 2, received: SampleIndex(300), now: start + .seconds(1))
        let back = try #require(resumed(answer))
        #expect(back.again == [.init(3, commit(100, 200)), .init(3, interim("new"))])
        #expect(back.missed == nil)
        #expect(session.isClientHere)
    }

    @Test func `leaves out audio that is there`() throws {
        var session = Resumption(rate: .speech)
        session.lost(now: start)
        let answer = session.resume(at: SampleIndex(700), seen: 0, received: SampleIndex(1_000), now: start)
        let back = try #require(resumed(answer))
        #expect(back.received == SampleIndex(1_000))
        #expect(back.missing == .zero)
        let known = [200, 200, 200].map { session.repeated(of: SampleCount($0)).samples }
        #expect(known == [200, 100, 0])
    }

    @Test func `leaves out audio that another gateway had, again after another break`() throws {
        var session = Resumption(rate: .speech, earliest: SampleIndex(-400), repeated: SampleCount(300))
        let first = session.repeated(of: SampleCount(200))
        #expect(first == SampleCount(200))
        session.lost(now: start)
        let answer = session.resume(at: SampleIndex(-300), seen: 0, received: SampleIndex(50), now: start)
        let back = try #require(resumed(answer))
        #expect(back.missing == .zero)
        let known = [200, 200].map { session.repeated(of: SampleCount($0)).samples }
        #expect(known == [200, 150])
        guard case .rejected = session.resume(at: SampleIndex(-401), seen: 0, received: SampleIndex(50), now: start) else {
            Issue.record("The client's audio began later.")
            return
        }
    }

    @Test func `knows what audio nobody has`() throws {
        var session = Resumption(rate: .speech)
        session.lost(now: start)
        let answer = session.resume(at: SampleIndex(1_500), seen: 0, received: SampleIndex(1_000), now: start)
        let back = try #require(resumed(answer))
        #expect(back.missing == SampleCount(500))
        let known = session.repeated(of: SampleCount(100))
        #expect(known == .zero)
    }

    @Test func `gives up a client that is away for too long`() {
        var session = Resumption(.init(window: .seconds(120)), rate: .speech)
        _ = session.said(.ready)
        session.lost(now: start)
        #expect(session.deadline == start + .seconds(120))
        let isGivenUp = [119, 120, 121].map { session.timePassed(now: start + .seconds($0)) }
        #expect(isGivenUp == [false, true, false])
        let answer = session.resume(at: .zero, seen: 0, received: .zero, now: start + .seconds(122))
        #expect(answer == .expired)
        let unheard = session.said(commit(0, 1))
        #expect(unheard == nil)
    }

    @Test(arguments: [(1, 0), (-1, 0), (0, -1), (0, 120 * 16_000 + 1)])
    func `rejects what cannot be`(seen: Int, start sample: Int) {
        var session = Resumption(rate: .speech)
        session.lost(now: start)
        guard case .rejected = session.resume(at: SampleIndex(sample), seen: seen, received: .zero, now: start) else {
            Issue.record("was not refused")
            return
        }
        #expect(!session.isClientHere)
    }

    @Test func `keeps no more than it may, and says what is gone`() throws {
        var session = Resumption(.init(maxEvents: 5, maxWords: 12), rate: .speech)
        for number in 0..<8 { _ = session.said(commit(number, number + 1, words: 3)) }
        session.lost(now: start)
        let answer = session.resume(at: .zero, seen: 2, received: .zero, now: start)
        let back = try #require(resumed(answer))
        #expect(back.again.map(\.number) == [5, 6, 7, 8])
        #expect(back.missed == 3..<5)
    }

    @Test func `says what audio is durable, once in a while`() {
        var session = Resumption(rate: .speech)
        let told = [(10, 0), (20, 900), (10, 2_000), (30, 2_000)].map { end, time in
            session.durable(through: SampleIndex(end), now: start + .milliseconds(time))?.samples
        }
        #expect(told == [10, nil, nil, 30])
    }

    @Test func `says again what is durable, if that is a sign of life`() {
        var session = Resumption(rate: .speech)
        let told = [(10, 0), (10, 900), (10, 2_000), (9, 4_000)].map { end, time in
            session.durable(through: SampleIndex(end), repeats: true, now: start + .milliseconds(time))?.samples
        }
        #expect(told == [10, nil, 10, nil])
    }

    @Test func `is asked for again at once, then later and later, as long as it waits`() {
        var program = Reconnection()
        let before = program.broke(now: start, chance: 1)
        #expect(before == .giveUp)
        program.began("s", window: .seconds(10))
        program.durable(through: SampleIndex(100))
        let isNew = program.isNew(3, isInterim: false)
        #expect(isNew)
        let point = Reconnection.Point(session: "s", start: SampleIndex(100), seen: 3)
        var now = start
        var waits: [Duration] = []
        while case .connect(point, let at) = program.broke(now: now, chance: 1) {
            waits.append(now.duration(to: at))
            now = at
        }
        #expect(waits == [0, 250, 500, 1_000, 2_000, 4_000].map { .milliseconds($0) })
        program.resumed()
        let next = program.broke(now: now, chance: 0)
        #expect(next == .connect(point, at: now))
    }

    /// A session and a program, and what is on its way between them when the connection breaks.
    private struct Talk {
        enum Up { case audio(SampleRange), saw(Int) }
        enum Down { case event(Resumption.Numbered), durable(SampleIndex) }

        let start = Instant.now
        var session = Resumption(.init(interval: .milliseconds(5)), rate: .speech)
        var program = Reconnection()
        var chance: SeededGenerator
        var now: Instant
        var up: [Up] = [], down: [Down] = []
        /// What was pushed, and what of it was sent on this connection.
        var pushed = SampleIndex.zero, sent = SampleIndex.zero
        var received = SampleIndex.zero
        var heard: [Resumption.Numbered] = []
        var interims = 0
        var breaks = 0
        let total = SampleIndex(20_000)

        init(seed: UInt64) {
            chance = SeededGenerator(seed: seed)
            now = start
            program.began("s", window: .seconds(120))
            tell(.ready)
        }

        mutating func tell(_ event: SessionEvent) { if let told = session.said(event) { down.append(.event(told)) } }

        mutating func step() {
            now += .milliseconds(1)
            switch Int.random(in: 0..<40, using: &chance) {
            case 0..<12 where pushed < total:
                pushed += SampleCount(Int.random(in: 1...400, using: &chance))
                up.append(.audio(SampleRange(sent, pushed)))
                sent = pushed
            case 12..<24: arriveUp()
            case 24..<38: arriveDown()
            case _: breakUp()
            }
        }

        private mutating func arriveUp() {
            guard !up.isEmpty else { return }
            switch up.removeFirst() {
            case .saw(let number): session.saw(number)
            case .audio(let range):
                let fresh = SampleRange(range.start + session.repeated(of: range.count), range.end)
                guard !fresh.isEmpty else { return }
                #expect(fresh.start == received, "every sample once, in order")
                received = fresh.end
                if Bool.random(using: &chance) {
                    tell(.interim(Hypothesis(range: fresh, words: [])))
                } else {
                    tell(.commit(Commit(channel: .first, range: fresh, words: [], reason: .pause, engine: .local)))
                }
                if let durable = session.durable(through: received, now: now) { down.append(.durable(durable)) }
            }
        }

        private mutating func arriveDown() {
            guard !down.isEmpty else { return }
            switch down.removeFirst() {
            case .durable(let end):
                program.durable(through: end)
                up.append(.saw(program.seen))
            case .event(let event):
                let isInterim = if case .interim = event.event { true } else { false }
                guard program.isNew(event.number, isInterim: isInterim) else { return }
                if isInterim { interims += 1 } else { heard.append(event) }
            }
        }

        private mutating func breakUp() {
            breaks += 1
            up = []
            down = []
            // Whether the session notices before the program is back.
            if Bool.random(using: &chance) { session.lost(now: now) }
            guard case .connect(let point, _) = program.broke(now: now, chance: 0) else {
                Issue.record("gave up")
                return
            }
            guard case .resumed(let back) = session.resume(at: point.start, seen: point.seen, received: received, now: now) else {
                Issue.record("was not taken back")
                return
            }
            #expect(back.missing == .zero && back.missed == nil)
            program.resumed()
            down = back.again.map { .event($0) }
            sent = point.start
            if sent < pushed { up.append(.audio(SampleRange(sent, pushed))) }
            sent = pushed
        }

        var isDone: Bool { pushed >= total && received == pushed && up.isEmpty && down.isEmpty }
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func `loses and doubles nothing, whenever the connection breaks`(seed: UInt64) {
        var talk = Talk(seed: seed)
        var steps = 0
        while !talk.isDone, steps < 100_000 {
            talk.step()
            steps += 1
        }
        #expect(talk.isDone)
        #expect(talk.heard.map(\.number) == Array(1...max(1, talk.heard.count)))
        let last = talk.heard.last { if case .commit = $0.event { true } else { false } }
        guard case .commit(let commit)? = last?.event else { return }
        #expect(commit.range.end <= talk.received)
    }
}
