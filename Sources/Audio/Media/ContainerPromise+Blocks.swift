/// Formats for sound alone: those that tell the number of their bytes, and those that consist of blocks with sizes.
extension ContainerPromise {
    private typealias Read = (_ offset: Int64, _ count: Int) -> [UInt8]

    /// The mark of Sony's W64.
    private static let w64: [UInt8] = [0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00]

    /// Reads a format for sound alone. Returns false for others.
    mutating func readSoundFormat(_ head: [UInt8], _ size: Int64, _ read: (_ offset: Int64, _ count: Int) -> [UInt8]) -> Bool {
        if readSamples(head, size, read) { return true }
        return readBlocks(head, size, read)
    }

    /// Reads the formats whose header tells the number of bytes. Returns false for others.
    private mutating func readSamples(_ head: [UInt8], _ size: Int64, _ read: Read) -> Bool {
        func little(_ offset: Int, _ bytes: Int) -> Int64 { Self.number(head, at: offset, bytes: bytes, isBig: false) }
        if head.starts(with: Self.w64) {
            // The size of the whole file. Writers that cannot go back leave the greatest number, which counts as 0 here.
            let bytes = little(16, 8)
            if bytes > 0 { expect(bytes, of: size) }
        } else if head.starts(with: "RF64".utf8) {
            if head[12...].starts(with: "ds64".utf8) { expect(8 + little(20, 8), of: size) }
        } else if head.starts(with: ".snd".utf8) {
            expectChunk(Self.number(head, at: 8, bytes: 4), from: Self.number(head, at: 4, bytes: 4), of: size)
        } else if head.starts(with: ".SoX".utf8) || head.starts(with: "XoS.".utf8) {
            let isBig = head[0] == 0x58, header = Self.number(head, at: 4, bytes: 4, isBig: isBig)
            let samples = Self.number(head, at: 8, bytes: 8, isBig: isBig)
            if (1..<1 << 50).contains(samples) { expect(4 + header + 4 * samples, of: size) }
        } else if head.starts(with: "TTA1".utf8) {
            readTTA(head, size, read)
        } else {
            return false
        }
        return true
    }

    /// TTA's header tells the number of samples, and a table behind it has the size of each frame of 256/245 s.
    private mutating func readTTA(_ head: [UInt8], _ size: Int64, _ read: Read) {
        let hertz = Self.number(head, at: 10, bytes: 4, isBig: false), samples = Self.number(head, at: 14, bytes: 4, isBig: false)
        let frame = hertz * 256 / 245
        guard frame > 0 else { return }
        let count = (samples + frame - 1) / frame
        guard (1...1 << 20).contains(count) else { return }
        let table = read(22, Int(4 * count))
        guard table.count == Int(4 * count) else { return isBroken = true }
        var end = 22 + 4 * count + 4
        for index in 0..<Int(count) { end += Self.number(table, at: 4 * index, bytes: 4, isBig: false) }
        isExact = true
        isBroken = end > size
    }

    /// Reads the formats that consist of blocks, each with its size. Returns false for others.
    private mutating func readBlocks(_ head: [UInt8], _ size: Int64, _ read: Read) -> Bool {
        if head.starts(with: "caff".utf8) {
            readCAF(size, read)
        } else if head.starts(with: "Creative Voice File".utf8) {
            readVOC(head, size, read)
        } else if head.starts(with: "wvpk".utf8) {
            readWavPack(size, read)
        } else if head.starts(with: ".RMF".utf8) {
            readRealMedia(size, read)
        } else if head.starts(with: [0, 0, 1, 0xBA]) {
            readProgram(size, read)
        } else {
            return false
        }
        return true
    }

    /// Maximum number of blocks that are looked at: some days of sound.
    private static let maxBlocks = 500_000

    /// The chunks of CAF follow each other to the file's end, or to a tag. The size of the sound is −1 where the writer did not know it.
    ///
    /// Packets of different sizes have a table, which most writers put behind the sound.
    private mutating func readCAF(_ size: Int64, _ read: Read) {
        var offset: Int64 = 8, needsTable = false, hasTable = false, hasSound = false
        defer { lacksIndex = needsTable && hasSound && !hasTable }
        for _ in 0..<1_000 where offset + 12 <= size {
            let chunk = read(offset, 36)
            guard chunk.count >= 12, !chunk.starts(with: "TAG".utf8) else { return }
            let count = Self.number(chunk, at: 4, bytes: 8), end = offset + 12 + count
            if chunk.starts(with: "desc".utf8) {
                // Bytes and samples of a packet; 0 where they differ.
                needsTable = Self.number(chunk, at: 28, bytes: 4) == 0 || Self.number(chunk, at: 32, bytes: 4) == 0
            }
            if chunk.starts(with: "data".utf8) { hasSound = true }
            if chunk.starts(with: "pakt".utf8), end <= size { hasTable = true }
            if count == 0, chunk.starts(with: "data".utf8) { return isExact = false }
            expect(end, of: size)
            if isBroken { return }
            offset = end
        }
    }

