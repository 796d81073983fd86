import Continuity
import Speech
import Testing

@Suite struct `After an engine has failed` {
    private static let gone = EngineError.unavailable("gone")

    @Test func `the next engine is opened at once`() {
        var recovery = FailoverPolicy(engines: 3)
        var outage = FailoverPolicy.Outage()
        let first = recovery.next(after: Self.gone, of: 0, outage: &outage)
        let second = recovery.next(after: .timedOut(""), of: 1, outage: &outage)
        #expect(first == .open(1, after: .zero))
        #expect(second == .open(2, after: .zero))
    }

    @Test func `an engine that has rejected for good is not the best one, even when the others fail`() {
        var recovery = FailoverPolicy(engines: 3), outage = FailoverPolicy.Outage()
        _ = recovery.next(after: .quotaExhausted(""), of: 0, outage: &outage)
        #expect(recovery.best == 1)
        recovery.setAvailable(1, false)
        recovery.setAvailable(2, false)
        #expect(recovery.best == 1)
    }

    @Test func `a single engine is tried three times more, two seconds apart`() {
        var recovery = FailoverPolicy(engines: 1)
        var outage = FailoverPolicy.Outage()
        let steps = (0..<4).map { _ in recovery.next(after: Self.gone, of: 0, outage: &outage) }
        #expect(steps == Array(repeating: .open(0, after: .seconds(2)), count: 3) + [.giveUp])
    }

    @Test func `one that broke after it had worked is opened again at once, but once`() {
        var recovery = FailoverPolicy(engines: 1)
        var outage = FailoverPolicy.Outage()
        let steps = (0..<2).map { _ in recovery.next(after: Self.gone, of: 0, hadAnswered: true, outage: &outage) }
        #expect(steps == [.open(0, after: .zero), .open(0, after: .seconds(2))])
        var other = FailoverPolicy.Outage()
        let rejected = recovery.next(after: .rateLimited(retryAfter: nil), of: 0, hadAnswered: true, outage: &other)
        #expect(rejected == .open(0, after: .seconds(2)))
    }

    @Test(arguments: [
        EngineError.unauthorized("no"), .quotaExhausted("empty"), .badRequest("no"), .unsupportedLanguage(LanguageTag("tlh")), .undecodable("no"),
    ])
    func `one that cannot serve the session is not asked again`(error: EngineError) {
        var recovery = FailoverPolicy(engines: 2)
        var outage = FailoverPolicy.Outage()
        let next = recovery.next(after: error, of: 0, outage: &outage)
        let again = recovery.next(after: Self.gone, of: 1, outage: &outage)
        let last = recovery.next(after: error, of: 1, outage: &outage)
        #expect(next == .open(1, after: .zero))
        #expect(again == .open(1, after: .seconds(2)))
        #expect(last == .giveUp)
    }

    @Test func `its own word on when to come back is obeyed within reason`() {
        var recovery = FailoverPolicy(engines: 1)
        var outage = FailoverPolicy.Outage()
        let soon = recovery.next(after: .rateLimited(retryAfter: .seconds(7)), of: 0, outage: &outage)
        let late = recovery.next(after: .rateLimited(retryAfter: .seconds(3_600)), of: 0, outage: &outage)
        #expect(soon == .open(0, after: .seconds(7)))
        #expect(late == .open(0, after: .seconds(30)))
    }
}
