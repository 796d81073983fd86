internal import Speech

/// Checks a file of Opus in Ogg while it comes: files pass if `OggOpusFile` and `OggOpusCut` could have written them. Holds at most a page.
///
/// Another gateway's file is cut and silenced in this process later, so a file that would need much memory or time there is refused.
package struct OggOpusCheck: Sendable {
    private static let refusal = MediaError.undecodable("the file is not Opus in Ogg as Harken writes it")
    /// Maximum duration of a file.
    private static let longest = Duration.seconds(2 * 86_400)
    /// Rate of the time in every Opus stream.
    private static let rate: Int64 = 48_000
    /// Minimum length of a packet, in samples: 10 ms. Harken's encoder makes packets of 20 ms, and short ones would make a file of very many packets.
    private static let minPacket = 480
    /// Maximum time, in samples, for which the packets of a page may reach beyond the page's position.
    private static let slack = 2 * rate
    private static let headSize = 27

    /// Bytes of the page that is not complete yet.
    private var page: [UInt8] = []
    private var pageCount = 0
    private var serial: [UInt8] = []
    private var preSkip: Int64 = 0
    /// Samples in all packets so far.
    private var position: Int64 = 0
    /// Position that the latest page names.
    private var granule: Int64 = 0
    private var isEnded = false

    package init() {}

    /// Checks the next bytes of the file.
    package mutating func append(_ bytes: [UInt8]) throws(MediaError) {
        var offset = 0
        while offset < bytes.count {
            let missing = (Self.length(of: page) ?? Self.headSize) - page.count
            let used = min(missing, bytes.count - offset)
            page += bytes[offset..<offset + used]
            offset += used
            guard let length = Self.length(of: page), page.count == length else { continue }
            try checkPage()
            page.removeAll(keepingCapacity: true)
        }
    }

    /// Ends the file.
    ///
    /// - Returns: the duration of the audio.
    package func finish() throws(MediaError) -> Duration {
        guard isEnded, page.isEmpty, granule > preSkip else { throw Self.refusal }
        return SampleCount(granule - preSkip).duration(at: .opus)
    }

    /// Returns the number of bytes that a page needs at least, by those that are there; nil before its head is complete.
    private static func length(of page: [UInt8]) -> Int? {
        guard page.count >= headSize else { return nil }
        let packets = headSize + Int(page[26])
        guard page.count >= packets else { return packets }
        return packets + page[headSize..<packets].reduce(0) { $0 + Int($1) }
    }

    private mutating func checkPage() throws(MediaError) {
        let flags = page[5], isFirst = pageCount == 0
        guard page.starts(with: "OggS".utf8), page[4] == 0, flags & 1 == 0, (flags & 2 != 0) == isFirst, !isEnded else { throw Self.refusal }
        if isFirst { serial = Array(page[14..<18]) }
        guard page[14..<18].elementsEqual(serial) else { throw Self.refusal }
        let packets = try packets()
        switch pageCount {
        case 0: try checkHead(packets)
        case 1: guard packets.count == 1, page[packets[0]].starts(with: "OpusTags".utf8) else { throw Self.refusal }
        default: try checkAudio(packets)
        }
        isEnded = flags & 4 != 0
        pageCount += 1
    }

    /// Returns the ranges of the page's packets, all of which must be whole.
    private func packets() throws(MediaError) -> [Range<Int>] {
        var start = Self.headSize + Int(page[26]), end = start
        var packets: [Range<Int>] = []
        for lacing in page[Self.headSize..<start] {
            end += Int(lacing)
            guard lacing < 255 else { continue }
            packets.append(start..<end)
            start = end
        }
        guard start == end else { throw Self.refusal }
        return packets
    }

    private mutating func checkHead(_ packets: [Range<Int>]) throws(MediaError) {
        guard packets.count == 1 else { throw Self.refusal }
        let head = Array(page[packets[0]])
        // Version 1, one or two channels, no table of channels (RFC 7845, 5.1).
        guard head.count == 19, head.starts(with: "OpusHead".utf8), head[8] == 1, (1...2).contains(head[9]), head[18] == 0 else { throw Self.refusal }
        preSkip = Int64(head[10]) | Int64(head[11]) << 8
    }

    private mutating func checkAudio(_ packets: [Range<Int>]) throws(MediaError) {
        for packet in packets {
            let samples = OggOpusCut.samples(of: page[packet])
            guard samples >= Self.minPacket else { throw Self.refusal }
            position += Int64(samples)
        }
        guard position <= Self.rate * Int64(Self.longest / .seconds(1)) else { throw .tooLong(Self.longest) }
        let named = page[6..<14].reversed().reduce(0) { $0 << 8 | Int64($1) }
        guard named >= granule, named <= position, position - named <= Self.slack else { throw Self.refusal }
        granule = named
    }
}
