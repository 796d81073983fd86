/// Frames out: each is appended to the caller's buffer. Nothing is sent once our close frame is.
extension WebSocketMachine {
    /// A whole message. False when the connection no longer takes messages.
    ///
    /// - Parameter text: UTF-8; the caller vouches for it.
    @discardableResult
    package mutating func append(text: RawSpan, to output: inout [UInt8]) -> Bool {
        text.withUnsafeBytes { appendMessage(.text, $0, to: &output) }
    }

    /// A whole message. False when the connection no longer takes messages.
    @discardableResult
    package mutating func append(binary: RawSpan, to output: inout [UInt8]) -> Bool {
        binary.withUnsafeBytes { appendMessage(.binary, $0, to: &output) }
    }

    /// - Parameter payload: at most 125 bytes; what is beyond is left out.
    @discardableResult
    package mutating func append(ping payload: RawSpan, to output: inout [UInt8]) -> Bool {
        payload.withUnsafeBytes { append(.ping, UnsafeRawBufferPointer(rebasing: $0.prefix(125)), to: &output) }
    }

    /// Our close frame. The peer's answer comes as `.closed`; its messages before that still come as events. Does nothing a second time.
    ///
    /// - Parameters:
    ///   - code: `noStatus` sends a frame without a code; a code that must not be sent becomes `internalError`.
    ///   - reason: cut to 123 bytes at the end of a character.
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

    /// One frame, header and payload, masked in the output when we are the client.
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
