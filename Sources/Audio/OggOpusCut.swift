internal import FoundationEssentials
internal import Glibc
internal import Speech

/// A part of a file of Opus in Ogg, written as a file of its own. The packets are copied unchanged.
package struct OggOpusCut: Sendable, Equatable {
    /// Start of the part in the original file: the start of the packet in which `from` lies.
    package var start: Duration
    package var duration: Duration
    package var byteCount: Int

    /// Rate of the time in every Opus stream.
    private static let rate = 48_000.0
    /// Maximum audio in a page, in samples of that rate: as in the pages of live streams.
    private static let maxInPage = 48_000

    /// Writes the packets from `from` to `to` to a new file.
    ///
    /// - Returns: nil when no packet lies in that interval; nothing is written then.
    package static func write(_ path: String, from: Duration, to: Duration, of source: String) throws(MediaError) -> OggOpusCut? {
        let file = try Content(of: source), bytes = file.bytes, stream = file.stream, head = file.head, preSkip = file.preSkip
        // End of each packet, in the decoder's samples.
        var ends: [Int] = []
        var position = 0
        let packets = stream.packets[2...]
        for packet in packets {
            position += samples(of: bytes[packet.range])
            ends.append(position)
        }
        let wanted = { (time: Duration) in Int((time / .seconds(1) * rate).rounded()) + preSkip }
        let (first, last) = (from <= .zero ? 0 : wanted(from), wanted(to))
        let length = min(position, stream.granule)
        guard let begin = ends.firstIndex(where: { $0 > first }) else { return nil }
        // The packet in which `to` lies is left out, unless the file ends there too.
        let end = last >= length ? ends.count : ends.firstIndex { $0 > last } ?? ends.count
        guard begin < end else { return nil }
        let cut = begin == 0 ? 0 : ends[begin - 1]
        let through = min(ends[end - 1], length)
        var newHead = head
        let skipped = max(0, preSkip - cut)
        newHead[10] = UInt8(truncatingIfNeeded: skipped)
        newHead[11] = UInt8(truncatingIfNeeded: skipped >> 8)
        var writer = Writer(serial: stream.serial)
        writer.page([newHead], granule: 0, flags: 2)
        writer.page([Array(bytes[stream.packets[1].range])], granule: 0, flags: 0)
        var page: [[UInt8]] = [], segments = 0, pageStart = cut
        for index in begin..<end {
            let packet = Array(bytes[packets[packets.startIndex + index].range])
            if segments + packet.count / 255 + 1 > 255 || (index > begin && ends[index - 1] - pageStart >= maxInPage) {
                writer.page(page, granule: ends[index - 1] - cut, flags: 0)
                (page, segments, pageStart) = ([], 0, ends[index - 1])
            }
            page.append(packet)
            segments += packet.count / 255 + 1
        }
        writer.page(page, granule: max(through - cut, 0), flags: 4)
        // The file is forced to the disk: the original may be deleted as soon as its parts exist.
        try store(writer.bytes, path)
        let start = max(0, cut - preSkip)
        return OggOpusCut(
            start: SampleCount(start).duration(at: .opus), duration: SampleCount(max(0, through - preSkip - start)).duration(at: .opus),
            byteCount: writer.bytes.count)
    }

    /// Writes a copy of a file without the sound between `from` and `to`. The packets of that time, and the one after them, become packets without
    /// data, so the copy is as long as the original and has nothing of that sound.
    ///
    /// - Returns: size of the copy in bytes; nil when the file has no sound there already. Nothing is written then.
    package static func silence(_ path: String, from: Duration, to: Duration, of source: String) throws(MediaError) -> Int? {
        try silence(path, [from..<max(from, to)], of: source)
    }

    /// Writes a copy of a file without the sound of some times: see `silence(_:from:to:of:)`. The copy may take the place of the file.
    package static func silence(_ path: String, _ times: [Range<Duration>], of source: String) throws(MediaError) -> Int? {
        let file = try Content(of: source), bytes = file.bytes, stream = file.stream
        guard !file.isSilent(at: times) else { return nil }
        var silent = SilentPackets(at: times, preSkip: file.preSkip)
        var writer = Writer(serial: stream.serial)
        writer.page([file.head], granule: 0, flags: 2)
        writer.page([Array(bytes[stream.packets[1].range])], granule: 0, flags: 0)
        var page: [[UInt8]] = [], segments = 0, pageStart = 0
        for place in stream.packets[2...] {
            let start = silent.position
            let packet = silent.next(bytes[place.range]) ?? Array(bytes[place.range])
            if segments + packet.count / 255 + 1 > 255 || (!page.isEmpty && start - pageStart >= maxInPage) {
                writer.page(page, granule: start, flags: 0)
                (page, segments, pageStart) = ([], 0, start)
            }
            page.append(packet)
            segments += packet.count / 255 + 1
        }
        writer.page(page, granule: min(silent.position, stream.granule), flags: 4)
        try store(writer.bytes, path)
        return writer.bytes.count
    }

    /// Returns a file's bytes. Only one copy of them is made: a file may have hundreds of megabytes.
    private static func content(of path: String) throws(MediaError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw unreadable(path, errno) }
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            while count < buffer.count {
                let read = pread(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, off_t(count))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else {
                    code = read < 0 ? errno : 0
                    return
                }
                count += read
            }
        }
        guard bytes.count == Int(size) else { throw unreadable(path, code) }
        return bytes
    }

    /// - Parameter code: the value of `errno`; 0: the file has become shorter.
    private static func unreadable(_ path: String, _ code: Int32) -> MediaError {
        .opening("\(path) cannot be read" + (code == 0 ? "" : ": \(String(cString: strerror(code)).lowercased())"), code)
    }

    /// Writes a file, and forces it to the disk.
    private static func store(_ bytes: [UInt8], _ path: String) throws(MediaError) {
        let isWritten = FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        let descriptor = isWritten ? open(path, O_WRONLY | O_CLOEXEC) : -1
        guard descriptor >= 0 else { throw .unavailable("\(path) cannot be written") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable("\(path) cannot be written") }
    }

    /// Returns a packet of the same duration whose frames have no data (RFC 6716, 3.2).
    private static func silent(_ packet: ArraySlice<UInt8>) -> [UInt8] {
        guard let first = packet.first else { return [] }
        switch first & 3 {
        case 0: return [first]
        case 1, 2: return [first & ~3 | 1]
        default: return packet.count > 1 ? [first, packet[packet.startIndex + 1] & 63] : Array(packet)
        }
    }

    /// Returns the number of samples in a packet, by its first bytes (RFC 6716, 3.1).
    static func samples(of packet: ArraySlice<UInt8>) -> Int {
        guard let first = packet.first else { return 0 }
        let configuration = Int(first >> 3)
        let frame =
            switch configuration {
            case 0..<12: [480, 960, 1_920, 2_880][configuration % 4]
            case 12..<16: [480, 960][configuration % 2]
            default: [120, 240, 480, 960][configuration % 4]
            }
        switch first & 3 {
        case 0: return frame
        case 1, 2: return 2 * frame
        default: return packet.count > 1 ? Int(packet[packet.startIndex + 1] & 63) * frame : 0
        }
    }

    /// A file's bytes, and the places of its packets.
    private struct Content {
        let bytes: [UInt8]
        /// The stream, which has at least the two packets before the sound.
        let stream: Stream
        /// The first packet, which describes the stream.
        let head: [UInt8]
        /// Samples of the decoder before the file's first one.
        let preSkip: Int

        init(of path: String) throws(MediaError) {
            bytes = try OggOpusCut.content(of: path)
            guard let stream = Stream(bytes), stream.packets.count >= 2 else { throw .unreadable("\(path) is not Opus in Ogg") }
            self.stream = stream
            head = Array(bytes[stream.packets[0].range])
            guard head.count >= 19, head.starts(with: "OpusHead".utf8) else { throw .unreadable("\(path) is not Opus in Ogg") }
            preSkip = Int(head[10]) | Int(head[11]) << 8
        }

        /// Returns true if the file has no sound at some times: no packet would change if they were silenced.
        func isSilent(at times: [Range<Duration>]) -> Bool {
            var silent = SilentPackets(at: times, preSkip: preSkip)
            return stream.packets[2...].allSatisfy { place in
                let packet = bytes[place.range]
                return silent.next(packet)?.elementsEqual(packet) ?? true
            }
        }
    }

    /// Finds the packets that have the sound of some times. The packets are given in their order.
    private struct SilentPackets {
        /// The times, in the decoder's samples.
        private let times: [(first: Int, last: Int)]
        /// End of the packets so far, in the decoder's samples.
        private(set) var position = 0
        private var isAfterTime = false

        init(at times: [Range<Duration>], preSkip: Int) {
            let wanted = { (time: Duration) in Int((time / .seconds(1) * OggOpusCut.rate).rounded()) + preSkip }
            self.times = times.map { (first: $0.lowerBound <= .zero ? 0 : wanted($0.lowerBound), last: wanted($0.upperBound)) }
        }

        /// Returns the silent packet that takes the place of the next one; nil when that stays as it is.
        mutating func next(_ packet: ArraySlice<UInt8>) -> [UInt8]? {
            let start = position, end = position + OggOpusCut.samples(of: packet)
            let isIn = times.contains { end > $0.first && start < $0.last }
            defer { (position, isAfterTime) = (end, isIn) }
            // The packet after the time may have a copy of the sound before it (RFC 6716, 2.1.7).
            return isIn || isAfterTime ? OggOpusCut.silent(packet) : nil
        }
    }

    /// The packets of a file's first stream.
    private struct Stream {
        /// A packet's place in the file, in few bytes: a long file has millions of packets.
        struct Packet {
            var start: UInt32
            var count: UInt16

            var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
        }

        var packets: [Packet] = []
        var serial: UInt32 = 0
        /// Granule position at the end of the stream, never negative.
        var granule = 0

        /// Reads the stream; nil when the file is not Ogg, or when a packet continues in another page, which Harken's own files never have.
        init?(_ bytes: [UInt8]) {
            guard bytes.count <= UInt32.max else { return nil }
            var offset = 0
            let number = { (at: Int, count: Int) in (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << (8 * UInt64($1)) } }
            while offset + 27 <= bytes.count {
                guard bytes[offset..<offset + 4].elementsEqual("OggS".utf8), bytes[offset + 5] & 1 == 0 else { return nil }
                let count = Int(bytes[offset + 26])
                guard offset + 27 + count <= bytes.count else { return nil }
                serial = UInt32(number(offset + 14, 4))
                granule = max(0, Int(truncatingIfNeeded: number(offset + 6, 8)))
                var start = offset + 27 + count, end = start
                for lacing in bytes[offset + 27..<start] {
                    end += Int(lacing)
                    guard end <= bytes.count else { return nil }
                    if lacing < 255 {
                        packets.append(Packet(start: UInt32(start), count: UInt16(end - start)))
                        start = end
                    }
                }
                guard start == end else { return nil }
                offset = end
            }
            guard offset == bytes.count else { return nil }
        }
    }

    private struct Writer {
        var bytes: [UInt8] = []
        let serial: UInt32
        private var sequence: UInt32 = 0

        init(serial: UInt32) { self.serial = serial }

        mutating func page(_ packets: [[UInt8]], granule: Int, flags: UInt8) {
            let start = bytes.count
            bytes += Array("OggS".utf8) + [0, flags]
            put(UInt64(granule))
            put(serial)
            put(sequence)
            put(UInt32(0))
            sequence += 1
            let lacing = packets.flatMap { Array(repeating: UInt8(255), count: $0.count / 255) + [UInt8($0.count % 255)] }
            bytes.append(UInt8(lacing.count))
            bytes += lacing
            for packet in packets { bytes += packet }
            let sum = Self.checksum(bytes[start...])
            for index in 0..<4 { bytes[start + 22 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
        }

        private mutating func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }

        private static let table: [UInt32] = (0..<256).map { index in
            (0..<8).reduce(UInt32(index) << 24) { value, _ in value & 0x8000_0000 == 0 ? value << 1 : value << 1 ^ 0x04C1_1DB7 }
        }

        private static func checksum(_ page: ArraySlice<UInt8>) -> UInt32 {
            page.reduce(UInt32(0)) { $0 << 8 ^ table[Int(UInt8(truncatingIfNeeded: $0 >> 24) ^ $1)] }
        }
    }
}
