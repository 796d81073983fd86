internal import Continuity
internal import Glibc

/// A segment of an earlier run, for reading. Held open, so it can be read even after its name is deleted.
///
/// Read by system calls and not mapped: a disk that cannot deliver a page must end a recovery, not the gateway.
package final class JournalFile: Sendable {
    let path: String
    let loop: Int
    let number: UInt32
    let length: Int
    private let descriptor: Int32

    init(path: String, loop: Int, number: UInt32) throws(JournalError) {
        self.path = path
        self.loop = loop
        self.number = number
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotRead(path: path, reason: String(cString: strerror(code)))
        }
        length = Int(information.st_size)
    }

    deinit { close(descriptor) }

    /// Fills the buffer with the file's bytes from `offset`.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) {
        guard try readWhatIsThere(buffer, at: offset) == buffer.count else {
            throw .cannotRead(path: path, reason: "the file ends before byte \(offset + buffer.count)")
        }
    }

    private func readWhatIsThere(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Outcome of a scan.
    package enum ScanEnd: Equatable {
        /// Every byte belongs to a block, or to the zeros that fill the last page.
        case whole
        /// This number of bytes at the end does not form a whole block: the write was cut off.
        case torn(Int)
        /// The next block is of another version of the format.
        case otherVersion
    }

    /// Calls `body` with each whole block, its payload and its offset, in order.
    func scan(_ body: (JournalBlock, UnsafeRawBufferPointer, Int) -> Void) throws(JournalError) -> ScanEnd {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        // `base` is the file offset of the buffer's first byte, `filled` the number of valid bytes in the buffer, `start` the place of the next block
        // in the buffer.
        var base = 0, filled = 0, start = 0
        while true {
            var wanted = JournalBlock.headerLength
            if filled - start >= wanted {
                let (step, end) = buffer.withUnsafeBytes { bytes -> (Int, ScanEnd?) in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[start..<filled])
                    guard let block = JournalBlock(header: rest) else {
                        if JournalBlock.isOfAnotherVersion(rest) { return (0, .otherVersion) }
                        return (0, rest[..<JournalBlock.headerLength].allSatisfy { $0 == 0 } ? .whole : .torn(length - base - start))
                    }
                    wanted = block.length
                    guard rest.count >= wanted else { return (0, nil) }
                    let whole = UnsafeRawBufferPointer(rebasing: rest[..<wanted])
                    guard JournalBlock.isIntact(whole) else { return (0, .torn(length - base - start)) }
                    body(block, UnsafeRawBufferPointer(rebasing: whole[JournalBlock.headerLength...]), base + start)
                    return (wanted, nil)
                }
                if let end { return end }
                start += step
                if step > 0 { continue }
            }
            // Reads more of the file, behind the block that is moved to the buffer's beginning.
            buffer.removeSubrange(..<start)
            base += start
            filled -= start
            start = 0
            buffer.append(contentsOf: repeatElement(0, count: max(1 << 20, wanted) - buffer.count))
            var got = 0
            var span = buffer.mutableSpan
            try span.withUnsafeMutableBytes { (bytes) throws(JournalError) in
                got = try readWhatIsThere(UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]), at: base + filled)
            }
            filled += got
            if got == 0 {
                let isFilling = buffer[..<filled].allSatisfy { $0 == 0 }
                return isFilling ? .whole : .torn(filled)
            }
        }
    }
}
