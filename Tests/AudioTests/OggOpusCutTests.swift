import Audio
import Foundation
import Glibc
import HarkenTesting
import Speech
import Testing

@Suite struct `A part of kept audio` {
    private let folder = TemporaryFolder()

    /// Seconds of noise that is loud in odd ones.
    private func file(seconds: Int) throws -> String {
        let path = folder.path(of: "whole.opus")
        var file = try OggOpusFile(path: path, rate: .speech)
        var state: UInt32 = 1
        for second in 0..<seconds {
            let amplitude = second % 2 == 1 ? 8 : 256
            try file.append(
                (0..<16_000).map { _ in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 16) / Int16(amplitude)
                })
        }
        try file.finish()
        return path
    }

    /// How loud each tenth of a second is.
    private func tenths(_ path: String) throws -> [Double] {
        let file = try MediaFile(Recording(path: path))
        var samples: [Float] = []
        while let block = try file.next() { samples += block.samples }
        return stride(from: 0, to: samples.count - 1_600, by: 1_600).map { start in
            (samples[start..<start + 1_600].reduce(0) { $0 + Double($1 * $1) } / 1_600).squareRoot()
        }
    }

    @Test func `has its own sound at its own place, and no packet of the rest`() throws {
        let whole = try file(seconds: 10), part = folder.path(of: "part.opus"), rest = folder.path(of: "rest.opus")
        let later = try #require(try OggOpusCut.write(part, from: .seconds(4), to: .seconds(100), of: whole))
        let earlier = try #require(try OggOpusCut.write(rest, from: .zero, to: .seconds(4), of: whole))
        #expect(earlier.start == .zero && earlier.duration <= .seconds(4) && earlier.duration > .milliseconds(3_960))
        #expect(later.start <= .seconds(4) && later.start > .milliseconds(3_960))
        #expect(abs((later.start + later.duration - .seconds(10)) / .milliseconds(1)) <= 1)
        let bytes = [whole, part, rest].map { FileManager.default.contents(atPath: $0) ?? Data() }
        #expect(bytes[1].count == later.byteCount && bytes[2].count == earlier.byteCount)
        // No forty bytes of the first seconds are in the later part. Before them there is much padding.
        for place in stride(from: 2_000, to: bytes[0].count * 3 / 10, by: 500) {
            #expect(!bytes[1].has(bytes[0][place..<place + 40]))
        }
        // It begins with a quiet second, and a loud one follows.
        let loud = try tenths(part)
        #expect(loud[2..<9].allSatisfy { $0 < 0.01 } && loud[12..<19].allSatisfy { $0 > 0.02 }, "\(loud)")
        #expect(try OggOpusCut.write(folder.path(of: "none"), from: .seconds(11), to: .seconds(12), of: whole) == nil)
    }

    @Test func `is cut and silenced although a page names an impossible position`() throws {
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: file(seconds: 4))))
        let last = try #require(bytes.indices.dropLast(27).last { bytes[$0...].starts(with: "OggS".utf8) })
        for granule in [UInt8](0...255) where [0x00, 0x7F, 0x80, 0xFF].contains(granule) {
            for place in last + 6..<last + 13 { bytes[place] = granule }
            bytes[last + 13] = granule
            let source = try folder.write(Data(bytes), as: "hostile.opus"), part = folder.path(of: "part.opus")
            for (from, to) in [(0, 2), (2, 100), (0, 100)] {
                let cut = try OggOpusCut.write(part, from: .seconds(from), to: .seconds(to), of: source)
                #expect(cut.map { $0.duration >= .zero } ?? true)
            }
            #expect(try #require(try OggOpusCut.silence(part, from: .zero, to: .seconds(2), of: source)) > 0)
            if case .complete(let duration)? = OggOpusEnd(of: source) { #expect(duration >= .zero && duration.wholeNanoseconds < .max) }
        }
    }

    @Test func `is as long without a time's sound, and has no packet of that`() throws {
        let whole = try file(seconds: 6), silenced = folder.path(of: "silenced.opus")
        let count = try #require(try OggOpusCut.silence(silenced, from: .seconds(2), to: .seconds(4), of: whole))
        let before = FileManager.default.contents(atPath: whole) ?? Data(), after = FileManager.default.contents(atPath: silenced) ?? Data()
        #expect(after.count == count && count < before.count)
        let length = { (path: String) throws -> Int in
            let file = try MediaFile(Recording(path: path))
            var samples = 0
            while let block = try file.next() { samples += block.samples.count }
            return samples
        }
        #expect(try length(silenced) == length(whole))
        let loud = try tenths(whole), rest = try tenths(silenced)
        // The third second is quiet and the fourth is loud in the original. A decoder fades out for a moment after the last packet with data.
        #expect(loud[32..<39].allSatisfy { $0 > 0.02 } && rest[25..<40].allSatisfy { $0 < 0.01 }, "\(rest)")
        #expect(rest[12..<19].allSatisfy { $0 > 0.02 } && rest[52..<58].allSatisfy { $0 > 0.02 }, "\(rest)")
        for place in stride(from: before.count * 4 / 10, to: before.count * 6 / 10, by: 500) {
            #expect(!after.has(before[place..<place + 40]))
        }
    }

    @Test func `is silent where it was silenced, and where it has sound it is not`() throws {
        let whole = try file(seconds: 6), silenced = folder.path(of: "silenced.opus"), again = folder.path(of: "again.opus")
        let time = Duration.seconds(2)..<Duration.seconds(4), inner = Duration.milliseconds(2_500)..<Duration.milliseconds(3_500)
        #expect(try OggOpusCut.silence(silenced, [], of: whole) == nil)
        #expect(try OggOpusCut.silence(silenced, [time], of: whole) != nil)
        #expect(try OggOpusCut.silence(again, [time, inner], of: silenced) == nil)
        #expect(!FileManager.default.fileExists(atPath: again), "nothing is written where no packet changes")
        for loud in [Duration.seconds(1)..<Duration.seconds(3), Duration.seconds(3)..<Duration.milliseconds(4_200)] {
            #expect(try OggOpusCut.silence(again, [inner, loud], of: silenced) != nil)
        }
        let damaged = try folder.write("damaged".utf8, as: "damaged.opus")
        #expect(throws: MediaError.self) { try OggOpusCut.silence(again, [time], of: damaged) }
    }

    /// In a process of its own, because all of a process has one limit.
    @Test func `may be silenced later where no file can be opened now`() async {
        await #expect(processExitsWith: .success) { try `A part of kept audio`().isUnavailableWithoutDescriptors() }
    }

    private func isUnavailableWithoutDescriptors() throws {
        let whole = try file(seconds: 4), silenced = folder.path(of: "silenced.opus"), resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        let isKnown = getrlimit(resource, &limit) == 0
        try #require(isKnown)
        setrlimit(resource, [rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)])
        let result = Result { () throws(MediaError) in try OggOpusCut.silence(silenced, from: .seconds(1), to: .seconds(2), of: whole) }
        setrlimit(resource, [limit])
        #expect(result == .failure(.unavailable("\(whole) cannot be read: too many open files")))
        #expect(try OggOpusCut.silence(silenced, from: .seconds(1), to: .seconds(2), of: whole) != nil)
    }
}
