/// Frames of sound that follow each other without a container. A file of them that is cut ends inside a frame.
///
/// Everything here may be damaged or hostile: a size only tells where the next frame is looked for.
enum BareFrame: CaseIterable {
    /// MPEG audio: MP3, MP2 and MP1.
    case mpeg
    /// AAC with ADTS headers.
    case adts
    /// AAC in LATM frames.
    case loas
    /// AC-3 and E-AC-3.
    case ac3
    case dts
    /// GSM 06.10, whose frames have one size.
    case gsm
    /// AMR and its wideband, behind a mark at the file's start.
    case amr, amrWideband

    private static let marks: [(text: String, kind: BareFrame)] = [("#!AMR\n", .amr), ("#!AMR-WB\n", .amrWideband)]

    /// Number of bytes that are looked at, at a file's start and at its end; and the number of frames in a row that prove the kind.
    private static let window = 65_536, proof = 4

    /// Returns true if a file of frames ends inside a frame.
    ///
    /// - Parameters:
    ///   - head: the file's first bytes, at least 10.
    ///   - read: returns up to so many bytes from a place in the file.
    static func isCut(size: Int64, head: [UInt8], read: (_ offset: Int64, _ count: Int) -> [UInt8]) -> Bool {
        let mark = marks.first { head.starts(with: $0.text.utf8) }
        let start = mark.map { Int64($0.text.utf8.count) } ?? (head.starts(with: "ID3".utf8) ? ContainerPromise.titleEnd(head) : 0)
        guard start < size else { return false }
        let first = read(start, window), kinds = mark.map { [$0.kind] } ?? allCases.filter { kind in !marks.contains { $0.kind == kind } }
        guard let kind = kinds.first(where: { $0.walk(first, from: 0).count >= proof }) else { return false }
        let tail = read(max(start, size - Int64(window)), window)
        let places = 0..<max(0, min(tail.count, window / 2))
        guard let place = places.first(where: { kind.walk(tail, from: $0, atMost: proof).count == proof }) else { return false }
        let end = kind.walk(tail, from: place).end
        if end > tail.count { return true }
        // The rest may be a tag, or the start of a header.
        return end < tail.count && tail.count - end < kind.headerCount && tail[end] == tail[place]
    }

    /// Number of bytes that tell the size of a frame.
    private var headerCount: Int {
        switch self {
        case .mpeg: 4
        case .adts: 7
        case .loas: 3
        case .ac3: 6
        case .dts: 8
        case .gsm, .amr, .amrWideband: 1
        }
    }

    /// Goes from frame to frame. Returns the number of frames and the place behind the last one, which may lie behind the bytes.
    private func walk(_ bytes: [UInt8], from start: Int, atMost most: Int = .max) -> (count: Int, end: Int) {
        var offset = start, count = 0
        while count < most, offset + headerCount <= bytes.count, let length = frameLength(bytes, at: offset) {
            offset += length
            count += 1
        }
        return (count, offset)
    }

    /// Returns the number of bytes of the frame that begins at `place`; nil when none begins there.
    private func frameLength(_ bytes: [UInt8], at place: Int) -> Int? {
        func byte(_ offset: Int) -> Int { Int(bytes[place + offset]) }
        switch self {
        case .mpeg: return Self.mpegLength(byte(0), byte(1), byte(2))
        case .adts:
            guard byte(0) == 0xFF, byte(1) & 0xF6 == 0xF0 else { return nil }
            let length = (byte(3) & 3) << 11 | byte(4) << 3 | byte(5) >> 5
            return length >= 7 ? length : nil
        case .loas: return byte(0) == 0x56 && byte(1) & 0xE0 == 0xE0 ? 3 + (byte(1) & 0x1F) << 8 + byte(2) : nil
        case .ac3:
            guard byte(0) == 0x0B, byte(1) == 0x77 else { return nil }
            // E-AC-3 has its size as a number of 16-bit words.
            guard byte(5) >> 3 <= 10 else { return 2 * ((byte(2) & 7) << 8 + byte(3) + 1) }
            return Self.ac3Length(rate: byte(4) >> 6, code: byte(4) & 0x3F)
        case .dts:
            guard byte(0) == 0x7F, byte(1) == 0xFE, byte(2) == 0x80, byte(3) == 0x01 else { return nil }
            let length = (byte(5) & 3) << 12 | byte(6) << 4 | byte(7) >> 4
            return length >= 95 ? length + 1 : nil
        case .gsm: return byte(0) >> 4 == 0xD ? 33 : nil
        case .amr, .amrWideband:
            let sizes = self == .amr ? Self.amrSizes : Self.amrWidebandSizes, type = byte(0) >> 3 & 0x0F
            return byte(0) & 0x83 == 0 && sizes[type] > 0 ? sizes[type] : nil
        }
    }

    /// Sizes of AMR's frames by their type, with the header; 0 for types that no file has.
    private static let amrSizes = [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 0, 0, 0, 1]
    private static let amrWidebandSizes = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1]

    /// Bit rates in kbit/s of MPEG-1 by layer, and of MPEG-2 for layer I and for the others.
    private static let rates = (
        one: [
            [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448], [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        ],
        two: [
            [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256], [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ]
    )

    private static func mpegLength(_ first: Int, _ second: Int, _ third: Int) -> Int? {
        let version = second >> 3 & 3, layer = 4 - (second >> 1 & 3), code = third >> 4, hertz = third >> 2 & 3
        guard first == 0xFF, second >> 5 == 7, version != 1, layer < 4, (1...14).contains(code), hertz < 3 else { return nil }
        let isOne = version == 3, rate = 1_000 * (isOne ? rates.one[layer - 1] : rates.two[layer == 1 ? 0 : 1])[code - 1]
        let samples = mpegRate(version: version, code: hertz), padding = third >> 1 & 1
        return switch layer {
        case 1: (12 * rate / samples + padding) * 4
        case 3 where !isOne: 72 * rate / samples + padding
        default: 144 * rate / samples + padding
        }
    }

    /// Returns the sample rate of MPEG audio in Hz.
    ///
    /// - Parameters:
    ///   - version: the two bits of a frame's header: 3 for MPEG-1, 2 for MPEG-2, 0 for MPEG-2.5.
    ///   - code: the header's two bits for the rate, below 3.
    static func mpegRate(version: Int, code: Int) -> Int { [44_100, 48_000, 32_000][code] / (version == 3 ? 1 : version == 2 ? 2 : 4) }

    /// Bit rates of AC-3 in kbit/s.
    private static let ac3Rates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]

    private static func ac3Length(rate: Int, code: Int) -> Int? {
        guard code / 2 < ac3Rates.count else { return nil }
        let bits = ac3Rates[code / 2]
        return switch rate {
        case 0: 4 * bits
        case 1: 2 * (bits * 320 / 147 + code % 2)
        case 2: 6 * bits
        default: nil
        }
    }
}
