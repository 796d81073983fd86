@testable import Audio
import HarkenTesting
import Testing

@Suite struct `The parts of a container that arrives live` {
    private func parts(_ bytes: [UInt8], by size: Int = .max) -> StreamParts {
        var parts = StreamParts()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(size, bytes.count))
            bytes[start..<end].withUnsafeBytes { parts.take($0) }
            start = end
        }
        return parts
    }

    private static func big(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    /// A page of Ogg with packets of these sizes.
    private static func page(_ sequence: UInt8, end: UInt8, packets: [UInt8], serial: UInt8 = 7) -> [UInt8] {
        var page: [UInt8] = [0x4F, 0x67, 0x67, 0x53, 0, 0, end, 0, 0, 0, 0, 0, 0, 0]
        page += [serial, 0, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0, UInt8(packets.count)]
        return page + packets + packets.flatMap { [UInt8](repeating: 0x4F, count: Int($0)) }
    }

    private static func box(_ name: String, _ count: Int) -> [UInt8] { big(count + 8, 4) + Array(name.utf8) + [UInt8](repeating: 0, count: count) }

    private static var cluster: [UInt8] {
        let block: [UInt8] = [0xA3, 0x9E] + [UInt8](repeating: 3, count: 30)
        let start: [UInt8] = [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 5]
        return start + block + block
    }

    private static let matroska: [UInt8] = [
        0x1A, 0x45, 0xDF, 0xA3, 0x84, 1, 2, 3, 4, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xEC, 0x82, 0, 0,
    ]

    /// A stream, and the places at which none of its parts is open.
    struct Stream: Sendable, CustomTestStringConvertible {
        var name: String
        var parts: [[UInt8]]
        /// Number of bytes that show what it is.
        var proof = 12

        var testDescription: String { name }
        var bytes: [UInt8] { parts.flatMap(\.self) }

        var edges: Set<Int> {
            var edge = 0
            return Set(
                parts.map { part in
                    edge += part.count
                    return edge
                })
        }
    }

    static let streams: [Stream] = [
        Stream(name: "Ogg", parts: [page(0, end: 0, packets: [19]), page(1, end: 0, packets: [40]), page(2, end: 90, packets: [30, 30, 30])]),
        Stream(name: "fragmented MP4", parts: [box("ftyp", 16), box("moov", 200), box("moof", 60), box("mdat", 300)]),
        Stream(
            name: "transport stream",
            parts: (0..<4).map { _ in [0x47] + [UInt8](repeating: 0xFF, count: 187) }, proof: 377),
        Stream(
            name: "timed transport stream", parts: (0..<4).map { _ in [0, 0, 0, 0, 0x47] + [UInt8](repeating: 0xFF, count: 187) }, proof: 385),
    ]

    @Test(arguments: streams) func `show whether it ends inside one, wherever it ends`(stream: Stream) {
        let bytes = stream.bytes, edges = stream.edges
        for end in stream.proof...bytes.count {
            #expect(parts(Array(bytes.prefix(end))).endsInside == !edges.contains(end), "\(end)")
        }
        for size in [1, 3, 27, 100] { #expect(parts(bytes, by: size).endsInside == false) }
    }

    @Test func `show whether it ends inside a block, in Matroska of unknown length`() {
        let bytes = Self.matroska + Self.cluster + Self.cluster, block = 32
        #expect(!parts(bytes).endsInside && !parts(bytes, by: 1).endsInside)
        #expect(!parts(Array(bytes.dropLast(block))).endsInside)
        for missing in 1..<block { #expect(parts(Array(bytes.dropLast(missing))).endsInside, "\(missing)") }
        // A lost piece does not make all that follows a part of one block: the next cluster is found.
        var hurt = Self.matroska
        hurt += Self.cluster.dropLast(10)
        hurt += [0x77, 0x00, 0x12]
        hurt += Self.cluster
        hurt += Self.cluster
        #expect(!parts(hurt).endsInside)
    }

    @Test func `show that it is shorter than its header promises`() {
        var bytes = Self.matroska + Self.cluster
        // The segment's size: all that follows, and 100 bytes more.
        bytes.replaceSubrange(14..<21, with: Self.big(bytes.count - 21 + 100, 7))
        #expect(parts(bytes).endsInside)
        bytes += [0xEC, 0xE2]
        bytes += [UInt8](repeating: 0, count: 98)
        #expect(!parts(bytes).endsInside)
    }

    @Test func `are not known of what is not a container`() {
        let others: [[UInt8]] = [
            Array("RIFF....WAVEfmt and more".utf8), [UInt8](repeating: 0, count: 40), Array("ID3 and more bytes".utf8), [0x47],
            // Samples that begin as a packet of a transport stream does.
            [UInt8](repeating: 0x47, count: 300), [0x47] + [UInt8](repeating: 3, count: 600),
        ]
        for bytes in others { #expect(!parts(bytes).endsInside) }
    }

    @Test func `are pages with their places, in Ogg`() throws {
        let bytes = Self.streams[0].bytes, first = Self.streams[0].parts[0].count, second = Self.streams[0].parts[1].count
        let found = parts(bytes, by: 5)
        let last = try #require(found.page(at: Int64(first + second)))
        #expect(last.sequence == 2 && last.granule == 90 && last.packetCount == 3 && last.bodyCount == 90 && last.serial == 7)
        #expect(found.page(at: 0)?.sequence == 0 && found.page(at: 1) == nil)
        // Bytes between pages are passed.
        var hurt = Array(bytes.prefix(first))
        hurt += [0x4F, 0x67, 0x00, 0x4F]
        hurt += bytes.dropFirst(first)
        #expect(parts(hurt).page(at: Int64(first + 4))?.sequence == 1)
    }

    @Test func `never trap on random bytes`() {
        var generator = SeededGenerator(seed: 562)
        let starts: [[UInt8]] = [
            Array("OggS".utf8), [0x1A, 0x45, 0xDF, 0xA3], [0, 0, 0, 24] + Array("ftypisom".utf8), [0x47], [0, 0, 0, 0, 0x47], [],
            Self.matroska, Self.matroska + Self.cluster, Array(Self.streams[0].bytes.prefix(30)),
        ]
        for round in 0..<3_000 {
            let count = Int.random(in: 0...300, using: &generator)
            let bytes = starts[round % starts.count] + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let whole = parts(bytes), pieces = parts(bytes, by: Int.random(in: 1...40, using: &generator))
            #expect(whole.endsInside == pieces.endsInside)
        }
    }
}
