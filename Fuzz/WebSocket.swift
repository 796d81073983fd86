import Framing

/// Frames, whole and in pieces, must be the same messages with the same replies, and nothing comes after the end.
///
/// The first byte is the pieces' length; the second chooses the side and whether messages may be compressed.
func fuzzWebSocket(_ bytes: RawSpan) {
    guard bytes.byteCount > 2 else { return }
    let piece = Int(bytes.unsafeLoad(as: UInt8.self)) + 1
    let choices = bytes.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
    let input = bytes.extracting(2..<bytes.byteCount).withUnsafeBytes { Array($0) }
    precondition(read(input, choices, piece: input.count) == read(input, choices, piece: piece), "where the input is cut changes what is understood")
}

private func read(_ input: [UInt8], _ choices: UInt8, piece: Int) -> Said {
    let role: WebSocketMachine.Role = choices & 1 == 0 ? .server : .client(nextMask: { 0x0102_0304 })
    let compression = choices & 2 == 0 ? nil : PermessageDeflate(serverForgets: choices & 4 != 0, clientForgets: choices & 8 != 0)
    var machine = WebSocketMachine(role: role, messageLimit: 65_536, compression: compression)
    var said = Said()
    var start = 0
    while start < input.count {
        var part = Array(input[start..<min(start + piece, input.count)])
        start += part.count
        var offset = 0
        while true {
            var span = part.mutableSpan
            var raw = span.mutableBytes
            guard let event = machine.next(&raw, from: &offset, replies: &said.replies) else { break }
            precondition(!said.isClosed, "an event after the last one")
            switch event {
            case .text(let bytes):
                let text = bytes.array(in: part.span.bytes)
                precondition(String(validating: text, as: UTF8.self) != nil, "a text that is not UTF-8")
                said.messages.append(text)
            case .binary(let bytes), .ping(let bytes), .pong(let bytes): said.messages.append(bytes.array(in: part.span.bytes))
            case .closed(let ending):
                said.isClosed = true
                said.endings.append(ending)
            }
        }
    }
    precondition(said.messages.allSatisfy { $0.count <= 65_536 }, "a message above its limit")
    return said
}

private struct Said: Equatable {
    var messages: [[UInt8]] = []
    var replies: [UInt8] = []
    var endings: [WebSocketEnding] = []
    var isClosed = false
}
