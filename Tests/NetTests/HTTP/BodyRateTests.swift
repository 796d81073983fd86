import Speech
import Framing
import HarkenTesting
import Testing

@testable import Net

@Suite struct `Body rate` {
    private let start = Instant.now

    private func rate() -> BodyRate { BodyRate(minimum: 1000, window: .seconds(30), now: start) }

    @Test func `is not judged in the first window`() {
        var rate = rate()
        let verdicts = [29, 30].map { rate.isTooSlow(now: start + .seconds($0)) }
        #expect(verdicts == [false, false])
    }

    @Test func `is an average over a window`() {
        var rate = rate()
        var verdicts = [rate.isTooSlow(now: start + .seconds(30))]
        rate.received(30_000)
        verdicts.append(rate.isTooSlow(now: start + .seconds(60)))
        rate.received(29_999)
        verdicts += [89, 90].map { rate.isTooSlow(now: start + .seconds($0)) }
        #expect(verdicts == [false, false, false, true])
    }

    @Test func `is not judged where the reader paused`() {
        var rate = rate()
        var verdicts = [rate.isTooSlow(now: start + .seconds(30))]
        rate.pause()
        verdicts += [60, 90].map { rate.isTooSlow(now: start + .seconds($0)) }
        #expect(verdicts == [false, false, true])
    }

    @Test func `may be any where none is asked for`() {
        var rate = BodyRate(minimum: 0, window: .seconds(1), now: start)
        let verdicts = (1..<10).map { rate.isTooSlow(now: start + .seconds($0)) }
        #expect(!verdicts.contains(true))
    }

    @Test func `ends a body that comes byte by byte`() throws {
        let errors = Signal<BodyError?>(), clock = HeldClock()
        let server = try TestServer(
            clock: clock,
            TestService { exchange in
                exchange.readBody { _ in
                } end: { result in
                    if case .failure(let error) = result { errors.send(error) } else { errors.send(nil) }
                }
            }
        ) {
            $0.minimumBodyRate = 1 << 20
            $0.bodyRateWindow = .milliseconds(100)
        }
        let client = try server.client()
        try client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n")
        while errors.isEmpty {
            try? client.send([1])
            server.settle()
            clock.advance(by: .milliseconds(50))
        }
        #expect(errors.next() == .some(.timedOut))
    }
}
