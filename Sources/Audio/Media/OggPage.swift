/// The header of a page of Ogg.
struct OggPage: Sendable, Equatable {
    /// Number of bytes of a header without its table.
    static let headerCount = 27

    /// Number of the logical stream that the page belongs to.
    var serial: Int64
    /// Number of the page in its logical stream.
    var sequence: Int64
    /// End of the page's last whole packet, in samples; nil when no packet ends in the page.
    var granule: Int64?
    /// Number of packets that end in the page and begin in it.
    var packetCount: Int
    /// True if the page's last packet goes on in the next page.
    var endsInsidePacket: Bool
    /// True if the page is the first one of its stream.
    var isFirst: Bool
    /// True if the page is the last one of its stream.
    var isLast: Bool
    /// Number of bytes of the packets.
    var bodyCount: Int
    /// Number of bytes of the whole page.
    var byteCount: Int

    /// Returns the number of bytes of the header that begins `bytes`; nil: more bytes are needed.
    static func headerCount(_ bytes: [UInt8]) -> Int? { bytes.count > 26 ? headerCount + Int(bytes[26]) : nil }

    /// - Parameter bytes: the header, or more; nil is the result for anything else.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [0x4F, 0x67, 0x67, 0x53, 0]), let count = Self.headerCount(bytes), bytes.count >= count else { return nil }
        func number(_ place: Int, _ count: Int) -> UInt64 { (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) } }
        let end = number(6, 8), table = bytes[27..<count]
        granule = end < 1 << 62 ? Int64(end) : nil
        serial = Int64(number(14, 4))
        sequence = Int64(number(18, 4))
        let isContinued = bytes[5] & 1 != 0
        packetCount = max(0, table.count { $0 < 255 } - (isContinued ? 1 : 0))
        endsInsidePacket = table.last == 255
        isFirst = bytes[5] & 2 != 0
        isLast = bytes[5] & 4 != 0
        bodyCount = table.reduce(0) { $0 + Int($1) }
        byteCount = count + bodyCount
    }
}
