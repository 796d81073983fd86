import Framing

/// What a machine said about a stream, with the bytes copied out, and what it replied.
struct WebSocketTold: Equatable, Sendable {
    enum Event: Equatable, Sendable {
        case text(String), binary([UInt8]), ping([UInt8]), pong([UInt8]), closed(WebSocketEnding)
    }

    var events: [Event] = []
    var replies: [UInt8] = []
}

/// Frames by hand, and machines fed with them.
enum WebSocketDialogue {
    static let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]

    /// A frame as the wire has it, right or wrong.
    static func frame(_ first: UInt8, _ payload: [UInt8] = [], masked: Bool = true) -> [UInt8] {
        var bytes = [first]
        let bit: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ...125: bytes.append(bit | UInt8(payload.count))
        case ...65_535: bytes += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        if masked { bytes += mask }
        return bytes + payload.enumerated().map { masked ? $1 ^ mask[$0 & 3] : $1 }
    }

    static func frame(_ first: UInt8, _ payload: String, masked: Bool = true) -> [UInt8] { frame(first, Array(payload.utf8), masked: masked) }

    static func server(limit: Int = 1_048_576, compression: PermessageDeflate? = nil) -> WebSocketMachine {
        WebSocketMachine(role: .server, messageLimit: limit, compression: compression, compressionThreshold: 0)
    }

    static func client(limit: Int = 1_048_576, compression: PermessageDeflate? = nil) -> WebSocketMachine {
        WebSocketMachine(
            role: .client(nextMask: { 0x3D21_FA37 }), messageLimit: limit, compression: compression, compressionThreshold: 0)
    }

    static func feed(_ machine: inout WebSocketMachine, _ stream: [UInt8], cuts: [Int] = []) -> WebSocketTold {
        var told = WebSocketTold()
        for var piece in HTTPDialogue.pieces(of: stream, cuts: cuts) {
            var offset = 0
            while true {
                var span = piece.mutableSpan
                var input = span.mutableBytes
                guard let event = machine.next(&input, from: &offset, replies: &told.replies) else { break }
                switch event {
                case .text(let bytes): told.events.append(.text(String(decoding: bytes.array(in: piece.span.bytes), as: UTF8.self)))
                case .binary(let bytes): told.events.append(.binary(bytes.array(in: piece.span.bytes)))
                case .ping(let bytes): told.events.append(.ping(bytes.array(in: piece.span.bytes)))
                case .pong(let bytes): told.events.append(.pong(bytes.array(in: piece.span.bytes)))
                case .closed(let close): told.events.append(.closed(close))
                }
            }
        }
        return told
    }

    /// What a fresh server says, after checking that no cut changes it; of long streams at their ends only.
    static func serverTold(_ stream: [UInt8], limit: Int = 1_048_576, compression: PermessageDeflate? = nil) -> WebSocketTold? {
        told(stream) { server(limit: limit, compression: compression) }
    }

    static func clientTold(_ stream: [UInt8], limit: Int = 1_048_576, compression: PermessageDeflate? = nil) -> WebSocketTold? {
        told(stream) { client(limit: limit, compression: compression) }
    }

    private static func told(_ stream: [UInt8], _ make: () -> WebSocketMachine) -> WebSocketTold? {
        var machine = make()
        let whole = feed(&machine, stream)
        let single = stream.count < 400 ? Array(0...stream.count) : Array(0...20) + Array(stream.count - 20...stream.count)
        let cuts = single.map { [$0] } + [Array(0..<stream.count), Array(stride(from: 3, to: stream.count, by: 7))]
        for cut in cuts {
            var machine = make()
            guard feed(&machine, stream, cuts: cut) == whole else { return nil }
        }
        return whole
    }
}
