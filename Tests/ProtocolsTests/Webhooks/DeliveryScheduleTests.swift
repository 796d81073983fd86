import HarkenTesting
import Protocols
import Speech
import Testing

@Suite struct `The schedule of a delivery` {
    private typealias Step = DeliverySchedule.Step

    private func steps(_ schedule: DeliverySchedule, failures: ClosedRange<Int>, seed: UInt64 = 1) -> [Step] {
        var generator = SeededGenerator(seed: seed)
        return failures.map { schedule.step(after: $0, failing: .zero, asked: nil, using: &generator) }
    }

    @Test func `has growing waits, and repeats the last one`() {
        let schedule = DeliverySchedule(waits: [.seconds(1), .seconds(5), .seconds(30)], limit: .time(.seconds(86_400)))
        #expect(
            steps(schedule, failures: 1...5)
                == [1, 5, 30, 30, 30].map { Step.again(after: .seconds($0)) })
        #expect(steps(DeliverySchedule(waits: [], limit: .attempts(9)), failures: 1...1) == [.again(after: .seconds(30))])
    }

    @Test func `ends after a number of attempts`() {
        let schedule = DeliverySchedule(waits: [.seconds(30)], limit: .attempts(3))
        #expect(steps(schedule, failures: 1...4) == [.again(after: .seconds(30)), .again(after: .seconds(30)), .giveUp, .giveUp])
    }

    @Test func `ends after a time, with a last attempt when the time is over`() {
        let schedule = DeliverySchedule(waits: [.seconds(600)], limit: .time(.seconds(3_600)))
        var generator = SeededGenerator(seed: 1)
        func step(_ failing: Duration) -> Step { schedule.step(after: 7, failing: failing, asked: nil, using: &generator) }
        #expect(step(.seconds(2_999)) == .again(after: .seconds(600)))
        #expect(step(.seconds(3_590)) == .again(after: .seconds(10)))
        #expect(step(.seconds(3_600)) == .giveUp)
        #expect(step(.seconds(90_000)) == .giveUp)
    }

    @Test func `spreads its waits, the same for the same generator`() {
        let schedule = DeliverySchedule(waits: [.seconds(100)], spread: 0.2, limit: .time(.seconds(86_400)))
        let some = steps(schedule, failures: 1...200)
        #expect(some == steps(schedule, failures: 1...200) && some != steps(schedule, failures: 1...200, seed: 2))
        let waits = some.compactMap { step -> Double? in if case .again(let wait) = step { wait / .seconds(1) } else { nil } }
        #expect(waits.count == 200 && waits.allSatisfy { (79.9...120.1).contains($0) })
        #expect((waits.min() ?? 0) < 85 && (waits.max() ?? 0) > 115)
    }

    @Test(arguments: [
        // The receiver's wish, the schedule's own wait, the wait that follows.
        (Duration.seconds(120), Duration.seconds(5), Duration.seconds(120)),
        // Not more often than the schedule's first waits.
        (.zero, .seconds(5), .seconds(5)), (.seconds(1), .seconds(30), .seconds(30)),
        // Earlier than a long wait: the receiver knows.
        (.seconds(90), .seconds(1_800), .seconds(90)), (.seconds(1), .seconds(1_800), .seconds(60)),
        // Not longer than the limit.
        (.seconds(100_000), .seconds(5), .seconds(3_600)),
    ]) func `heeds the wait that a receiver asks for, within limits`(asked: Duration, planned: Duration, wait: Duration) {
        let schedule = DeliverySchedule(waits: [planned], limit: .time(.seconds(86_400)), maxAsked: .seconds(3_600))
        var generator = SeededGenerator(seed: 1)
        #expect(schedule.step(after: 1, failing: .zero, asked: asked, using: &generator) == .again(after: wait))
        var other = schedule
        other.maxAsked = nil
        #expect(other.step(after: 1, failing: .zero, asked: asked, using: &generator) == .again(after: planned))
    }

    @Test func `asks a receiver that was away for ten minutes again within minutes, and gives up after 24 hours`() {
        var generator = SeededGenerator(seed: 3)
        var time = Duration.zero, attempts: [Duration] = []
        while case .again(let wait) = DeliveryPromise.webhook.schedule.step(
            after: attempts.count + 1, failing: time, asked: nil, using: &generator)
        {
            time += wait
            attempts.append(time)
        }
        #expect(attempts.last == .seconds(86_400))
        #expect((40...80).contains(attempts.count))
        #expect(attempts.contains { $0 >= .seconds(600) && $0 < .seconds(600 + 720) })
        #expect(zip(attempts, attempts.dropFirst()).allSatisfy { $1 - $0 <= .seconds(2_160) })
    }
}

