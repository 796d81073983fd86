@testable import Audio
import Testing

@Suite struct `The times of pages of Ogg behind lost ones` {
    @Test func `let the packets end with their page`() {
        #expect(OggPageTimes.start(1_000, 1_600, [320, 320]) == 1_960)
        #expect(OggPageTimes.start(1_000, 640, [320, 320]) == nil, "nothing is missing")
        #expect(OggPageTimes.start(1_000, 1_600, [320, 0]) == nil, "a packet of unknown length")
    }

    /// A page with packets of these sizes: one of 255 bytes goes on in the next page.
    private func page(_ sequence: UInt8, end: UInt8, packets: [UInt8]) throws -> OggPage {
        var header: [UInt8] = [0x4F, 0x67, 0x67, 0x53, 0, 0, end, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0]
        header += [UInt8(packets.count)]
        return try #require(OggPage(header + packets))
    }

    @Test func `count from the page before, if none of its packets goes on in pages that no packet shows`() throws {
        let later = try page(5, end: 90, packets: [30])
        let whole = try page(3, end: 40, packets: [20, 30]), open = try page(3, end: 40, packets: [20, 255])
        let next = try page(4, end: 40, packets: [20])
        #expect(OggPageTimes.length(later, behind: whole) == 50)
        #expect(OggPageTimes.length(later, behind: open) == nil)
        #expect(OggPageTimes.length(later, behind: next) == nil)
    }

    @Test func `do not count a loss as part of the last packet of the stream`() {
        #expect(OggPageTimes.durations([320, 320, 8_320], isLast: true) == [320, 320, 320])
        #expect(OggPageTimes.durations([320, 320, 100], isLast: true) == [320, 320, 100])
        #expect(OggPageTimes.durations([320, 640], isLast: false) == [320, 640])
        #expect(OggPageTimes.durations([8_320], isLast: true) == [8_320])
    }

    @Test func `are not believed beyond the greatest number`() {
        #expect(OggPageTimes.start(Int64.max - (1 << 50), 1 << 61, [320]) == nil)
        #expect(OggPageTimes.start(0, 1_600, [.max, .max, .max]) == nil)
    }
}
