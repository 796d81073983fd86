/// Finds the bytes of a body within its framing (RFC 9112 sections 6 and 7); the input may be cut anywhere.
struct HTTPBodyReader: Sendable {
    enum Part: Sendable, Equatable {
        case data(Range<Int>)
        case end
    }

    private enum State: Sendable {
        case known(remaining: Int)  // → end
        case untilClose  // → end, by `finish`
        case chunkSize(Int, digits: Int)  // → chunkExtension, chunkStart
        case chunkExtension(size: Int)  // → chunkStart
        case chunkStart(Int)  // LF awaited → chunkData, trailer
        case chunkData(remaining: Int)  // → chunkEnd
        case chunkEnd  // CR awaited → chunkEndLineFeed
        case chunkEndLineFeed  // → chunkSize
        case trailer(lineLength: Int, named: Bool)  // → trailerLineFeed
        case trailerLineFeed(last: Bool)  // → trailer, end
        case end
    }

    private var state: State
    private let limits: HTTPLimits
    private var received = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// Maximum size of the body, in bytes; may be lowered while the body comes.
    var limit: Int

    init(_ length: HTTPBodyLength, limits: HTTPLimits) {
        self.limits = limits
        limit = limits.body
        state =
            switch length {
            case .none: .known(remaining: 0)
            case .known(let count): .known(remaining: count)
            case .chunked: .chunkSize(0, digits: 0)
            case .untilClose: .untilClose
            }
    }

    /// Returns the next bytes of the body or its end; nil when the whole input is used. Moves `offset` after the returned bytes.
    mutating func next(_ input: RawSpan, from offset: inout Int) throws(HTTPError) -> Part? {
        while true {
            switch state {
            case .known(let remaining):
                guard remaining > 0 else {
                    state = .end
                    return .end
                }
                guard remaining <= limit - received else { throw .bodyTooLarge(limit: limit) }
                guard let range = take(remaining, input, from: &offset) else { return nil }
                state = .known(remaining: remaining - range.count)
                return .data(range)
            case .untilClose:
                guard offset < input.byteCount else { return nil }
                // Bytes within the limit are returned first, so that the error does not depend on how the input is cut.
                guard received < limit else { throw .bodyTooLarge(limit: limit) }
                return take(limit - received, input, from: &offset).map { .data($0) }
            case .chunkData(let remaining):
                guard remaining <= limit - received else { throw .bodyTooLarge(limit: limit) }
                guard let range = take(remaining, input, from: &offset) else { return nil }
                state = range.count == remaining ? .chunkEnd : .chunkData(remaining: remaining - range.count)
                return .data(range)
            case .end:
                return .end
            case .chunkSize, .chunkExtension, .chunkStart, .chunkEnd, .chunkEndLineFeed, .trailer, .trailerLineFeed:
                guard offset < input.byteCount else { return nil }
                let byte = input.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
                offset += 1
                state = try state(after: byte)
            }
        }
    }

    /// Handles the end of the connection.
    mutating func finish() throws(HTTPError) {
        switch state {
        case .untilClose, .end, .known(remaining: 0): state = .end
        case .known, .chunkSize, .chunkExtension, .chunkStart, .chunkData, .chunkEnd, .chunkEndLineFeed, .trailer, .trailerLineFeed: throw .truncated
        }
    }

    private mutating func take(_ wanted: Int, _ input: RawSpan, from offset: inout Int) -> Range<Int>? {
        let count = min(wanted, input.byteCount - offset)
        guard count > 0 else { return nil }
        defer { offset += count }
        received += count
        return offset..<offset + count
    }

    /// Returns the state after one byte of the framing between chunks.
    private mutating func state(after byte: UInt8) throws(HTTPError) -> State {
        switch state {
        case .chunkSize(let size, let digits):
            if let value = ASCII.hexValue(byte) {
                guard digits < 16, size <= Int.max >> 4 else { throw .malformedChunk }
                return .chunkSize(size << 4 | Int(value), digits: digits + 1)
            }
            guard digits > 0 else { throw .malformedChunk }
            guard size <= limit - received else { throw .bodyTooLarge(limit: limit) }
            if byte == ASCII.carriageReturn { return .chunkStart(size) }
            guard byte == ASCII.semicolon else { throw .malformedChunk }
            return .chunkExtension(size: size)
        case .chunkExtension(let size):
            extensionBytes += 1
            guard extensionBytes <= limits.chunkExtensions else { throw .malformedChunk }
            if byte == ASCII.carriageReturn { return .chunkStart(size) }
            guard byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab else { throw .malformedChunk }
            return .chunkExtension(size: size)
        case .chunkStart(let size):
            guard byte == ASCII.lineFeed else { throw .malformedChunk }
            return size > 0 ? .chunkData(remaining: size) : .trailer(lineLength: 0, named: false)
        case .chunkEnd:
            guard byte == ASCII.carriageReturn else { throw .malformedChunk }
            return .chunkEndLineFeed
        case .chunkEndLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformedChunk }
            return .chunkSize(0, digits: 0)
        case .trailer(let lineLength, let named):
            trailerBytes += 1
            guard trailerBytes <= limits.trailers else { throw .malformedTrailer }
            if byte == ASCII.carriageReturn {
                guard named || lineLength == 0 else { throw .malformedTrailer }
                return .trailerLineFeed(last: lineLength == 0)
            }
            if named {
                guard byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab else { throw .malformedTrailer }
                return .trailer(lineLength: lineLength + 1, named: true)
            }
            guard ASCII.isToken(byte) || byte == ASCII.colon && lineLength > 0 else { throw .malformedTrailer }
            return .trailer(lineLength: lineLength + 1, named: byte == ASCII.colon)
        case .trailerLineFeed(let last):
            guard byte == ASCII.lineFeed else { throw .malformedTrailer }
            return last ? .end : .trailer(lineLength: 0, named: false)
        case .known, .untilClose, .chunkData, .end:
            return state
        }
    }
}
