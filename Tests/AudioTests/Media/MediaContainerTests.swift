@testable import Audio
import Speech
import Testing

@Suite struct `An end that a container declares` {
    @Test(arguments: [(7_300, 0, 7_300), (7_300, 7_200, 100), (100, 7_200, 100), (7_200, 7_200, 7_200)])
    func `is on the time line, and never before its start`(declared: Int, origin: Int, end: Int) {
        #expect(MediaContainer.end(.seconds(declared), from: .seconds(origin)) == .seconds(end))
    }
}

@Suite struct `The latest place at which sound is believed to begin` {
    @Test func `has the same distance to a picture that begins at any believed place`() {
        func latest(_ first: Duration?, _ origin: Duration?) -> Duration {
            MediaContainer.latestSound(first: first, origin: origin, latest: .seconds(3_600))
        }
        #expect(latest(.zero, .zero) == .seconds(3_600))
        // The picture begins at the last second that is believed: the sound may begin later.
        #expect(latest(.seconds(3_600), .zero) == .seconds(7_200))
        // Players show the picture as 0:00.
        #expect(latest(.seconds(3_601), .seconds(3_601)) == .seconds(3_600))
        #expect(latest(nil, .zero) == .seconds(3_600) && latest(.seconds(20), nil) == .seconds(3_600))
    }
}
