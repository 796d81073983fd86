@testable import Audio
import Speech
import Testing

@Suite struct `An end that a container declares` {
    @Test(arguments: [(7_300, 0, 7_300), (7_300, 7_200, 100), (100, 7_200, 100), (7_200, 7_200, 7_200)])
    func `is on the time line, and never before its start`(declared: Int, origin: Int, end: Int) {
        #expect(MediaContainer.end(.seconds(declared), from: .seconds(origin)) == .seconds(end))
    }
}
