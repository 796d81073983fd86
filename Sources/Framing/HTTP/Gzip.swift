import CZlib

/// The gzip format of RFC 1952, for answers whose bytes are known beforehand, and for looking at the beginning of files.
package enum Gzip {
    /// Window of 32 KiB, and 16 for the gzip header.
    private static let windowBits: Int32 = 15 + 16

    /// Returns the bytes in gzip form, as small as zlib makes them; nil when zlib has no memory.
    package static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            return nil
        }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return output(of: &stream, for: bytes, limit: bound) { deflate(&$0, Z_FINISH) == Z_STREAM_END }
    }

    /// Returns what one step of zlib makes of the bytes; nil when the step fails.
    private static func output(of stream: inout z_stream, for bytes: [UInt8], limit: Int, _ step: (inout z_stream) -> Bool) -> [UInt8]? {
        var isSound = false
        let result = [UInt8](unsafeUninitializedCapacity: limit) { room, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                isSound = step(&stream)
                count = room.count - Int(stream.avail_out)
            }
        }
        return isSound ? result : nil
    }

    /// Returns the first bytes of what a gzip form has; fewer when the form is cut off, nil when the bytes are not the beginning of a gzip form.
    ///
    /// - Parameter limit: maximum number of bytes to return.
    package static func beginning(of bytes: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        // Z_BUF_ERROR: all of the input is used.
        return output(of: &stream, for: bytes, limit: limit) { [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(inflate(&$0, Z_SYNC_FLUSH)) }
    }

    /// Returns true if a client accepts answers in gzip form.
    package static func isAccepted(by headers: HTTPHeaders) -> Bool {
        headers.values("Accept-Encoding").contains { value in
            (HeaderElement.list(parsing: value) ?? []).contains { element in
                guard element.value.equalsIgnoringCase("gzip") else { return false }
                // A quality of zero forbids it.
                return element["q"].flatMap(Double.init) != 0
            }
        }
    }
}
