import Speech
import Testing

@testable import Continuity

@Suite struct `A choice of engines` {
    private let now = Instant.now
    private let engines = ["first", "second", "third"].map { SessionEngine(EngineName($0)) }

    private func choice(voices: Int = 1) -> EngineChoice { EngineChoice(engines, voices: voices, rule: .init()) }

    private func leg(_ number: Int, of engine: Int) -> Leg {
        Leg(id: LegID(number), engine: engines[engine].name, channels: 0..<1, origin: .zero, rate: .speech, limits: .init())
    }

    @Test func `begins with the best engine, or with as many as hear a session together`() {
        #expect(choice().first() == [0])
        #expect(choice(voices: 2).first() == [0, 1])
    }

    @Test func `leaves out an engine that fails other sessions`() {
        var choice = choice(voices: 2)
        choice.setAvailable(0, false)
        #expect(choice.first() == [1, 2])
        #expect(choice.free(besides: [1]) == 2)
        #expect(choice.free(besides: [1, 2]) == nil)
    }

    @Test func `hands an outage on, with the time when it began`() {
        var choice = choice()
        let (step, outage) = choice.next(after: .unavailable("503"), of: leg(0, of: 0), isIdle: false, now: now)
        #expect(step == .open(1, after: .zero))
        choice.setOutage(outage, of: LegID(1))
        #expect(choice.outageBegan(before: LegID(1)) == now)
        let (next, _) = choice.next(after: .unavailable("503"), of: leg(1, of: 1), isIdle: false, now: now + .seconds(1))
        #expect(next == .open(2, after: .zero), "the first was tried")
        #expect(choice.outageBegan(before: LegID(1)) == nil)
    }

    @Test func `asks the same engine again that tired of waiting for audio`() {
        var choice = choice()
        #expect(choice.next(after: .timedOut("idle"), of: leg(0, of: 0), isIdle: true, now: now).step == .open(0, after: .zero))
    }

    @Test func `goes back to a better engine only where engines take turns`() {
        for voices in [1, 2] {
            var choice = choice(voices: voices)
            choice.setAvailable(0, false)
            choice.begin()
            choice.setAvailable(0, true)
            #expect(choice.hasBetter == (voices == 1))
        }
    }
}
