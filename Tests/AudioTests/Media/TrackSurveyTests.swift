@testable import Audio
import Speech
import Testing

@Suite struct `The survey of tracks` {
    private let start = Instant.start + .seconds(50)

    /// Returns the number of frames of 10 s that are taken, none of them loud.
    private func count(timed: Bool, tracks: Int = 1, took: Duration = .zero) -> Int {
        var allowance = TrackSurvey.Allowance(from: start), count = 0
        while count < 1_000 {
            let time = timed ? Duration.seconds(10 * (count / tracks)) : nil
            guard allowance.take(.seconds(10), at: time, now: start + took * count) else { break }
            count += 1
        }
        return count
    }

    @Test func `ends at 1,200 s of sound of all tracks together, also where frames have no time`() {
        for tracks in 1...4 { #expect(count(timed: true, tracks: tracks) == 120) }
        #expect(count(timed: false) == 120)
    }

    @Test func `ends at a time of 1,200 s, also where little sound stands before it`() {
        var allowance = TrackSurvey.Allowance(from: start)
        let first = allowance.take(.milliseconds(20), at: .seconds(1_199), now: start)
        let second = allowance.take(.milliseconds(20), at: .seconds(1_200), now: start)
        #expect(first && !second)
    }

    @Test func `ends after ten seconds of work`() {
        #expect(count(timed: true, took: .seconds(1)) == 10)
    }
}
