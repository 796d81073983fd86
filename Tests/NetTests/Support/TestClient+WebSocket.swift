@testable import Net

extension TestClient {
    struct Frame: Equatable {
        let opcode: UInt8
        let payload: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    static let handshake =
        "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// One masked frame with the FIN bit.
    static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65536: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        let mask: [UInt8] = [1, 2, 3, 4]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    func upgrade(_ more: String = "") throws -> String {
        try send(Self.handshake + more + "\r\n")
        return try receiveHead()
    }

    func send(text: String) throws {
        try send(Self.frame(1, Array(text.utf8)))
    }

    /// One unmasked frame; nil at the end.
    func receiveFrame() throws -> Frame? {
        let head = try receive(exactly: 2)
        guard head.count == 2 else { return nil }
        var length = Int(head[1] & 127)
        if length == 126 { length = try receive(exactly: 2).reduce(0) { $0 << 8 | Int($1) } }
        if length == 127 { length = try receive(exactly: 8).reduce(0) { $0 << 8 | Int($1) } }
        return Frame(opcode: head[0] & 15, payload: try receive(exactly: length))
    }
}
