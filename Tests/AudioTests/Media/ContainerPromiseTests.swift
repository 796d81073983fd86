@testable import Audio
import HarkenTesting
import Speech
import Testing

@Suite struct `A file's promise of its size` {
    private func promise(_ bytes: [UInt8]) -> ContainerPromise {
        ContainerPromise(size: Int64(bytes.count)) { offset, count in
            guard offset >= 0, offset < Int64(bytes.count) else { return [] }
            return Array(bytes[Int(offset)..<min(bytes.count, Int(offset) + count)])
        }
    }

    private func box(_ name: String, _ count: Int) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt32(count + 8).bigEndian) { Array($0) }
        return length + Array(name.utf8) + [UInt8](repeating: 0, count: count)
    }

    @Test func `is that of its boxes, in an MP4`() {
        let whole = box("ftyp", 24) + box("moov", 600) + box("mdat", 4_000)
        #expect(!promise(whole).isBroken)
        #expect(promise(Array(whole.prefix(3_000))).isBroken)
        #expect(!promise(whole).lacksIndex)
        #expect(promise(Array((box("ftyp", 24) + box("mdat", 4_000)).prefix(3_000))).lacksIndex)
        // A box of 0 bytes reaches to the end.
        let open: [UInt8] = [0, 0, 0, 0] + Array("mdat".utf8) + [UInt8](repeating: 1, count: 900)
        #expect(!promise(box("ftyp", 24) + box("moov", 8) + open).isBroken)
    }

    @Test func `is that of its segment, in Matroska`() {
        let start: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x84, 1, 2, 3, 4, 0x18, 0x53, 0x80, 0x67]
        let body = [UInt8](repeating: 7, count: 2_000)
        #expect(!promise(start + [0x47, 0xD0] + body).isBroken)
        #expect(promise(start + [0x47, 0xD0] + body.prefix(1_000)).isBroken)
        // A live recording does not know its size.
        let unknown = promise(start + [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] + body.prefix(1_000))
        #expect(!unknown.isBroken && !unknown.isExact)
    }

    @Test func `is that of its samples, in a WAV file`() {
        let whole = WAV(samples: .signed16(Array(repeating: 5, count: 32_000))).bytes
        #expect(promise(whole).length == .seconds(2))
        #expect(promise(Array(whole.prefix(20_000))).length == .seconds(2))
    }

    @Test(arguments: [("RIFF", "AVI ", false), ("FORM", "AIFF", true)])
    func `is that of its chunk, in AVI and AIFF, unless its writer could not know it`(start: String, kind: String, isBig: Bool) {
        func file(_ size: UInt32) -> [UInt8] {
            let bytes = withUnsafeBytes(of: isBig ? size.bigEndian : size.littleEndian) { Array($0) }
            return Array(start.utf8) + bytes + Array(kind.utf8) + [UInt8](repeating: 0, count: 1_000)
        }
        #expect(promise(file(1_004)).isExact && !promise(file(1_004)).isBroken)
        #expect(promise(file(4_000)).isBroken)
        for size: UInt32 in [0, 0x7F00_0000, 0x7FFF_FFFF, 0xFFFF_FFFF] { #expect(promise(file(size)) == ContainerPromise()) }
    }

    @Test func `is whole packets, in a transport stream`() {
        let packet: [UInt8] = [0x47] + [UInt8](repeating: 0xFF, count: 187)
        let whole = [[UInt8]](repeating: packet, count: 10).flatMap { $0 }
        #expect(!promise(whole).isBroken)
        #expect(promise(Array(whole.dropLast(100))).isBroken)
        let timed = [[UInt8]](repeating: [0, 0, 0, 0] + packet, count: 10).flatMap { $0 }
        #expect(!promise(timed).isBroken)
        #expect(promise(Array(timed.dropLast(7))).isBroken)
    }

    @Test func `never traps on random bytes`() {
        var generator = SeededGenerator(seed: 56)
        let starts: [[UInt8]] = [
            Array("RIFF\0\0\0\0WAVEfmt ".utf8), Array("RIFF\u{7F}\u{7F}\u{7F}\u{7F}AVI LIST".utf8), Array("FORM\0\0\0\0AIFFCOMM".utf8),
            [0x1A, 0x45, 0xDF, 0xA3], [0, 0, 0, 24] + Array("ftypisom".utf8), Array("OggS".utf8), [0x47], Array("ID3".utf8), [0xFF, 0xFB, 0x90], [],
        ]
        for round in 0..<3_000 {
            let count = Int.random(in: 0...300, using: &generator)
            _ = promise(starts[round % starts.count] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }
}
