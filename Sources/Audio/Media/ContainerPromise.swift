internal import Speech

/// The size or the length that a file's own headers promise. It shows that a file is cut off, which libav does not tell.
///
/// Everything here may be damaged or hostile: numbers are compared, and nothing is read by them but the next header.
struct ContainerPromise: Sendable, Equatable {
    /// True if the file has fewer bytes than its headers promise.
    var isBroken = false
    /// True if the file's sizes tell whether it is whole: declared lengths then do not count.
    var isExact = false
    /// True if the file is an MP4 without the index that comes after its sound, or a CAF without its table of packets.
    var lacksIndex = false
    /// Length of the sound by a header that libav corrects to the file's size; nil when there is none.
    var length: Duration?

    init() {}

    init(of input: MediaInput) {
        guard let size = input.size, size > 16 else {
            self.init()
            return
        }
        self.init(size: size) { input.bytes(at: $0, count: $1) }
    }

    /// - Parameter read: returns up to so many bytes from a place in the file.
    init(size: Int64, read: (_ offset: Int64, _ count: Int) -> [UInt8]) {
        let head = read(0, 4_096)
        guard head.count >= 16 else { return }
        func has(_ text: String, at offset: Int = 0) -> Bool { head[offset...].starts(with: text.utf8) }
        if has("RIFF"), has("WAVE", at: 8) {
            readWAV(size, read)
        } else if has("RIFF"), has("AVI ", at: 8) {
            expectChunk(Self.number(head, at: 4, bytes: 4, isBig: false), of: size)
        } else if has("FORM"), has("AIF", at: 8) {
            expectChunk(Self.number(head, at: 4, bytes: 4), of: size)
        } else if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            readMatroska(head, size)
        } else if has("ftyp", at: 4) || has("moov", at: 4) || has("mdat", at: 4) || has("styp", at: 4) || has("wide", at: 4) {
            readMP4(size, read)
        } else if head.starts(with: Self.asf) {
            readASF(head, size)
        } else if has("OggS") {
            readOgg(size, read)
        } else if readSoundFormat(head, size, read) {
            return
        } else if head[0] == 0x47 || head[4] == 0x47 {
            readTransport(size, read)
        } else if !readMP3(head, size, read) {
            isBroken = BareFrame.isCut(size: size, head: head, read: read)
        }
    }

    /// Number of bytes that may be missing: padding, and sizes that count their own field.
    private static let slack: Int64 = 256

    mutating func expect(_ end: Int64, of size: Int64) {
        isExact = true
        isBroken = end > size + Self.slack
    }

    /// Expects the chunk that a file of chunks consists of. Writers that cannot go back to the size leave 0 or one of the greatest sizes there.
    ///
    /// - Parameter start: place from which the chunk's size counts.
    mutating func expectChunk(_ count: Int64, from start: Int64 = 8, of size: Int64) {
        if (1..<0x7F00_0000).contains(count) { expect(start + count, of: size) }
    }

    static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int, isBig: Bool = true) -> Int64 {
        guard offset >= 0, offset + count <= bytes.count else { return 0 }
        let part = bytes[offset..<offset + count]
        let value = (isBig ? Array(part) : part.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return value > UInt64(Int64.max / 2) ? 0 : Int64(value)
    }
}

// MARK: Formats

extension ContainerPromise {
    private mutating func readWAV(_ size: Int64, _ read: (Int64, Int) -> [UInt8]) {
        let head = read(0, 65_536)
        guard case .found(let header) = WAVHeader.read(head), let bytes = header.dataByteCount, bytes < 0x7FFF_0000,
            let width = header.encoding.bytesPerSample
        else { return expectData(in: head, of: size) }
        length = .seconds(Double(bytes) / Double(width * header.channels * header.hertz))
    }

    /// Expects the samples of a WAV file whose encoding has no samples of one size, such as ADPCM.
    private mutating func expectData(in head: [UInt8], of size: Int64) {
        var offset = 12
        while offset + 8 <= head.count {
            let count = Self.number(head, at: offset + 4, bytes: 4, isBig: false)
            if head[offset...].starts(with: "data".utf8) { return expectChunk(count, from: Int64(offset + 8), of: size) }
            // A chunk ends at an even place.
            offset += 8 + Int(count + count % 2)
        }
    }

    /// Matroska's segment has the size of everything in it, unless it was written live.
    private mutating func readMatroska(_ head: [UInt8], _ size: Int64) {
        guard let (first, after) = Self.variable(head, at: 4), let known = first else { return }
        let segment = after + Int(min(known, 1 << 20))
        guard segment + 4 <= head.count, head[segment..<segment + 4].elementsEqual([0x18, 0x53, 0x80, 0x67]),
            let (promised, start) = Self.variable(head, at: segment + 4), let bytes = promised
        else { return }
        expect(Int64(start) + bytes, of: size)
    }

