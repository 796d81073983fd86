import Glibc

/// Reads the parts of a request's body, one after the other.
struct UploadReader: ~Copyable {
    private let parts: [HTTPClientRequest.BodyPart]
    /// Size of all parts together, in bytes.
    let byteCount: Int
    private var index = 0
    private var offset = 0
    private var descriptor: Int32 = -1

    /// - Throws: `.file` when one of the files cannot be read.
    init(_ parts: [HTTPClientRequest.BodyPart]) throws(HTTPClientError) {
        self.parts = parts
        var total = 0
        for part in parts {
            switch part {
            case .bytes(let bytes): total += bytes.count
            case .file(let path):
                var status = stat()
                guard stat(path, &status) == 0 else { throw .file(path: path, SystemError(call: "stat")) }
                total += Int(status.st_size)
            case .slice(let path, let range):
                guard access(path, R_OK) == 0 else { throw .file(path: path, SystemError(call: "access")) }
                total += range.count
            }
        }
        byteCount = total
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    mutating func rewind() {
        index = 0
        offset = 0
        closeFile()
    }

    /// Returns the number of bytes read; 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(HTTPClientError) -> Int {
        while index < parts.count {
            let count: Int
            switch parts[index] {
            case .bytes(let bytes):
                count = min(buffer.count, bytes.count - offset)
                buffer.copyBytes(from: bytes[offset..<offset + count])
            case .file(let path): count = try readFile(path, at: offset, into: buffer)
            case .slice(let path, let range):
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(range.count - offset))
                count = rest.isEmpty ? 0 : try readFile(path, at: range.lowerBound + offset, into: rest)
            }
            offset += count
            if count > 0 { return count }
            index += 1
            offset = 0
            closeFile()
        }
        return 0
    }

    private mutating func readFile(_ path: String, at place: Int, into buffer: UnsafeMutableRawBufferPointer) throws(HTTPClientError) -> Int {
        if descriptor < 0 { descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        let count = descriptor < 0 ? -1 : pread(descriptor, buffer.baseAddress, buffer.count, off_t(place))
        guard count >= 0 else { throw .file(path: path, SystemError(call: "read")) }
        return count
    }

    private mutating func closeFile() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
