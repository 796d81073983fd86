internal import CXXHash
package import Speech

/// The unit of a journal: a header of 48 bytes and a payload, with a checksum over both.
///
/// Layout, little-endian: magic `HKJ1` (4) · payload length (4) · XXH3-64 of all that follows it in the block (8) · session (8) · position (8) ·
/// previous block of the session, segment (4) and offset (4) · sample rate (4) · kind (1) · channels (1) · zero (2). Blocks of many sessions are
/// interleaved in one log; each points to the block before it of its own session, so a session is read without reading the others. The first block
/// whose checksum does not match is the end of a log that was cut off.
package struct JournalBlock: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
        /// Payload: a `SessionRecord`.
        case opened = 1
        /// Payload: 16-bit little-endian PCM, interleaved. Position: its first sample.
        case audio = 2
        /// Payload: a commit. Position: the first sample that the commit settles.
        case commit = 3
        /// No payload. Position: the end of the audio. The session is complete, and its transcript is kept elsewhere.
        case closed = 4
        /// Payload: a commit of words that came after their gap was reported to the client. Position: the first sample that the commit settles.
        case mend = 5
        /// Payload: erased audio or words of a session that is over. The payload is not read and has no checksum. Erasing changes the kind byte
        /// first, so an interrupted erasure never makes the log seem to end there.
        case erased = 6
    }

    package static let headerLength = 48
    /// Offset of the block's kind, a byte.
    package static let kindOffset = 44
    /// Maximum payload length in bytes. No session writes more at once, so a header with a larger length is not valid.
    package static let maxPayload = 16 << 20
    private static let magic: UInt32 = 0x314A_4B48

    package var kind: Kind
    /// Number of the session, unique within the log.
    package var session: UInt64
    package var position: SampleIndex
    package var previous: JournalLocation
    package var rate: SampleRate
    package var channels: Int
    package var payloadLength: Int

    package init(
        kind: Kind, session: UInt64, position: SampleIndex, previous: JournalLocation, rate: SampleRate, channels: Int, payloadLength: Int
    ) {
        self.kind = kind
        self.session = session
        self.position = position
        self.previous = previous
        self.rate = rate
        self.channels = channels
        self.payloadLength = payloadLength
    }

    package var length: Int { Self.headerLength + payloadLength }

    /// Writes header and payload: `length` bytes.
    ///
    /// - Parameter place: memory for at least `length` bytes, at any alignment.
    package func write(payload: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
        place.storeBytes(of: Self.magic.littleEndian, as: UInt32.self)
        place.storeBytes(of: UInt32(payload.count).littleEndian, toByteOffset: 4, as: UInt32.self)
        place.storeBytes(of: session.littleEndian, toByteOffset: 16, as: UInt64.self)
        place.storeBytes(of: position.samples.littleEndian, toByteOffset: 24, as: Int64.self)
        place.storeBytes(of: previous.segment.littleEndian, toByteOffset: 32, as: UInt32.self)
        place.storeBytes(of: previous.offset.littleEndian, toByteOffset: 36, as: UInt32.self)
        place.storeBytes(of: UInt32(truncatingIfNeeded: rate.hertz).littleEndian, toByteOffset: 40, as: UInt32.self)
        place.storeBytes(of: kind.rawValue, toByteOffset: 44, as: UInt8.self)
        place.storeBytes(of: UInt8(truncatingIfNeeded: channels), toByteOffset: 45, as: UInt8.self)
        place.storeBytes(of: 0, toByteOffset: 46, as: UInt16.self)
        if let source = payload.baseAddress { (place + Self.headerLength).copyMemory(from: source, byteCount: payload.count) }
        let sum = Self.checksum(UnsafeRawBufferPointer(start: place, count: length))
        place.storeBytes(of: sum.littleEndian, toByteOffset: 8, as: UInt64.self)
    }

    /// Appends header and payload to `log`.
    package func append(payload: UnsafeRawBufferPointer, to log: inout [UInt8]) {
        let start = log.count
        log.append(contentsOf: repeatElement(0, count: length))
        log.withUnsafeMutableBytes { bytes in
            if let first = bytes.baseAddress { write(payload: payload, to: first + start) }
        }
    }

    /// Reads a header without checking the block's checksum; nil when the bytes are not a valid header.
    package init?(header: UnsafeRawBufferPointer) {
        guard header.count >= Self.headerLength, UInt32(littleEndian: header.loadUnaligned(as: UInt32.self)) == Self.magic else { return nil }
        let length = UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard length <= Self.maxPayload, let kind = Kind(rawValue: header[44]) else { return nil }
        self.kind = kind
        session = UInt64(littleEndian: header.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        position = SampleIndex(Int64(littleEndian: header.loadUnaligned(fromByteOffset: 24, as: Int64.self)))
        previous = JournalLocation(
            segment: UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 32, as: UInt32.self)),
            offset: UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 36, as: UInt32.self)))
        rate = SampleRate(hertz: Int(UInt32(littleEndian: header.loadUnaligned(fromByteOffset: 40, as: UInt32.self))))
        channels = Int(header[45])
        payloadLength = Int(length)
    }

    /// Returns true if the header is a journal block's of another version of the format.
    package static func isOfAnotherVersion(_ header: UnsafeRawBufferPointer) -> Bool {
        header.count >= 4 && header[..<3].elementsEqual("HKJ".utf8) && header[3] != UInt8(truncatingIfNeeded: magic >> 24)
    }

    /// Returns true if the checksum of `block`, a header with its whole payload, matches. Erased blocks always count as intact.
    package static func isIntact(_ block: UnsafeRawBufferPointer) -> Bool {
        guard block.count >= headerLength else { return false }
        if block[kindOffset] == Kind.erased.rawValue { return true }
        return UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) == checksum(block)
    }

    private static func checksum(_ block: UnsafeRawBufferPointer) -> UInt64 {
        let rest = UnsafeRawBufferPointer(rebasing: block[16...])
        return harken_xxh3_64(rest.baseAddress, rest.count, UInt64(block.count))
    }
}
