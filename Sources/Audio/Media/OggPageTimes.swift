internal import CAVFormat

/// Puts the packets of a page of Ogg that follows lost pages at the page's own time.
///
/// A page tells where its last packet ends. libav goes on from the end of the page before, so a page behind lost ones would stand early by their
/// length. The packets of such a page are read at once, and their lengths tell where the first one begins.
final class OggPageTimes {
    private typealias Packet = UnsafeMutablePointer<AVPacket>

    private let input: MediaInput
    /// The latest page of each stream of the container, with its place.
    private var latest: [Int32: (place: Int64, page: OggPage)] = [:]
    /// Packets that were read ahead, and the outcome of reading behind them; 0: nothing has ended.
    private var held: [Packet] = []
    private var outcome: Int32 = 0

    init(_ input: MediaInput) { self.input = input }

    deinit { for packet in held { release(packet) } }

    private func release(_ packet: Packet) {
        var packet: Packet? = packet
        av_packet_free(&packet)
    }

    /// Reads the next packet into `packet`, as `av_read_frame` does.
    func next(_ packet: UnsafeMutablePointer<AVPacket>, of format: UnsafeMutablePointer<AVFormatContext>?) -> Int32 {
        if !held.isEmpty {
            let first = held.removeFirst()
            av_packet_move_ref(packet, first)
            release(first)
            return 0
        }
        if outcome < 0 { return outcome }
        let code = av_read_frame(format, packet)
        guard code >= 0 else { return code }
        if let (count, length) = pageBehindLost(packet), count > 0 { place(packet, length, count, format) }
        return code
    }

    /// Place of the first page of the next link of a chained file, if reading has ended there: libav goes on to links of the same codec only. nil where
    /// no link begins between the latest packet and the place to which libav has read.
    var nextLink: Int64? {
        guard var place = latest.values.map({ $0.place }).max() else { return nil }
        let end = input.place
        while place < end, let page = input.oggPage(at: place) {
            if page.isFirst { return place }
            place += Int64(page.byteCount)
        }
        return nil
    }

    /// Returns the number of packets of a page that follows lost ones, and the time from the end of the page before to the page's end, in samples;
    /// nil for other pages.
    ///
    /// - Parameter packet: the page's first packet.
    private func pageBehindLost(_ packet: Packet) -> (count: Int, length: Int64)? {
        let stream = packet.pointee.stream_index, place = packet.pointee.pos, before = latest[stream]
        guard place >= 0, place != before?.place, let page = input.oggPage(at: place) else { return nil }
        latest[stream] = (place, page)
        guard let before, packet.pointee.pts != harken_av_no_time(), let length = Self.length(page, behind: before.page) else { return nil }
        return (page.packetCount, length)
    }

    /// Returns the time from the end of one page to the end of a later one, in samples; nil when no page between them is surely lost.
    ///
    /// A page that ends inside a packet may be followed by pages in which none begins, and which libav's packets do not show.
    static func length(_ page: OggPage, behind before: OggPage) -> Int64? {
        guard before.serial == page.serial, page.sequence > before.sequence + 1, !before.endsInsidePacket, let end = page.granule,
            let start = before.granule, end > start
        else { return nil }
        return end - start
    }

    /// Reads the rest of a page and moves its packets to where they end with the page.
    ///
    /// - Parameters:
    ///   - length: time from the end of the page before to the page's end. Streams of Ogg count time in samples, as pages do.
    ///   - count: number of the page's packets.
    private func place(_ first: Packet, _ length: Int64, _ count: Int, _ format: UnsafeMutablePointer<AVFormatContext>?) {
        var page = [first]
        while page.count < count {
            guard let packet = av_packet_alloc() else { break }
            let code = av_read_frame(format, packet)
            guard code >= 0 else {
                outcome = code
                release(packet)
                break
            }
            held.append(packet)
            // Packets that a parser has seen, and that have no time stamp of their own, have no place either.
            let isOfPage = packet.pointee.pos < 0 || packet.pointee.pos == first.pointee.pos
            guard isOfPage, packet.pointee.stream_index == first.pointee.stream_index else { break }
            page.append(packet)
        }
        let isLast = latest[first.pointee.stream_index]?.page.isLast ?? false
        let durations = Self.durations(page.map(\.pointee.duration), isLast: isLast && page.count == count)
        guard var time = Self.start(first.pointee.pts, length, durations) else { return }
        for (packet, duration) in zip(page, durations) {
            packet.pointee.pts = time
            packet.pointee.dts = time
            time += duration
        }
    }

    /// Returns the lengths of a page's packets. libav makes the last packet of some streams as long as the stream's end asks, so that it holds what
    /// was lost: it counts as no longer than the others.
    static func durations(_ durations: [Int64], isLast: Bool) -> [Int64] {
        guard isLast, let last = durations.last, let longest = durations.dropLast().max() else { return durations }
        return Array(durations.dropLast()) + [min(last, longest)]
    }

    /// Returns the time at which a page's packets begin, so that they end with the page; nil when they stay. All numbers come from the file.
    ///
    /// - Parameters:
    ///   - first: libav's time of the first packet.
    ///   - length: time from the end of the page before to the page's end.
    static func start(_ first: Int64, _ length: Int64, _ durations: [Int64]) -> Int64? {
        let (end, isTooLate) = first.addingReportingOverflow(length)
        guard !isTooLate else { return nil }
        var time = end
        for duration in durations {
            let (earlier, isTooEarly) = time.subtractingReportingOverflow(duration)
            guard duration > 0, !isTooEarly else { return nil }
            time = earlier
        }
        return time > first ? time : nil
    }
}
