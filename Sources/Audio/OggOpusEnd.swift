internal import Glibc

/// The end of a file of Ogg, which tells whether the file was written completely.
package enum OggOpusEnd {
    /// Maximum length of a page: a header of 27 bytes, and 255 segments of 255 bytes with their lengths.
    private static let maxPage = 27 + 255 + 255 * 255

    /// Returns true if the file ends with a whole page that is marked as the last one. Returns nil when the file cannot be read.
    package static func isComplete(_ path: String) -> Bool? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else { return nil }
        let start = max(0, length - off_t(maxPage))
        var tail = [UInt8](repeating: 0, count: Int(length - start)), count = 0
        while count < tail.count {
            let read = tail.withUnsafeMutableBytes { rest in
                pread(descriptor, rest.baseAddress?.advanced(by: count), rest.count - count, start + off_t(count))
            }
            guard read > 0 else { return nil }
            count += read
        }
        return isComplete(tail: tail)
    }

    /// - Parameter tail: the file's last bytes, with the whole last page.
    private static func isComplete(tail: [UInt8]) -> Bool {
        let starts = stride(from: tail.count - 27, through: 0, by: -1).lazy.filter { tail[$0..<$0 + 4].elementsEqual("OggS".utf8) }
        for start in starts {
            let segments = start + 27, packets = segments + Int(tail[start + 26])
            guard packets <= tail.count else { continue }
            // A page that ends elsewhere is an earlier page, or bytes within a packet.
            if packets + tail[segments..<packets].reduce(0, { $0 + Int($1) }) == tail.count { return tail[start + 5] & 4 != 0 }
        }
        return false
    }
}
