import CZlib

/// The gzip format of RFC 1952, for answers whose bytes are known beforehand.
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
        var isWhole = false
        let result = [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = room.count - Int(stream.avail_out)
            }
        }
        return isWhole ? result : nil
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
