import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

@Suite struct `The check of a file of Opus` {
    private let folder = TemporaryFolder()

    private func file(seconds: Int, channels: Int = 1) throws -> [UInt8] {
        let path = folder.path(of: "whole.opus")
        var file = try OggOpusFile(path: path, rate: .speech, channels: channels)
        for second in 0..<seconds { try file.append((0..<16_000 * channels).map { Int16(truncatingIfNeeded: $0 * (second + 3) % 4_001) }) }
        try file.finish()
        return try [UInt8](Data(contentsOf: URL(filePath: path)))
    }

    /// Returns the duration of a file that comes in pieces; nil when the file is refused.
    private func duration(_ bytes: [UInt8], pieces: Int = 1_000) -> Duration? {
        var check = OggOpusCheck()
        do throws(MediaError) {
            for start in stride(from: 0, to: bytes.count, by: pieces) { try check.append(Array(bytes[start..<min(start + pieces, bytes.count)])) }
            return try check.finish()
        } catch { return nil }
    }

    private func pages(of bytes: [UInt8]) -> [Int] { bytes.indices.dropLast(27).filter { bytes[$0...].starts(with: "OggS".utf8) } }

    /// Returns a page.
    private func page(_ packets: [[UInt8]], granule: Int64, flags: UInt8) -> [UInt8] {
        let lacing = packets.flatMap { Array(repeating: UInt8(255), count: $0.count / 255) + [UInt8($0.count % 255)] }
        return Array("OggS".utf8) + [0, flags] + (0..<8).map { UInt8(truncatingIfNeeded: granule >> (8 * Int64($0))) } + [1, 0, 0, 0]
            + [UInt8](repeating: 0, count: 8) + [UInt8(lacing.count)] + lacing + packets.flatMap { $0 }
    }

    private var head: [UInt8] {
        page([Array("OpusHead".utf8) + [1, 1, 56, 1, 128, 62, 0, 0, 0, 0, 0]], granule: 0, flags: 2)
            + page([Array("OpusTags".utf8) + [UInt8](repeating: 0, count: 8)], granule: 0, flags: 0)
    }

    /// A packet of 20 ms without data.
    private let silence: [UInt8] = [0x78]

    @Test func `accepts what Harken has written, also cut and silenced`() throws {
        for channels in 1...2 { #expect(duration(try file(seconds: 5, channels: channels)) == .seconds(5)) }
        let bytes = try file(seconds: 7), whole = folder.path(of: "whole.opus"), part = folder.path(of: "part.opus")
        for pieces in [1, 27, 4_096, 1 << 20] { #expect(duration(bytes, pieces: pieces) == .seconds(7)) }
        for (from, to) in [(0, 3), (2, 5), (3, 100)] {
            let cut = try #require(try OggOpusCut.write(part, from: .seconds(from), to: .seconds(to), of: whole))
            #expect(duration(try [UInt8](Data(contentsOf: URL(filePath: part)))) == cut.duration)
        }
        _ = try OggOpusCut.silence(part, from: .seconds(1), to: .seconds(4), of: whole)
        #expect(duration(try [UInt8](Data(contentsOf: URL(filePath: part)))) == .seconds(7))
        #expect(duration(head + page([[UInt8]](repeating: silence, count: 50), granule: 48_000, flags: 4)) != nil)
    }

    @Test func `refuses what is cut off, what follows the end, and other files`() throws {
        let bytes = try file(seconds: 3)
        for count in Array(stride(from: 0, to: bytes.count, by: 61)) + [bytes.count - 1] {
            #expect(duration(Array(bytes[..<count])) == nil, "\(count) bytes")
        }
        #expect(duration(bytes + bytes) == nil && duration(bytes + [0]) == nil)
        #expect(duration(Array("OggS-first".utf8)) == nil && duration(Array("RIFF".utf8) + [UInt8](repeating: 0, count: 4_000)) == nil)
    }

    @Test func `refuses positions that no packets reach`() throws {
        let bytes = try file(seconds: 4), pages = pages(of: bytes)
        for (page, highest) in [(pages[3], UInt8(0x80)), (pages[3], 0x7F), (pages[pages.count - 1], 0x80), (pages[pages.count - 1], 0x7F)] {
            var changed = bytes
            changed[page + 13] = highest
            #expect(duration(changed) == nil)
        }
        // Many packets, and hardly any time.
        #expect(duration(head + page([[UInt8]](repeating: silence, count: 200), granule: 960, flags: 4)) == nil)
    }

    @Test func `refuses very many packets`() {
        for packet in [[], [0x80 | 0x60], [0x7B, 0]] as [[UInt8]] {
            #expect(duration(head + page([[UInt8]](repeating: packet, count: 255), granule: 500, flags: 4)) == nil)
        }
        // A day and a half is accepted, and three days are not.
        for (hours, isAccepted) in [(36, true), (72, false)] {
            var check = OggOpusCheck()
            let accepted: ()? = try? {
                try check.append(head)
                // Packets of 120 ms.
                let packets = [[UInt8]](repeating: [0x7B, 6], count: 250)
                let count = hours * 3_600 / 30
                for number in 1...count { try check.append(page(packets, granule: Int64(number) * 30 * 48_000, flags: number == count ? 4 : 0)) }
                _ = try check.finish()
            }()
            #expect((accepted != nil) == isAccepted, "\(hours) hours")
        }
    }
}
