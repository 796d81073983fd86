/// The parts of a live container as its bytes arrive: pages of Ogg, elements of Matroska, boxes of MP4, packets of a transport stream.
///
/// Tells whether a stream that has ended ends inside a part, and where pages of Ogg stand. A value without I/O. The bytes may be damaged or hostile:
/// one header and a few pages are kept, whatever sizes they claim.
struct StreamParts: Sendable {
    private enum Kind: Sendable {
        case ogg
        case matroska
        case mp4
        /// Packets of so many bytes. The mark stands behind so many others.
        case transport(packet: Int, mark: Int)
        /// Parts are not known, or not any more.
        case other
    }

    /// The kind of the container; nil before its first bytes.
    private var kind: Kind?
    /// Number of bytes so far.
    private var count: Int64 = 0
    /// Bytes of the header that is being read; before the kind is known, the first bytes.
    private var header: [UInt8] = []
    /// Number of bytes until the next header.
    private var rest: Int64 = 0
    /// Farthest end that a header has promised.
    private var promised: Int64 = 0
    /// True if the bytes were not a header, and the next one is looked for.
    private var isLost = false
    /// The latest pages with their places, in order.
    private var pages: [(place: Int64, page: OggPage)] = []

    /// Number of bytes that show the kind, and number of pages that are kept: libav reads a few thousand bytes ahead.
    private static let startCount = 12, maxPages = 512
    /// Greatest size of a block of Matroska that is believed.
    private static let maxBlock: Int64 = 16 << 20

    /// True if the stream ends inside a part, if it ends here.
    var endsInside: Bool {
        guard let kind, !isLost else { return false }
        switch kind {
        case .other: return false
        // One byte is a weak mark: any samples may begin with it. Three of them in a row prove it.
        case .transport(let packet, _) where count <= Int64(2 * packet): return false
        case .ogg, .matroska, .mp4, .transport: break
        }
        return rest > 0 || !header.isEmpty || promised > count
    }

    /// Returns the page at a place of the stream; nil when none is known there.
    func page(at place: Int64) -> OggPage? { pages.last { $0.place == place }?.page }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        if case .other? = kind { return }
        guard kind == nil else { return walk(bytes) }
        header.append(contentsOf: bytes)
        guard header.count >= Self.startCount else { return }
        let start = header
        header = []
        kind = Self.kind(of: start)
        start.withUnsafeBytes { walk($0) }
    }

    private static func kind(of start: [UInt8]) -> Kind {
        if start.starts(with: "OggS".utf8) { return .ogg }
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        if start[4...].starts(with: "ftyp".utf8) || start[4...].starts(with: "styp".utf8) { return .mp4 }
        if start[0] == 0x47 { return .transport(packet: 188, mark: 0) }
        return start[4] == 0x47 ? .transport(packet: 192, mark: 4) : .other
    }

    private mutating func walk(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while place < bytes.count {
            if rest > 0 {
                let skipped = min(rest, Int64(bytes.count - place))
                rest -= skipped
                count += skipped
                place += Int(skipped)
            } else {
                header.append(bytes[place])
                count += 1
                place += 1
                readHeader()
                if case .other? = kind { return }
            }
        }
    }

    private mutating func readHeader() {
        switch kind {
        case .ogg?: readPage()
        case .matroska?: readElement()
        case .mp4?: readBox()
        case .transport(let packet, let mark)?:
            guard header.count > mark else { return }
            guard header[mark] == 0x47 else { return kind = .other }
            begin(Int64(packet - header.count))
        case .other?, nil: break
        }
    }

    /// Begins a part, whose header has just been read.
    private mutating func begin(_ byteCount: Int64) {
        header = []
        rest = byteCount
        isLost = false
    }

    /// Removes bytes until the rest may be the start of a mark.
    private mutating func look(for mark: [UInt8]) {
        guard !mark.starts(with: header.prefix(mark.count)) else { return }
        isLost = true
        repeat { header.removeFirst() } while !mark.starts(with: header.prefix(mark.count))
    }
}

// MARK: Kinds

extension StreamParts {
    private mutating func readPage() {
        look(for: [0x4F, 0x67, 0x67, 0x53, 0])
        guard let length = OggPage.headerCount(header), header.count >= length, let page = OggPage(header) else { return }
        if pages.count >= Self.maxPages { pages.removeFirst(Self.maxPages / 2) }
        pages.append((count - Int64(length), page))
        begin(Int64(page.bodyCount))
    }

    private mutating func readBox() {
        guard header.count >= 8 else { return }
        func number(_ place: Int, _ count: Int) -> UInt64 { (0..<count).reduce(0) { $0 << 8 | UInt64(header[place + $1]) } }
        var size = number(0, 4)
        if size == 1 {
            guard header.count >= 16 else { return }
            size = number(8, 8)
        }
        // A box of 0 bytes reaches to the end. Other sizes below that of the header are damage.
        guard size >= UInt64(header.count), size < 1 << 60 else { return kind = .other }
        begin(Int64(size) - Int64(header.count))
    }

    /// Elements that a stream consists of, at its top, in its segment and in its clusters.
    private static let elements: Set<UInt32> = [
        0x1A45_DFA3, 0x1853_8067, 0x114D_9B74, 0x1549_A966, 0x1654_AE6B, 0x1C53_BB6B, 0x1254_C367, 0x1043_A770, 0x1941_A469, 0x1F43_B675,
        0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF, 0x5854, 0xEC, 0xBF,
    ]
    private static let segment: UInt32 = 0x1853_8067, cluster: UInt32 = 0x1F43_B675

    private mutating func readElement() {
        // Behind damage, the next cluster is looked for.
        if isLost { look(for: [0x1F, 0x43, 0xB6, 0x75]) }
        guard let first = header.first else { return }
        let idCount = first.leadingZeroBitCount + 1
        guard idCount <= 4 else { return lose() }
        guard header.count > idCount else { return }
        let id = header[..<idCount].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard Self.elements.contains(id) else { return lose() }
        let sizeCount = header[idCount].leadingZeroBitCount + 1
        guard sizeCount <= 8 else { return lose() }
        guard header.count >= idCount + sizeCount else { return }
        let bits = header[idCount..<idCount + sizeCount].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let mask = (UInt64(1) << UInt64(7 * sizeCount)) - 1, size = Int64(bits & mask)
        let isUnknown = UInt64(size) == mask
        if id == Self.segment || id == Self.cluster {
            // Their elements follow.
            if !isUnknown { promised = max(promised, count + size) }
            return begin(0)
        }
        guard !isUnknown, size <= Self.maxBlock || id > 0xFF else { return lose() }
        begin(size)
    }

    /// Looks for the next cluster.
    private mutating func lose() {
        isLost = true
        header.removeFirst()
        if !header.isEmpty { look(for: [0x1F, 0x43, 0xB6, 0x75]) }
    }
}
