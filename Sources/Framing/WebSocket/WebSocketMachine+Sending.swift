/// Appends frames to the caller's buffer. Nothing is appended after this side's close frame.
extension WebSocketMachine {
    /// Appends a complete message. Returns false when messages can no longer be sent.
    ///
    /// - Parameter text: the text, which the caller guarantees to be UTF-8.
    @discardableResult
    package mutating func append(text: RawSpan, to output: inout [UInt8]) -> Bool {
        text.withUnsafeBytes { appendMessage(.text, $0, to: &output) }
    }

    /// Appends a complete message. Returns false when messages can no longer be sent.
    @discardableResult
    package mutating func append(binary: RawSpan, to output: inout [UInt8]) -> Bool {
        binary.withUnsafeBytes { appendMessage(.binary, $0, to: &output) }
    }

    /// - Parameter payload: the payload; only its first 125 bytes are sent.
    @discardableResult
    package mutating func append(ping payload: RawSpan, to output: inout [UInt8]) -> Bool {
        payload.withUnsafeBytes { append(.ping, UnsafeRawBufferPointer(rebasing: $0.prefix(125)), to: &output) }
    }

    /// Appends this side's close frame. The peer's answer comes as `.closed`; the peer's messages before its answer still come as events. A second
    /// call does nothing.
    ///
    /// - Parameters:
    ///   - code: `noStatus` sends a frame without a code; a code that must not be sent becomes `internalError`.
    ///   - reason: the reason, cut to at most 123 bytes between two characters.
    @discardableResult
    package mutating func appendClose(_ code: WebSocketCloseCode, reason: String, to output: inout [UInt8]) -> Bool {
        guard state == .open else { return false }
        var payload: [UInt8] = []
        if code != .noStatus {
            let number = code.isSendable ? code.rawValue : WebSocketCloseCode.internalError.rawValue
            payload = [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
            for scalar in reason.unicodeScalars {
                guard payload.count + UTF8.width(scalar) <= 125 else { break }
                payload += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
        payload.withUnsafeBytes { _ = append(.close, $0, to: &output) }
        state = .closing
        return true
    }

    private mutating func appendMessage(
        _ opcode: WebSocketFrameHeader.Opcode, _ payload: UnsafeRawBufferPointer, to output: inout [UInt8]
    ) -> Bool {
        guard state == .open else { return false }
        guard let compression, payload.count >= compressionThreshold else { return append(opcode, payload, to: &output) }
        if deflater == nil {
            deflater =
                switch role {
                case .server: Deflater(windowBits: compression.serverWindowBits, forgets: compression.serverForgets)
                case .client: Deflater(windowBits: compression.clientWindowBits, forgets: compression.clientForgets)
                }
        }
        guard let deflater else { return append(opcode, payload, to: &output) }
        var sent = false
        deflater.deflate(payload) { sent = append(opcode, $0, isCompressed: true, to: &output) }
        return sent
    }

    /// Appends one frame with header and payload; a client's payload is masked in the output.
    @discardableResult
    mutating func append(
        _ opcode: WebSocketFrameHeader.Opcode, _ payload: UnsafeRawBufferPointer, isCompressed: Bool = false, to output: inout [UInt8]
    ) -> Bool {
        guard state == .open else { return false }
        var header = WebSocketFrameHeader(isCompressed: isCompressed, opcode: opcode, length: payload.count)
        switch role {
        case .server:
            header.append(to: &output)
            output.append(contentsOf: payload)
        case .client(let nextMask):
            let mask = WebSocketMask(nextMask())
            header.mask = mask
            header.append(to: &output)
            let start = output.count
            output.append(contentsOf: payload)
            output.withUnsafeMutableBytes { mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]), position: 0) }
        }
        return true
    }
}