    /// The blocks of VOC end with a block of the kind 0, which some writers leave out.
    private mutating func readVOC(_ head: [UInt8], _ size: Int64, _ read: Read) {
        var offset = Self.number(head, at: 20, bytes: 2, isBig: false)
        guard offset >= 26 else { return }
        for _ in 0..<Self.maxBlocks where offset < size {
            let block = read(offset, 4)
            if block.first == 0 { return isExact = true }
            guard block.count == 4 else { return isBroken = true }
            let count = Self.number(block, at: 1, bytes: 3, isBig: false)
            // A block of 0 bytes reaches to the end: its writer did not know the size.
            if count == 0 { return }
            offset += 4 + count
            if offset > size { return isBroken = true }
        }
    }

    /// WavPack's blocks may be followed by tags. A file that is cut between two blocks is shorter than its first block tells.
    private mutating func readWavPack(_ size: Int64, _ read: Read) {
        var offset: Int64 = 0
        for _ in 0..<Self.maxBlocks where offset < size {
            let block = read(offset, 8)
            guard block.starts(with: "wvpk".utf8) else { return }
            guard block.count == 8 else { return isBroken = true }
            offset += 8 + Self.number(block, at: 4, bytes: 4, isBig: false)
            if offset > size { return isBroken = true }
        }
    }

    private static let realMedia = [".RMF", "PROP", "MDPR", "CONT", "DATA", "INDX"]

    /// RealMedia's parts have their sizes. A live recording does not know that of its sound.
    private mutating func readRealMedia(_ size: Int64, _ read: Read) {
        var offset: Int64 = 0
        for _ in 0..<1_000 where offset + 10 <= size {
            let part = read(offset, 10)
            guard part.count == 10, Self.realMedia.contains(where: { part.starts(with: $0.utf8) }) else { return }
            let count = Self.number(part, at: 4, bytes: 4), isSound = part.starts(with: "DATA".utf8)
            // The header of the sound's part alone has 18 bytes.
            guard count > (isSound ? 18 : 9) else { return isExact = false }
            expect(offset + count, of: size)
            if isBroken { return }
            offset += count
        }
    }

    /// A program stream consists of packs, and these of packets with sizes. The tail tells whether the last packet is whole.
    private mutating func readProgram(_ size: Int64, _ read: Read) {
        let tail = read(max(0, size - 262_144), Int(min(size, 262_144)))
        guard let first = (0..<max(0, tail.count - 14)).first(where: { Self.isPack(tail, at: $0) }) else { return }
        var offset = first
        while offset < tail.count {
            // Other bytes are padding.
            guard Self.isMark(tail, at: offset) else { return }
            guard offset + 6 <= tail.count else { return isBroken = tail[tail.count - 1] != 0xB9 }
            switch tail[offset + 3] {
            case 0xB9: return
            case 0xBA where tail[offset + 4] >> 6 == 1:
                guard offset + 14 <= tail.count else { return isBroken = true }
                offset += 14 + Int(tail[offset + 13] & 7)
            case 0xBA: offset += 12
            case let kind where kind > 0xBA: offset += 6 + Int(tail[offset + 4]) << 8 + Int(tail[offset + 5])
            default: return
            }
            if offset > tail.count { return isBroken = true }
        }
    }

    /// True if a pack begins at a place, of which at least 14 bytes are there. Plain samples may have its mark by chance, but no other mark behind a header.
    private static func isPack(_ bytes: [UInt8], at place: Int) -> Bool {
        guard bytes[place] == 0, bytes[place + 1] == 0, bytes[place + 2] == 1, bytes[place + 3] == 0xBA else { return false }
        if bytes[place + 4] >> 6 == 1 { return isMark(bytes, at: place + 14 + Int(bytes[place + 13] & 7)) }
        return bytes[place + 4] >> 4 == 2 && isMark(bytes, at: place + 12)
    }

    /// True if the mark of a pack's or a packet's beginning stands at a place, or what is left of the bytes is the first part of the mark.
    private static func isMark(_ bytes: [UInt8], at place: Int) -> Bool {
        let mark: [UInt8] = [0, 0, 1]
        return place <= bytes.count && bytes[place...].prefix(3).elementsEqual(mark.prefix(bytes.count - place))
    }
}
