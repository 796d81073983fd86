@testable import Audio
import Testing

@Suite struct `The times of pages of Ogg behind lost ones` {
    @Test func `let the packets end with their page`() {
        #expect(OggPageTimes.start(1_000, 1_600, [320, 320]) == 1_960)
        #expect(OggPageTimes.start(1_000, 640, [320, 320]) == nil, "nothing is missing")
        #expect(OggPageTimes.start(1_000, 1_600, [320, 0]) == nil, "a packet of unknown length")
    }

    @Test func `are not believed beyond the greatest number`() {
        #expect(OggPageTimes.start(.max - 1 << 50, 1 << 61, [320]) == nil)
        #expect(OggPageTimes.start(0, 1_600, [.max, .max, .max]) == nil)
    }
}
