import CZlib

/// Decompresses the messages of one direction. A class, because its zlib state points back at itself and must not move.
final class Inflater {
    enum Outcome: Equatable {
        case done, tooBig, invalid
    }

    /// Memory of zlib for one stream with the longest window, in bytes.
    static let byteCount = 44 * 1024

    private let stream: UnsafeMutablePointer<z_stream>
    private let forgets: Bool

    /// - Parameter forgets: true if the sender starts anew with each message.
    init?(windowBits: Int, forgets: Bool) {
        self.forgets = forgets
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative value means a bare deflate stream, without a zlib header.
        guard inflateInit2_(stream, -Int32(windowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses the next bytes of a message and appends the result, even the part before a failure.
    ///
    /// - Parameter limit: the maximum size of `output` in bytes, which stops a decompression bomb.
    func inflate(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int) -> Outcome {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16_384) { room in
            while true {
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                let result = CZlib.inflate(stream, Z_SYNC_FLUSH)
                let produced = room.count - Int(stream.pointee.avail_out)
                let fitting = min(produced, limit - output.count)
                output.append(contentsOf: room[..<fitting])
                guard fitting == produced else { return .tooBig }
                switch result {
                case Z_STREAM_END:
                    // A sender may end its deflate stream with a message (RFC 7692 section 7.2.3.4); the next bytes begin another stream.
                    guard inflateReset(stream) == Z_OK else { return .invalid }
                    if stream.pointee.avail_in == 0 { return .done }
                case Z_OK:
                    if stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 { return .done }
                case Z_BUF_ERROR:
                    return .done
                default:
                    return .invalid
                }
            }
        }
    }

    /// Ends a message: adds the four bytes that senders leave out.
    func finish(into output: inout [UInt8], limit: Int) -> Outcome {
        let tail: [UInt8] = [0, 0, 0xFF, 0xFF]
        let outcome = tail.withUnsafeBytes { inflate($0, into: &output, limit: limit) }
        if outcome == .done, forgets { inflateReset(stream) }
        return outcome
    }
}
