internal import Glibc
internal import Speech

/// The end of a file of Ogg, which tells whether the file was written completely.
package enum OggOpusEnd: Sendable, Equatable {
    /// The last page is whole, and marked as the last one.
    case complete(Duration)
    /// The file has no end.
    case missing

    /// Maximum length of a page: a header of 27 bytes, and 255 segments of 255 bytes with their lengths.
    private static let maxPage = 27 + 255 + 255 * 255

    /// Maximum position that counts, a year.
    private static let maxEnd: Int64 = 366 * 86_400 * 48_000

    /// Place of the stream's pre-skip in a file: behind the first page's header (28), in the packet `OpusHead` (RFC 7845, 5.1).
    private static let preSkip = 28 + 10

    /// Reads the end of a file; nil when the file cannot be read.
    package init?(of path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0, let tail = Self.read(descriptor, from: max(0, length - off_t(Self.maxPage)), to: length) else { return nil }
        guard let page = Self.lastPage(in: tail), length > Self.preSkip + 2,
            let skipped = Self.read(descriptor, from: off_t(Self.preSkip), to: off_t(Self.preSkip + 2))
        else {
            self = .missing
            return
        }
        // A damaged or hostile file may have any number here.
        let end = min(max(0, tail[page + 6..<page + 14].reversed().reduce(0) { $0 << 8 | Int64($1) }), Self.maxEnd)
        self = .complete(SampleCount(max(0, end - (Int64(skipped[0]) | Int64(skipped[1]) << 8))).duration(at: .opus))
    }

    private static func read(_ descriptor: Int32, from start: off_t, to end: off_t) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Int(end - start)), count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { rest in
                pread(descriptor, rest.baseAddress?.advanced(by: count), rest.count - count, start + off_t(count))
            }
            guard read > 0 else { return nil }
            count += read
        }
        return bytes
    }

    /// Returns the place of the last page, if that is whole and marked as the last one.
    ///
    /// - Parameter tail: the file's last bytes, with the whole last page.
    private static func lastPage(in tail: [UInt8]) -> Int? {
        let starts = stride(from: tail.count - 27, through: 0, by: -1).lazy.filter { tail[$0..<$0 + 4].elementsEqual("OggS".utf8) }
        for start in starts {
            let segments = start + 27, packets = segments + Int(tail[start + 26])
            guard packets <= tail.count else { continue }
            // A page that ends elsewhere is an earlier page, or bytes within a packet.
            guard packets + tail[segments..<packets].reduce(0, { $0 + Int($1) }) == tail.count else { continue }
            return tail[start + 5] & 4 != 0 ? start : nil
        }
        return nil
    }
}
