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

    /// A file of a format for sound alone.
    struct SoundFile: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// Place of the number of bytes or samples that a writer may not know, and what stands there then; nil: the format has none.
        var open: (place: Int, bytes: [UInt8])? = nil

        var testDescription: String { name }
    }

    private static let sound = [UInt8](repeating: 0x11, count: 4_000)
    private static func little(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    private static func big(_ number: Int, _ count: Int) -> [UInt8] { little(number, count).reversed() }
    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    private static func filler(_ count: Int) -> [UInt8] { Array(sound.prefix(count)) }
    private static func join(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }
    private static func frames(_ header: [UInt8], _ length: Int, _ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in header + filler(length - header.count) }
    }

    private static func part(_ name: String, _ body: [UInt8]) -> [UInt8] { join(text(name), big(body.count + 8, 4), body) }

    private static var pack: [UInt8] {
        let header: [UInt8] = [0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xF8]
        return join(header, [0, 0, 1, 0xC0], big(500, 2), filler(500), [0, 0, 1, 0xE0], big(800, 2), filler(800))
    }

    static let files: [SoundFile] = [
        SoundFile(
            name: "W64",
            bytes: join(
                [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00], little(4_024, 8), sound),
            open: (16, little(-1, 8))),
        SoundFile(name: "RF64", bytes: join(text("RF64"), little(-1, 4), text("WAVEds64"), little(28, 4), little(4_020, 8), sound)),
        SoundFile(
            name: "ADPCM WAV",
            bytes: join(
                text("RIFF"), little(4_036, 4), text("WAVEfmt "), little(16, 4), little(2, 2), little(1, 2), little(16_000, 4), little(8_000, 4),
                little(256, 2), little(4, 2), text("data"), little(4_000, 4), sound),
            open: (40, little(-1, 4))),
        SoundFile(
            name: "AU", bytes: join(text(".snd"), big(24, 4), big(4_000, 4), big(3, 4), big(16_000, 4), big(1, 4), sound), open: (8, little(-1, 4))),
        SoundFile(
            name: "CAF", bytes: join(text("caff"), big(1, 2), big(0, 2), text("desc"), big(32, 8), zeros(32), text("data"), big(4_000, 8), sound),
            open: (56, little(-1, 8))),
        SoundFile(name: "SoX", bytes: join(text(".SoX"), little(28, 4), little(1_000, 8), zeros(16), sound), open: (8, zeros(8))),
        SoundFile(
            name: "TTA",
            bytes: join(
                text("TTA1"), little(1, 2), little(1, 2), little(16, 2), little(245, 4), little(512, 4), zeros(4), little(2_000, 4),
                little(2_000, 4), zeros(4), sound)),
        SoundFile(
            name: "VOC",
            bytes: join(
                text("Creative Voice File\u{1A}"), little(26, 2), zeros(4), [1], little(2_000, 3), filler(2_000), [2], little(2_000, 3),
                filler(2_000), [0]),
            open: (27, zeros(3))),
        SoundFile(name: "WavPack", bytes: frames(join(text("wvpk"), little(1_992, 4)), 2_000, 3)),
        SoundFile(
            name: "RealMedia", bytes: join(part(".RMF", zeros(10)), part("PROP", zeros(42)), part("DATA", sound), zeros(8)), open: (72, big(18, 4))),
        SoundFile(name: "program stream", bytes: join(pack, pack, pack, pack, pack, pack, pack)),
        SoundFile(name: "MP3", bytes: frames([0xFF, 0xF3, 0x48, 0xC4], 144, 31)),
        SoundFile(name: "ADTS", bytes: frames([0xFF, 0xF1, 0x60, 0x40, 0x14, 0x1F, 0xFC], 160, 31)),
        SoundFile(name: "LATM", bytes: frames([0x56, 0xE0, 0xA0], 163, 31)),
        SoundFile(name: "AC-3", bytes: frames([0x0B, 0x77, 0, 0, 0x08, 0x40], 256, 21)),
        SoundFile(name: "E-AC-3", bytes: frames([0x0B, 0x77, 0, 0x7F, 0x30, 0x80], 256, 21)),
        SoundFile(name: "DTS", bytes: frames([0x7F, 0xFE, 0x80, 0x01, 0xFC, 0x3C, 0x0F, 0xF0], 256, 21)),
        SoundFile(name: "GSM", bytes: frames([0xD5], 33, 101)),
    ]

    @Test(arguments: files) func `is kept by a whole file of sound and broken by a part of it, with and without a tag`(file: SoundFile) {
        #expect(!promise(file.bytes).isBroken)
        for share in [50, 60, 75] {
            let cut = file.bytes.count * share / 100
            #expect(promise(Array(file.bytes.prefix(cut))).isBroken, "\(share) of 100")
        }
        #expect(!promise(file.bytes + Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)).isBroken)
        guard let open = file.open else { return }
        var live = file.bytes
        live.replaceSubrange(open.place..<open.place + open.bytes.count, with: open.bytes)
        #expect(!promise(live).isBroken && !promise(Array(live.prefix(live.count / 2))).isBroken, "a length that its writer did not know")
    }

    @Test func `is a table of packets, in a CAF whose packets differ in size`() {
        func file(_ bytesOfPacket: Int, _ end: [UInt8]) -> [UInt8] {
            let format = Self.join(Self.zeros(16), Self.big(bytesOfPacket, 4), Self.big(4_096, 4), Self.zeros(8))
            return Self.join(
                Self.text("caff"), Self.big(1, 2), Self.big(0, 2), Self.text("desc"), Self.big(32, 8), format, Self.text("data"), Self.big(4_000, 8),
                Self.sound, end)
        }
        let table = Self.join(Self.text("pakt"), Self.big(100, 8), Self.zeros(100)), whole = promise(file(0, table))
        #expect(!whole.lacksIndex && !whole.isBroken)
        #expect(promise(Array(file(0, table).prefix(3_000))).lacksIndex)
        #expect(promise(Array(file(0, table).dropLast(20))).lacksIndex)
        #expect(!promise(file(2, [])).lacksIndex && !promise(Array(file(2, []).prefix(3_000))).lacksIndex)
    }

    @Test func `is whole packets, in a program stream whose samples look like the mark of a pack`() {
        let samples = [[UInt8]](repeating: [0, 0, 1, 0xBA, 0x11], count: 13_000).flatMap { $0 }
        let pack = Self.join([0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xF8], [0, 0, 1, 0xBD], Self.big(samples.count, 2), samples)
        let whole = Self.join(pack, pack, pack, pack, pack)
        #expect(!promise(whole).isBroken)
        // Cut inside a packet, and inside a mark.
        for left in [1_000, pack.count - 1, pack.count - 2] { #expect(promise(Array(whole.dropLast(left))).isBroken, "\(left)") }
        #expect(!promise(Array(whole.dropLast(pack.count))).isBroken)
    }

    @Test func `never traps on random bytes`() {
        var generator = SeededGenerator(seed: 56)
        let starts: [[UInt8]] = [
            Array("RIFF\0\0\0\0WAVEfmt ".utf8), Array("RIFF\u{7F}\u{7F}\u{7F}\u{7F}AVI LIST".utf8), Array("FORM\0\0\0\0AIFFCOMM".utf8),
            [0x1A, 0x45, 0xDF, 0xA3], [0, 0, 0, 24] + Array("ftypisom".utf8), Array("OggS".utf8), [0x47], Array("ID3".utf8), [0xFF, 0xFB, 0x90], [],
            Array("caff".utf8), Array(".snd".utf8), Array(".SoX".utf8), Array("TTA1".utf8), Array("Creative Voice File\u{1A}".utf8),
            Array("wvpk".utf8), Array(".RMF".utf8), [0, 0, 1, 0xBA], Array("RF64\0\0\0\0WAVEds64".utf8), [0x56, 0xE0], [0x0B, 0x77], [0xD5],
            [0x7F, 0xFE, 0x80, 0x01],
        ]
        for round in 0..<3_000 {
            let count = Int.random(in: 0...300, using: &generator)
            _ = promise(starts[round % starts.count] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }
}
