@testable import Admission
import Net
import Speech
import Testing

@Suite struct `A throttle of wrong credentials` {
    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `rejects at once, then late, then turns away`() throws {
        let one = try ip("192.0.2.1"), other = try ip("192.0.2.2"), start = Instant.now
        var throttle = CredentialThrottle(limits: .init(free: 2, waitingPerAddress: 1))
        #expect(throttle.rejected(one, now: start) == .answer)
        #expect(throttle.rejected(one, now: start) == .answer)
        #expect(throttle.rejected(one, now: start) == .wait(.seconds(1), AddressBlock(one)))
        #expect(throttle.rejected(one, now: start + .seconds(10)) == .turnAway(retryAfter: .seconds(50)))
        #expect(throttle.rejected(other, now: start) == .answer)
        throttle.waited(AddressBlock(one))
        #expect(throttle.rejected(one, now: start + .seconds(11)) == .wait(.seconds(1), AddressBlock(one)))
        throttle.waited(AddressBlock(one))
        #expect(throttle.rejected(one, now: start + .seconds(60)) == .answer)
    }

    @Test func `has a bounded number of addresses wait, and counts them in a bounded table`() throws {
        let start = Instant.now
        var throttle = CredentialThrottle(limits: .init(free: 0, waiting: 2, addresses: 3))
        for last in 1...2 {
            let address = try ip("192.0.2.\(last)")
            #expect(throttle.rejected(address, now: start) == .wait(.seconds(1), AddressBlock(address)))
        }
        let third = try ip("192.0.2.3"), fourth = try ip("192.0.2.4")
        #expect(throttle.rejected(third, now: start) == .turnAway(retryAfter: .seconds(60)))
        // Beyond the table they count as one.
        throttle.waited(AddressBlock(try ip("192.0.2.1")))
        #expect(throttle.rejected(fourth, now: start) == .wait(.seconds(1), nil))
        throttle.waited(nil)
        // Who was quiet for long makes room.
        let later = start + .seconds(61), fresh = try ip("192.0.2.5")
        #expect(throttle.rejected(fresh, now: later) == .wait(.seconds(1), AddressBlock(fresh)))
    }

    @Test func `rejects all at once where the operator wants that`() throws {
        var throttle = CredentialThrottle(limits: .init(free: 0, delay: .zero))
        let address = try ip("192.0.2.1")
        for _ in 0..<100 { #expect(throttle.rejected(address, now: .now) == .answer) }
    }
}
