import Foundation
import Speech
import Testing

@testable import Audio

@Suite("Ogg Opus file") struct OggOpusFileTests {
    @Test(arguments: [8_000, 16_000, 48_000])
    func `holds what was written, where it was written`(_ hertz: Int) throws {
        let rate = SampleRate(hertz: hertz)
        let path = FileManager.default.temporaryDirectory.appending(path: "harken-\(UUID().uuidString).opus").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // Half a second of silence, a tone of half a second, and silence again.
        let samples = (0..<2 * hertz).map { index -> Int16 in
            let isTone = (hertz / 2..<hertz).contains(index)
            return isTone ? Int16(12_000 * sin(2 * Double.pi * 440 * Double(index) / Double(hertz))) : 0
        }
        var file = try OggOpusFile(path: path, rate: rate)
        for start in stride(from: 0, to: samples.count, by: 777) { try file.append(Array(samples[start..<min(start + 777, samples.count)])) }
        try file.finish()
        #expect(file.count == SampleCount(2 * hertz))

        let media = try MediaFile(Recording(path: path))
        var read: [Float] = []
        while let block = try media.next() { read += block.samples }
        #expect(abs(read.count - 32_000) <= 320)
        let loud = read.indices.filter { abs(read[$0]) > 0.1 }
        let first = try #require(loud.first), last = try #require(loud.last)
        #expect(abs(first - 8_000) < 160 && abs(last - 16_000) < 160)
    }

    @Test func `says so when its folder is not there`() {
        #expect(throws: MediaError.self) { _ = try OggOpusFile(path: "/nowhere/at/all.opus", rate: .speech) }
    }
}
