import Framing

/// What one side compresses the other side must read, message for message, in whatever pieces it comes.
///
/// The first byte is the pieces' length, the second chooses what was agreed; each further line is a message.
func fuzzDeflate(_ bytes: RawSpan) {
    guard bytes.byteCount > 2 else { return }
    let piece = Int(bytes.unsafeLoad(as: UInt8.self)) + 1
    let choices = bytes.unsafeLoad(fromByteOffset: 1, as: UInt8.self)
    let agreed = PermessageDeflate(serverForgets: choices & 1 != 0, serverWindowBits: 9 + Int(choices >> 1) % 7)
    let messages = bytes.extracting(2..<bytes.byteCount).withUnsafeBytes { bytes in
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    }
    var server = WebSocketMachine(role: .server, compression: agreed, compressionThreshold: Int(choices & 8))
    var stream: [UInt8] = []
    for message in messages { server.append(binary: message.span.bytes, to: &stream) }

    var client = WebSocketMachine(role: .client(nextMask: { 0 }), compression: agreed)
    var read: [[UInt8]] = []
    var replies: [UInt8] = []
    var start = 0
    while start < stream.count {
        var part = Array(stream[start..<min(start + piece, stream.count)])
        start += part.count
        var offset = 0
        while true {
            var span = part.mutableSpan
            var raw = span.mutableBytes
            guard let event = client.next(&raw, from: &offset, replies: &replies) else { break }
            guard case .binary(let bytes) = event else { preconditionFailure("something else than what was sent") }
            read.append(bytes.array(in: part.span.bytes))
        }
    }
    precondition(read == messages && replies.isEmpty, "what was read is not what was sent")
}