@Suite struct `The promise of a delivery` {
    @Test(arguments: [
        (DeliveryPromise.webhook, [400, 401, 403, 404, 405, 410, 422, 499], [200, 302, 408, 425, 429, 500, 503, 599]),
        (.assemblyAI, [400, 404, 408, 410, 429], [302, 500, 502, 503]),
        // Deepgram goes on after every status.
        (.deepgram, [], [302, 400, 404, 410, 429, 500, 503]),
        // So does Soniox.
        (.soniox, [], [302, 400, 404, 410, 429, 500, 503]),
    ]) func `says which answers end the attempts`(promise: DeliveryPromise, refusals: [Int], others: [Int]) {
        #expect(refusals.allSatisfy { promise.isRefusal($0) } && !others.contains { promise.isRefusal($0) })
    }

    @Test(arguments: [(DeliveryPromise.assemblyAI, 10, Duration.seconds(151)), (.deepgram, 11, .seconds(300)), (.soniox, 6, .seconds(31))])
    func `is the vendor's own for callbacks`(promise: DeliveryPromise, attempts: Int, time: Duration) {
        var generator = SeededGenerator(seed: 1)
        var failures = 1, passed = Duration.zero
        // What the receiver asks for is not part of a vendor's promise.
        while case .again(let wait) = promise.schedule.step(after: failures, failing: passed, asked: .seconds(3_000), using: &generator) {
            failures += 1
            passed += wait
        }
        #expect(failures == attempts && passed == time && promise.timeout == .seconds(10))
    }
}

@Suite struct `An outage of a webhook's receiver` {
    private let start = UnixTime(rfc3339: "2026-11-27T10:00:00.000Z") ?? UnixTime(milliseconds: 0)

    private func outage(_ minutes: Int...) -> WebhookOutage {
        var outage = WebhookOutage(start)
        for minute in minutes { outage.failed(start + .seconds(minute * 60)) }
        return outage
    }

    @Test func `switches a webhook off after 24 hours without success, however many deliveries fail`() {
        var outage = WebhookOutage(start)
        for second in 1..<86_400 where second % 30 == 0 {
            outage.failed(start + .seconds(second))
            #expect(!outage.isOver(othersFollow: false))
        }
        outage.failed(start + .seconds(86_400))
        #expect(outage.isOver(othersFollow: false) && outage.since == start)
        // The receiver may fail at this one delivery only.
        #expect(!outage.isOver(othersFollow: true))
    }

    @Test func `begins anew when nothing was tried for hours`() {
        // One failure a day proves nothing of the time between them.
        #expect(outage(1_440, 2_880, 4_320).isOver(othersFollow: false) == false)
        #expect(outage(1_440).since == start + .seconds(86_400))
        #expect(outage(60, 120).since == start)
    }

    @Test func `is kept as a text`() {
        let some = outage(10)
        #expect(some.stored == "2026-11-27T10:00:00.000Z 2026-11-27T10:10:00.000Z")
        #expect(WebhookOutage(stored: some.stored) == some)
        for text in ["", "3", "2026-11-27T10:00:00.000Z", "a b", some.stored + " x"] { #expect(WebhookOutage(stored: text) == nil) }
    }
}
