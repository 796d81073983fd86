import Foundation
import Framing
import Glibc
import Synchronization

/// A vendor on loopback whose connections stay open for the next request, and which resets the connection of a request that the test names.
final class BreakingVendor: Sendable {
    /// The moment of the reset.
    enum Moment: Sendable, CaseIterable {
        case beforeBody, beforeAnswer, whileAnswering, afterAnswer
    }

    private struct Accepted {
        var listener: Int32
        var connections: [Int32] = []
    }

    private let script: @Sendable (LoopbackVendor.Request) -> LoopbackVendor.Answer
    private let moment: @Sendable (_ line: String) -> Moment?
    private let sockets: Mutex<Accepted>
    private let seen = Mutex<[String]>([])
    let address: String

    /// - Parameters:
    ///   - moment: when the connection of the request with this line is reset; nil: it is kept.
    ///   - script: the answer to a request.
    init(
        breaking moment: @escaping @Sendable (_ line: String) -> Moment?,
        _ script: @escaping @Sendable (LoopbackVendor.Request) -> LoopbackVendor.Answer
    ) throws {
        self.script = script
        self.moment = moment
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in(
            sin_family: sa_family_t(AF_INET), sin_port: 0, sin_addr: in_addr(s_addr: UInt32(0x7F00_0001).bigEndian),
            sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutablePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isOpen else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        sockets = Mutex(Accepted(listener: listener))
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                sockets.withLock { $0.connections.append(connection) }
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    /// The first lines of all requests, whole or not.
    var lines: [String] { seen.withLock { $0 } }

    func stop() {
        sockets.withLock { sockets in
            for socket in [sockets.listener] + sockets.connections { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ connection: Int32) {
        defer {
            sockets.withLock { $0.connections.removeAll { $0 == connection } }
            close(connection)
        }
        var input: [UInt8] = []
        while let head = Self.head(&input, connection) {
            let lines = head.split(separator: "\r\n").map(String.init)
            let words = lines[0].split(separator: " ")
            let line = words.prefix(2).joined(separator: " ")
            seen.withLock { $0.append(line) }
            let moment = moment(line)
            if moment == .beforeBody { return Self.reset(connection) }
            let length = lines.first { $0.lowercased().hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
            while input.count < length { guard Self.receive(&input, connection) else { return } }
            let body = input.prefix(length)
            input.removeFirst(length)
            if moment == .beforeAnswer { return Self.reset(connection) }
            let request = LoopbackVendor.Request(
                line: line, authorization: nil, contentType: nil, byteCount: length, head: String(decoding: body.prefix(2_000), as: UTF8.self),
                tail: String(decoding: body.suffix(200), as: UTF8.self))
            guard case .json(let status, let text, _) = script(request) else { return }
            let answer = "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
            let sent = moment == .whileAnswering ? Array(answer.utf8.dropLast(max(1, text.utf8.count / 2))) : Array(answer.utf8)
            guard send(connection, sent, sent.count, Int32(MSG_NOSIGNAL)) == sent.count else { return }
            if moment != nil {
                // A reset at once could take back what was sent.
                Self.waitUntilAcknowledged(connection)
                return Self.reset(connection)
            }
        }
    }

    /// Returns the head of the next request, without its empty line; nil at the end.
    private static func head(_ input: inout [UInt8], _ connection: Int32) -> String? {
        while true {
            if let end = input.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { input.removeFirst(end.upperBound) }
                return String(decoding: input[..<end.lowerBound], as: UTF8.self)
            }
            guard receive(&input, connection) else { return nil }
        }
    }

    private static func receive(_ input: inout [UInt8], _ connection: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        input += buffer[..<count]
        return true
    }

    private static func waitUntilAcknowledged(_ connection: Int32) {
        var unsent: Int32 = 1
        while unsent > 0, ioctl(connection, UInt(TIOCOUTQ), &unsent) == 0 { usleep(1_000) }  // real time: the kernel only answers
    }

    /// Makes `close` send a reset.
    private static func reset(_ connection: Int32) {
        var atOnce = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout.size(ofValue: atOnce)))
    }
}
