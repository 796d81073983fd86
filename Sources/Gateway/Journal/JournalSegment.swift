internal import Glibc

/// One file of a log, open for as long as somebody may read it.
struct JournalSegment: ~Copyable {
    let number: UInt32
    let path: String
    let descriptor: Int32
    /// Bytes written.
    var length = 0
    /// Sessions that wrote into it and have not ended.
    var sessions: Set<UInt64> = []

    init(directory: String, loop: Int, number: UInt32) throws(JournalError) {
        self.number = number
        path = "\(directory)/\(Self.name(loop: loop, number: number))"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    static func name(loop: Int, number: UInt32) -> String { "\(loop)-\(number).journal" }

    /// The loop and number that a file's name holds.
    static func parse(_ name: String) -> (loop: Int, number: UInt32)? {
        guard name.hasSuffix(".journal") else { return nil }
        let parts = name.dropLast(8).split(separator: "-")
        guard parts.count == 2, let loop = Int(parts[0]), let number = UInt32(parts[1]) else { return nil }
        return (loop, number)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(length + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
            }
            done += count
        }
        length += bytes.count
    }

    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotRead(path: path, reason: count == 0 ? "it ends before byte \(offset + buffer.count)" : String(cString: strerror(errno)))
            }
            done += count
        }
    }

    consuming func delete() { unlink(path) }
}