    /// Reads EBML's number of variable size and the place after it. The number is nil where the writer did not know it.
    private static func variable(_ bytes: [UInt8], at offset: Int) -> (Int64?, Int)? {
        guard offset < bytes.count, bytes[offset] != 0 else { return nil }
        let count = bytes[offset].leadingZeroBitCount + 1
        guard offset + count <= bytes.count else { return nil }
        var value = Int64(bytes[offset]) & ((1 << Int64(8 - count)) - 1), isUnknown = value == (1 << Int64(8 - count)) - 1
        for index in 1..<max(count, 1) {
            value = value << 8 | Int64(bytes[offset + index])
            if bytes[offset + index] != 0xFF { isUnknown = false }
        }
        return (isUnknown ? nil : value, offset + count)
    }

    /// MP4's boxes follow each other to the file's end.
    private mutating func readMP4(_ size: Int64, _ read: (Int64, Int) -> [UInt8]) {
        var offset: Int64 = 0, hasIndex = false, hasSound = false
        isExact = true
        // A fragmented film of a day has some hundred thousand boxes.
        for _ in 0..<500_000 where offset + 8 <= size {
            let box = read(offset, 16)
            guard box.count >= 8 else { break }
            var length = Self.number(box, at: 0, bytes: 4)
            let name = box[4..<8]
            if name.elementsEqual("moov".utf8) { hasIndex = true }
            if name.elementsEqual("mdat".utf8) { hasSound = true }
            // A length of 1 stands before a longer one; 0 means the rest of the file.
            if length == 1 { length = Self.number(box, at: 8, bytes: 8) }
            guard length >= 8 else { break }
            if offset + length > size + Self.slack { isBroken = true }
            offset += min(length, size)
        }
        lacksIndex = !hasIndex && hasSound
    }

    private static let asf: [UInt8] = [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C]
    private static let asfProperties: [UInt8] = [0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65]

    private mutating func readASF(_ head: [UInt8], _ size: Int64) {
        guard let place = (0..<max(0, head.count - 48)).first(where: { head[$0..<$0 + 16].elementsEqual(Self.asfProperties) }) else { return }
        let promised = Self.number(head, at: place + 40, bytes: 8, isBig: false)
        if promised > 0 { expect(promised, of: size) }
    }

    /// A file of Ogg that is cut ends inside a page.
    private mutating func readOgg(_ size: Int64, _ read: (Int64, Int) -> [UInt8]) {
        let longest: Int64 = 27 + 255 + 255 * 255, start = max(0, size - 2 * longest)
        let tail = read(start, Int(size - start))
        guard tail.count > 27 else { return }
        let last = stride(from: tail.count - 27, through: 0, by: -1).first { tail[$0..<$0 + 5].elementsEqual([0x4F, 0x67, 0x67, 0x53, 0]) }
        guard let last else { return }
        let table = last + 27, packets = table + Int(tail[last + 26])
        guard packets <= tail.count else {
            (isExact, isBroken) = (true, true)
            return
        }
        isExact = true
        let end = packets + tail[table..<packets].reduce(0) { $0 + Int($1) }
        guard end < tail.count else {
            isBroken = end > tail.count
            return
        }
        isBroken = tail[end...].elementsEqual("OggS".utf8.prefix(tail.count - end)) || tail[end...].starts(with: "OggS".utf8)
    }

    /// A transport stream is a row of packets of one size.
    private mutating func readTransport(_ size: Int64, _ read: (Int64, Int) -> [UInt8]) {
        let start = read(0, 1_024)
        for (first, packet) in [(0, 188), (4, 192), (0, 204)] where start.count > first + 3 * packet {
            guard (0...3).allSatisfy({ start[first + $0 * packet] == 0x47 }) else { continue }
            isExact = true
            isBroken = size % Int64(packet) != 0
            return
        }
    }

    /// Returns the place behind a title (ID3v2), whose length has seven bits in each of four bytes.
    static func titleEnd(_ head: [UInt8]) -> Int64 { 10 + head[6..<10].reduce(0) { $0 << 7 | Int64($1 & 0x7F) } }

    /// The first frame of most MP3 files tells how many bytes and frames there are (Xing, LAME). Returns false for files without these numbers.
    private mutating func readMP3(_ head: [UInt8], _ size: Int64, _ read: (Int64, Int) -> [UInt8]) -> Bool {
        var start: Int64 = 0
        if head.starts(with: "ID3".utf8) { start = Self.titleEnd(head) }
        let frame = read(start, 256)
        guard frame.count > 64, frame[0] == 0xFF, frame[1] & 0xE6 == 0xE2 else { return false }
        let version = Int(frame[1] >> 3 & 3), rate = Int(frame[2] >> 2 & 3)
        guard version != 1, rate < 3 else { return false }
        let isMono = frame[3] >> 6 == 3
        let tag = 4 + (version == 3 ? isMono ? 17 : 32 : isMono ? 9 : 17)
        guard frame[tag...].starts(with: "Xing".utf8) || frame[tag...].starts(with: "Info".utf8), frame[tag + 7] & 3 == 3 else { return false }
        let frames = Self.number(frame, at: tag + 8, bytes: 4), bytes = Self.number(frame, at: tag + 12, bytes: 4)
        guard frames > 0, bytes > 0 else { return false }
        guard start + bytes > size + Self.slack else { return true }
        isBroken = true
        let hertz = BareFrame.mpegRate(version: version, code: rate)
        length = .seconds(Double(frames) * (version == 3 ? 1_152 : 576) / Double(hertz))
        return true
    }
}
