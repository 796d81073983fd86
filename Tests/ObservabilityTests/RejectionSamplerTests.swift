import HarkenTesting
import Net
import Speech
import Synchronization
import Testing

@testable import Observability

@Suite struct `The sampling of rejections` {
    private static func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `has the first of each address, and then a count a minute`() throws {
        var sampler = RejectionSampler(limits: .init(lines: 2))
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
        var sampler = RejectionSampler(limits: .init(lines: 1, addresses: 2))
        let start = Instant.now
        func note(_ text: String) throws -> Bool { sampler.note(try Self.ip(text), now: start) }
        let texts = ["192.0.2.1", "2001:db8::1", "2001:db8::2", "::ffff:192.0.2.1", "192.0.2.3"] + (4..<100).map { "192.0.2.\($0)" }
        let noted = try texts.filter(note)
        #expect(noted == ["192.0.2.1", "2001:db8::1", "192.0.2.3"])
        let summaries = sampler.summaries(now: start + .seconds(60))
        #expect(summaries.contains(.init(address: nil, count: 96)) && summaries.count == 3)
    }

    @Test func `says how many lines are missing`() throws {
        let lines = Mutex<[String]>([]), start = Instant.now
        let log = Log(level: .info, write: { line in lines.withLock { $0.append(line) } })
        for _ in 0..<25 { log.rejection("request refused", of: try Self.ip("192.0.2.1"), [.status: "401"], now: start) }
        log.summarizeRejections(now: start + .seconds(60))
        let written = lines.withLock { $0 }
        #expect(written.count == 11)
        #expect(written.last?.hasSuffix(" info more refusals not logged peer=192.0.2.1 count=15\n") == true, "\(written)")
    }
}
