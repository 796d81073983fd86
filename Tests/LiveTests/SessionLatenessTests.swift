import HarkenTesting
import Speech
import Testing
import VoiceTracking

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
        #expect(lateness.longest == nil && !lateness.isLate && lateness.wasLate.isEmpty)
        let told = (0..<3).map { _ in lateness.complained(channels: 1) }
        #expect(told == [true, false, false])
        lateness.finalCame(through: .seconds(12), of: .seconds(20), at: opened + .seconds(20))
        lateness.finalCame(through: .seconds(19), of: .seconds(20), at: opened + .seconds(20))
        #expect(lateness.longest == .seconds(8))
    }

    @Test func `grows behind the end of the audio too`() {
        var lateness = spoken(10)
        _ = lateness.complained(channels: 1)
        lateness.finalCame(through: .seconds(10), of: .seconds(10), at: opened + .seconds(25))
        #expect(lateness.longest == .seconds(15))
    }

    @Test func `begins when the words were spoken, where audio comes faster`() {
        var lateness = SessionLateness()
        lateness.heard(at: opened)
        _ = lateness.complained(channels: 1)
        lateness.finalCame(through: .seconds(30), of: .seconds(60), at: opened + .seconds(34))
        #expect(lateness.longest == .seconds(4))
    }

    @Test func `leaves the time out in which no audio came`() {
        var lateness = spoken(10)
        // The client is away for a minute.
        lateness.heard(at: opened + .seconds(70))
        _ = lateness.complained(channels: 1)
        lateness.finalCame(through: .seconds(10), of: .seconds(11), at: opened + .seconds(74))
        #expect(lateness.longest == .seconds(5))
    }

    /// A thing that happens to a session.
    private enum Step {
        case complaint(channels: Int)
        case finals(after: Int, of: Int = 0)
        case words(wait: Bool, for: LiveSpeakers.Purpose = .conversation)
    }

    /// Returns, for each step in a session that has gone on for a minute, whether words are late behind it; nil where that is no news.
    private func news(_ steps: Step...) -> [Bool?] {
        var lateness = spoken(60)
        return steps.map { step in
            let isNews =
                switch step {
                case .complaint(let channels): lateness.complained(channels: channels)
                case .finals(let delay, let channel):
                    lateness.covered(
                        ChannelIndex(channel), through: .seconds(60 - delay), of: .seconds(60), at: opened + .seconds(60))
                case .words(let areLate, let purpose): lateness.wordsWait(areLate, for: purpose)
                }
            return isNews ? lateness.isLate : nil
        }
    }

    @Test func `is over when finals come in time, and begins again when they are much later`() {
        #expect(
            news(
                .finals(after: 30), .complaint(channels: 1), .finals(after: 4), .finals(after: 3), .finals(after: 2), .finals(after: 19),
                .finals(after: 20), .finals(after: 21), .complaint(channels: 1), .finals(after: 1))
                == [nil, true, nil, false, nil, nil, true, nil, nil, false])
    }

    @Test func `is over when finals of every channel come in time`() {
        #expect(
            news(.complaint(channels: 2), .finals(after: 1), .finals(after: 5, of: 1), .finals(after: 2, of: 1)) == [true, nil, nil, false])
    }

    @Test func `is over when neither recognition nor voices are late`() {
        #expect(
            news(
                .words(wait: false), .words(wait: true), .words(wait: true), .complaint(channels: 1), .words(wait: false), .finals(after: 1),
                .words(wait: true), .words(wait: false)) == [nil, true, nil, nil, nil, false, true, false])
    }

    @Test func `is over only when the voices of segments and those of labels are heard in time`() {
        #expect(
            news(
                .words(wait: true), .words(wait: true, for: .labels), .words(wait: false), .words(wait: false), .words(wait: false, for: .labels))
                == [true, nil, nil, nil, false])
    }

    @Test func `counts no words that wait for their voices`() {
        var lateness = spoken(60)
        _ = lateness.wordsWait(true, for: .labels)
        lateness.finalCame(through: .seconds(20), of: .seconds(60), at: opened + .seconds(60))
        #expect(lateness.longest == nil && lateness.wasLate == [.voices(.labels)])
    }
}
