/// One side of a WebSocket connection (RFC 6455), with compression where agreed (RFC 7692): turns bytes into events and replies.
///
///     var offset = 0
///     while let event = machine.next(&input, from: &offset, replies: &output) { … }
///
/// The machine uses all of its input and keeps incomplete frames and messages itself, so many connections can share one input buffer. A message that
/// is completely in the input is unmasked and returned in place; it costs one pass and no memory. The machine answers pings and close frames itself.
package struct WebSocketMachine: ~Copyable {
    package enum Role: Sendable {
        case server
        /// - Parameter nextMask: returns a new mask for each frame, which scripts must not be able to predict.
        case client(nextMask: @Sendable () -> UInt32)
    }

    enum State: Sendable {
        case open  // → closing, closed
        case closing  // our close frame is sent → closed
        case closed
    }

    /// A frame whose payload has not come completely.
    private struct Frame {
        var header: WebSocketFrameHeader
        var received = 0
        var remaining: Int { header.length - received }
    }

    /// A message whose frames have not all come.
    private struct Message {
        var isText: Bool
        var isCompressed: Bool
        var validator = UTF8Validator()
    }

    let role: Role
    /// Maximum size of a message from the peer after decompression, in bytes. A change applies from the next frame on.
    package var messageLimit: Int
    let compression: PermessageDeflate?
    /// Minimum size of messages that are sent compressed, in bytes.
    let compressionThreshold: Int
    var state = State.open
    var deflater: Deflater?
    private var inflater: Inflater?

    /// The bytes of an incomplete header.
    private var heldHeader = SIMD16<UInt8>()
    private var heldCount = 0
    private var frame: Frame?
    private var message: Message?
    private var assembly: [UInt8] = []
    /// The payload of a control frame that comes in pieces; such a frame may come between the frames of a message.
    private var control: [UInt8] = []

    /// - Parameters:
    ///   - messageLimit: the maximum size of a message from the peer after decompression, in bytes.
    ///   - compression: the handshake's agreement; nil: no compression.
    package init(role: Role, messageLimit: Int = 16_777_216, compression: PermessageDeflate? = nil, compressionThreshold: Int = 128) {
        self.role = role
        self.messageLimit = messageLimit
        self.compression = compression
        self.compressionThreshold = compressionThreshold
    }

    /// Memory that is kept for incomplete frames and messages and for compression, in bytes.
    package var keptByteCount: Int {
        assembly.capacity + control.capacity + (inflater == nil ? 0 : Inflater.byteCount) + (deflater == nil ? 0 : Deflater.byteCount)
    }

    /// True while messages can be sent.
    package var isOpen: Bool { state == .open }
    /// True after the last event.
    package var isClosed: Bool { state == .closed }

    /// Returns the next event in the input and moves `offset` after it; nil when the whole input is used.
    ///
    /// - Parameters:
    ///   - input: the input, in which payloads are unmasked.
    ///   - replies: gets pongs and close frames, which must be sent at once.
    package mutating func next(_ input: inout MutableRawSpan, from offset: inout Int, replies: inout [UInt8]) -> WebSocketEvent? {
        input.withUnsafeMutableBytes { input in
            do throws(WebSocketViolation) {
                return try next(input, from: &offset, replies: &replies)
            } catch {
                appendClose(error.code, reason: error.description, to: &replies)
                end()
                offset = input.count
                return .closed(WebSocketEnding(code: error.code, reason: error.description, origin: .violation(error)))
            }
        }
    }

    // The pointers below stay within the input: every range is cut from `input.count`, and nothing keeps a pointer beyond the call.

    private mutating func next(
        _ input: UnsafeMutableRawBufferPointer, from offset: inout Int, replies: inout [UInt8]
    ) throws(WebSocketViolation) -> WebSocketEvent? {
        while state != .closed {
            if frame == nil {
                guard let header = try readHeader(UnsafeRawBufferPointer(input), from: &offset) else { return nil }
                try begin(header)
            }
            guard var current = frame else { return nil }
            let count = min(current.remaining, input.count - offset)
            if count == 0, current.remaining > 0 { return nil }
            let range = offset..<offset + count
            let piece = UnsafeMutableRawBufferPointer(rebasing: input[range])
            current.header.mask?.apply(to: piece, position: current.received)
            current.received += count
            offset += count
            let isWhole = current.received == count
            let isDone = current.remaining == 0
            frame = isDone ? nil : current
            if current.header.opcode.isControl {
                if isDone, isWhole { return try finish(current.header.opcode, .inPlace(range), UnsafeRawBufferPointer(piece), replies: &replies) }
                control += UnsafeRawBufferPointer(piece)
                guard isDone else { continue }
                let payload = Self.take(&control)
                return try payload.span.bytes.withUnsafeBytes { bytes throws(WebSocketViolation) in
                    try finish(current.header.opcode, .assembled(payload), bytes, replies: &replies)
                }
            }
            let isLast = isDone && current.header.isFinal
            let isSimple = isLast && isWhole && current.header.opcode != .continuation
            if let bytes = try receive(UnsafeRawBufferPointer(piece), range, isSimple: isSimple, isLast: isLast) { return bytes }
        }
        offset = input.count
        return nil
    }

    /// Reads a header in place, or collects it from pieces.
    private mutating func readHeader(_ input: UnsafeRawBufferPointer, from offset: inout Int) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        let available = input.count - offset
        if heldCount == 0, available >= 2 {
            let bytes = UnsafeRawBufferPointer(rebasing: input[offset...])
            let size = WebSocketFrameHeader.size(bytes[1])
            if available >= size {
                let header = try WebSocketFrameHeader(bytes)
                offset += size
                return header
            }
        }
        while offset < input.count {
            heldHeader[heldCount] = input[offset]
            heldCount += 1
            offset += 1
            guard heldCount >= 2, heldCount == WebSocketFrameHeader.size(heldHeader[1]) else { continue }
            heldCount = 0
            let held = heldHeader
            return try withUnsafeBytes(of: held) { bytes throws(WebSocketViolation) in try WebSocketFrameHeader(bytes) }
        }
        return nil
    }

    private mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketViolation) {
        switch role {
        case .server:
            guard header.mask != nil else { throw .unmasked }
            guard header.isMinimal else { throw .lengthNotMinimal }
        case .client: guard header.mask == nil else { throw .masked }
        }
        frame = Frame(header: header)
        switch header.opcode {
        case .close, .ping, .pong: return
        case .continuation:
            guard message != nil else { throw .unexpectedContinuation }
            guard !header.isCompressed else { throw .reservedBits }
        case .text, .binary:
            guard message == nil else { throw .interleavedMessage }
            guard !header.isCompressed || compression != nil else { throw .reservedBits }
            message = Message(isText: header.opcode == .text, isCompressed: header.isCompressed)
        }
        guard header.length <= messageLimit - assembly.count else { throw .messageTooBig(limit: messageLimit) }
    }

    /// Processes a piece of the present message.
    private mutating func receive(
        _ piece: UnsafeRawBufferPointer, _ range: Range<Int>, isSimple: Bool, isLast: Bool
    ) throws(WebSocketViolation) -> WebSocketEvent? {
        guard var current = message else { return nil }
        if current.isCompressed {
            try inflate(piece, isLast: isLast, &current)
        } else {
            if current.isText { guard current.validator.accept(piece) else { throw .invalidUTF8 } }
            if !isSimple { assembly += piece }
        }
        guard isLast else {
            message = current
            return nil
        }
        guard current.validator.isComplete else { throw .invalidUTF8 }
        message = nil
        let bytes: Bytes = isSimple && !current.isCompressed ? .inPlace(range) : .assembled(Self.take(&assembly))
        return current.isText ? .text(bytes) : .binary(bytes)
    }

    private mutating func inflate(_ piece: UnsafeRawBufferPointer, isLast: Bool, _ message: inout Message) throws(WebSocketViolation) {
        if inflater == nil, let compression {
            inflater =
                switch role {
                case .server: Inflater(windowBits: compression.clientWindowBits, forgets: compression.clientForgets)
                case .client: Inflater(windowBits: compression.serverWindowBits, forgets: compression.serverForgets)
                }
        }
        guard let inflater else { throw .invalidCompression }
        let start = assembly.count
        var outcome = inflater.inflate(piece, into: &assembly, limit: messageLimit)
        if isLast, outcome == .done { outcome = inflater.finish(into: &assembly, limit: messageLimit) }
        if message.isText {
            let isText = assembly.withUnsafeBytes { message.validator.accept(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            guard isText else { throw .invalidUTF8 }
        }
        switch outcome {
        case .done: break
        case .tooBig: throw .messageTooBig(limit: messageLimit)
        case .invalid: throw .invalidCompression
        }
    }

    /// Processes a complete control frame.
    private mutating func finish(
        _ opcode: WebSocketFrameHeader.Opcode, _ bytes: Bytes, _ payload: UnsafeRawBufferPointer, replies: inout [UInt8]
    ) throws(WebSocketViolation) -> WebSocketEvent? {
        switch opcode {
        case .ping:
            append(.pong, payload, to: &replies)
            return .ping(bytes)
        case .pong:
            return .pong(bytes)
        case .close:
            guard payload.count != 1 else { throw .malformedClose }
            var close = WebSocketEnding(code: .noStatus, origin: state == .open ? .peer : .local)
            if payload.count >= 2 {
                close.code = WebSocketCloseCode(UInt16(payload[0]) << 8 | UInt16(payload[1]))
                guard close.code.isSendable else { throw .invalidCloseCode }
                guard let reason = String(validating: payload[2...], as: UTF8.self) else { throw .invalidUTF8 }
                close.reason = reason
            }
            appendClose(close.code, reason: "", to: &replies)
            end()
            return .closed(close)
        case .continuation, .text, .binary:
            return nil
        }
    }

    private mutating func end() {
        state = .closed
        frame = nil
        message = nil
        inflater = nil
        deflater = nil
        assembly = []
        control = []
    }

    private static func take(_ bytes: inout [UInt8]) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }
}
