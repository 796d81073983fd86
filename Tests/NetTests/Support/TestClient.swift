import Glibc
import HarkenTesting

@testable import Net

/// A blocking socket that sends exactly what it is told, and gives up after minutes.
final class TestClient {
    private(set) var descriptor: Int32
    private var kept: [UInt8] = []

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    init(_ address: SocketAddress, receiveBuffer: Int32? = nil) throws {
        // Not for children, which would keep the server from hearing the end.
        descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var timeout = timeval(tv_sec: 240, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        guard address.withSockaddr({ connect(descriptor, $0, $1) }) == 0 else {
            // `deinit` closes the socket: a second `close` could hit another test's.
            throw Failure(call: "connect", code: errno)
        }
    }

    deinit { close() }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes with a reset instead of an end.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func endOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    /// Waits until all that was sent is in the peer's buffer, or was taken from there. Blocks.
    func delivered() throws {
        try untilBlocking {
            var unsent: Int32 = 0
            return ioctl(descriptor, UInt(TIOCOUTQ), &unsent) == 0 && unsent == 0
        }
    }

    /// What comes next, at most `limit` bytes; nil at the end.
    func receive(_ limit: Int = 65536) throws -> [UInt8]? {
        if !kept.isEmpty {
            defer { kept = [] }
            return kept
        }
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = read(descriptor, &buffer, limit)
        guard count >= 0 else { throw Failure(call: "read", code: errno) }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    /// Waits for what comes next. Returns true for the end or a reset, and false for bytes; throws when nothing came in time.
    func isClosedByServer() throws -> Bool {
        do {
            return try receive() == nil
        } catch let failure as Failure where failure.code == ECONNRESET {
            return true
        }
    }

    func receive(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try receive() else { return bytes }
            bytes += more
        }
        kept = Array(bytes[count...])
        return Array(bytes[..<count])
    }

    /// Everything until the server ends the connection.
    func receiveAll() throws -> String {
        var bytes: [UInt8] = []
        while let more = try receive() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One head, up to the empty line.
    func receiveHead() throws -> String {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = bytes.firstRange(of: end) {
                kept = Array(bytes[range.upperBound...])
                return String(decoding: bytes[..<range.upperBound], as: UTF8.self)
            }
            guard let more = try receive() else { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }

    struct Answer {
        let head: String
        let body: String
        var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    }

    /// One answer with a `Content-Length`.
    func receiveAnswer() throws -> Answer {
        let head = try receiveHead()
        let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        return Answer(head: head, body: String(decoding: try receive(exactly: length), as: UTF8.self))
    }
}
