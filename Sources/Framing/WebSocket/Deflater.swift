import CZlib

/// Compresses the messages of one direction. A class, because its zlib state points back at itself and must not move.
final class Deflater {
    /// Memory of zlib for one stream with the longest window, in bytes.
    static let byteCount = 264 * 1024

    private let stream: UnsafeMutablePointer<z_stream>
    private let forgets: Bool
    private var compressed: [UInt8] = []

    /// - Parameters:
    ///   - windowBits: the base-2 logarithm of the window, 9…15.
    ///   - forgets: true to start anew with each message.
    init?(windowBits: Int, forgets: Bool) {
        self.forgets = forgets
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        // Level 1 and memory level 8: messages are small and many, so time counts more than the last per cent of size.
        guard deflateInit2_(stream, 1, Z_DEFLATED, -Int32(windowBits), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a message and calls `body` with the result, without the four bytes that WebSocket messages leave out.
    func deflate(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        compressed.removeAll(keepingCapacity: true)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16_384) { room in
            repeat {
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                CZlib.deflate(stream, Z_SYNC_FLUSH)
                compressed.append(contentsOf: room[..<(room.count - Int(stream.pointee.avail_out))])
            } while stream.pointee.avail_out == 0
        }
        if forgets { deflateReset(stream) }
        // With nothing to compress, zlib flushes only once; after that, the empty block is written here.
        if compressed.isEmpty { compressed = [0, 0, 0, 0xFF, 0xFF] }
        compressed.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.dropLast(4))) }
    }
}
