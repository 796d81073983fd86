import Speech
import Testing

@testable import Sessions

@Suite struct `The time of a connection` {
    private let start = Instant.now

    @Test func `is not known of a stream that never opened`() {
        var time = ConnectionTime()
        #expect(time.duration(until: start) == nil)
        time.closed(start + .seconds(1))
        #expect(time.duration(until: start + .seconds(2)) == nil)
    }

    @Test func `goes on until the close, and not beyond it`() {
        var time = ConnectionTime()
        time.opened(start)
        #expect(time.duration(until: start + .seconds(3)) == .seconds(3))
        time.closed(start + .seconds(4))
        #expect(time.duration(until: start + .seconds(9)) == .seconds(4))
    }

    @Test func `of a stream that is opened again has both connections, and not the silence between them`() {
        var time = ConnectionTime()
        time.opened(start)
        time.closed(start + .seconds(4))
        time.opened(start + .seconds(10))
        time.opened(start + .seconds(11))
        #expect(time.duration(until: start + .seconds(12)) == .seconds(6))
    }
}
