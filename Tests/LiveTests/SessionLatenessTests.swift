import HarkenTesting
import Speech
import Testing

@testable import Live

@Suite struct `The delay of a session's final words` {
    private let opened = HeldClock().now

    /// Audio that comes as it is spoken, a tenth of a second at a time.
    private func spoken(_ seconds: Int) -> SessionLateness {
        var lateness = SessionLateness()
        for tenth in 0...10 * seconds { lateness.heard(at: opened + .milliseconds(100 * tenth)) }
        return lateness
    }

    @Test func `counts from the first complaint on, which is the only one that is told`() {
        var lateness = spoken(20)
        lateness.finalCame(through: .seconds(2), of: .seconds(20), at: opened + .seconds(20))
        #expect(lateness.longest == nil && !lateness.isTold)
        let told = (0..<3).map { _ in lateness.tell() }
        #expect(told == [true, false, false])
        lateness.finalCame(through: .seconds(12), of: .seconds(20), at: opened + .seconds(20))
        lateness.finalCame(through: .seconds(19), of: .seconds(20), at: opened + .seconds(20))
        #expect(lateness.longest == .seconds(8))
    }

    @Test func `grows behind the end of the audio too`() {
        var lateness = spoken(10)
        _ = lateness.tell()
        lateness.finalCame(through: .seconds(10), of: .seconds(10), at: opened + .seconds(25))
        #expect(lateness.longest == .seconds(15))
    }

    @Test func `begins when the words were spoken, where audio comes faster`() {
        var lateness = SessionLateness()
        lateness.heard(at: opened)
        _ = lateness.tell()
        lateness.finalCame(through: .seconds(30), of: .seconds(60), at: opened + .seconds(34))
        #expect(lateness.longest == .seconds(4))
    }

    @Test func `leaves the time out in which no audio came`() {
        var lateness = spoken(10)
        // The client is away for a minute.
        lateness.heard(at: opened + .seconds(70))
        _ = lateness.tell()
        lateness.finalCame(through: .seconds(10), of: .seconds(11), at: opened + .seconds(74))
        #expect(lateness.longest == .seconds(5))
    }
}
