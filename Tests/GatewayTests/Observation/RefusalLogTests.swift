import Framing
import Glibc
import HarkenTesting
import Net
import Speech
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(2))) struct `The log of refusals` {
    private static func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `has the first of each address, and then a count a minute`() throws {
        var sampler = RefusalSampler(limits: .init(lines: 2))
        let one = try Self.ip("192.0.2.1"), other = try Self.ip("192.0.2.2"), start = Instant.now
        var noted: [Bool] = []
        for _ in 0..<5 { noted.append(sampler.note(one, now: start)) }
        #expect(noted == [true, true, false, false, false])
        #expect(sampler.note(other, now: start) == true)
        #expect(sampler.summaries(now: start + .seconds(59)) == [])
        #expect(sampler.summaries(now: start + .seconds(60)) == [.init(address: AddressBlock(one), count: 3)])
        // It goes on: only its count is told.
        #expect(sampler.note(one, now: start + .seconds(61)) == false)
        #expect(sampler.summaries(now: start + .seconds(120)) == [.init(address: AddressBlock(one), count: 1)])
        #expect(sampler.summaries(now: start + .seconds(180)) == [])
        #expect(sampler.note(one, now: start + .seconds(181)) == true)
    }

    @Test func `counts addresses beyond its table together, and an IPv6 network as one`() throws {
        var sampler = RefusalSampler(limits: .init(lines: 1, addresses: 2))
        let start = Instant.now
        func note(_ text: String) throws -> Bool { sampler.note(try Self.ip(text), now: start) }
        let texts = ["192.0.2.1", "2001:db8::1", "2001:db8::2", "::ffff:192.0.2.1", "192.0.2.3"] + (4..<100).map { "192.0.2.\($0)" }
        let noted = try texts.filter(note)
        #expect(noted == ["192.0.2.1", "2001:db8::1", "192.0.2.3"])
        let summaries = sampler.summaries(now: start + .seconds(60))
        #expect(summaries.contains(.init(address: nil, count: 96)) && summaries.count == 3)
    }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var log: Log { Log(level: .info, write: { line in self.all.withLock { $0.append(line) } }) }
        var refusals: [String] { all.withLock { $0 }.filter { $0.contains("refused") } }
    }

    @Test func `says how many lines are missing`() throws {
        let lines = Lines(), start = Instant.now
        let log = lines.log
        for _ in 0..<25 { log.refusal("request refused", of: try Self.ip("192.0.2.1"), [.status: "401"], now: start) }
        log.summarizeRefusals(now: start + .seconds(60))
        let written = lines.all.withLock { $0 }
        #expect(written.count == 11)
        #expect(written.last?.hasSuffix(" info more refusals not logged peer=192.0.2.1 count=15\n") == true, "\(written)")
    }

    @Test func `names no method that a client made up`() async throws {
        let lines = Lines()
        try await TestGateway.with(keys: TestKeys(valid: []), log: lines.log) { gateway in
            let answer = try await gateway.send(HTTPMethod(String(repeating: "Q", count: 8_000)), "/v1/listen")
            #expect(answer.status == 405)
        }
        #expect(lines.refusals.count == 1)
        #expect(lines.refusals[0].contains(" method=other ") && lines.refusals[0].utf8.count < 300)
    }

    @Test func `has ten lines of an address that is refused fifty times`() async throws {
        let lines = Lines()
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), log: lines.log) { gateway in
            for _ in 0..<50 {
                let status = try await gateway.send(.get, "/v1/models").status
                #expect(status == 401)
            }
        }
        #expect(lines.refusals.count == 10)
    }

    @Test func `stops no request when nobody reads it`() async throws {
        let pipe = StuckPipe()
        let writer = try LogWriter(descriptor: pipe.input, maxLines: 100)
        // As many lines as fill the pipe several times over, whatever is sampled.
        let log = Log(level: .info, write: { line in for _ in 0..<100 { writer.write(line) } })
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), log: log) { gateway in
            for _ in 0..<50 {
                let status = try await gateway.send(.get, "/v1/models").status
                #expect(status == 401)
            }
            #expect(try await gateway.send(.get, "/health").status == 200)
        }
    }
}
