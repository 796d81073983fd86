import Foundation
import Glibc

/// A blocking socket to a gateway on this machine that sends exactly what it is told, for what no HTTP client would send.
final class RawConnection: Sendable {
    private let descriptor: Int32

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// - Parameter receiveBuffer: number of bytes that the kernel takes before the test reads; nil: the kernel decides, and may take megabytes.
    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var timeout = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Failure(call: "send", code: errno) }
    }

    /// Asks for a WebSocket, and waits until it is open.
    ///
    /// - Returns: the answer, and what came with it.
    @discardableResult func openWebSocket(_ target: String) async throws -> String {
        try send(
            "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        return try await receive { $0.contains("\r\n\r\n") }
    }

    /// Sends a frame of a WebSocket, masked with zeros.
    func send(frame opcode: UInt8, _ payload: [UInt8]) throws {
        var frame: [UInt8] = [0x80 | opcode]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        }
        frame += [0, 0, 0, 0]
        try send(frame + payload)
    }

    /// Ends the connection: behind all that was sent, or by a reset.
    func end(byReset: Bool = false) {
        if byReset {
            // A connection to nowhere resets the one that stands.
            var nowhere = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
            connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
        } else {
            // What the gateway still says is taken: it would be answered by a reset, which drops what was not read yet.
            shutdown(descriptor, Int32(SHUT_WR))
        }
    }

    /// Receives until what came fulfils the condition.
    @discardableResult
    func receive(until condition: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(with: Result { try read(until: condition) }) }
        }
    }

    /// Everything until the gateway ends the connection. A thread of its own waits: the gateway's tasks may need the test's.
    func receiveAll() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(with: Result { try read() }) }
        }
    }

    private func read(until isEnough: ((String) -> Bool)? = nil) throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Failure(call: "read", code: errno) }
            if count == 0 { return String(decoding: received, as: UTF8.self) }
            received += buffer[..<count]
            guard let isEnough else { continue }
            let text = String(decoding: received, as: UTF8.self)
            if isEnough(text) { return text }
        }
    }
}
