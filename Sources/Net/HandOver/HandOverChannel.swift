internal import CSystem
internal import Glibc

/// A Unix socket between two processes, over which descriptors are handed. Each message is one line of text, with at most one descriptor.
///
/// Blocks, for a limited time in each call.
final class HandOverChannel: Sendable {
    static let request = "hand over 1"
    static let rejection = "no: "
    static let end = "end"
    static let confirmation = "taken"
    /// Prefix of a message that has a descriptor; the rest is the descriptor's purpose.
    static let socket = "socket "

    /// Maximum time of a call between two processes of the same machine.
    static let timeout: Duration = .seconds(10)
    private static let maxLength = 1_024

    let descriptor: Int32

    /// Takes ownership of a connected socket.
    ///
    /// - Parameter timeout: maximum time of each call.
    init(_ descriptor: Int32, timeout: Duration = HandOverChannel.timeout) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: time_t(timeout.components.seconds), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    /// The process at the other end; nil when it belongs to another user.
    var peer: Int32? {
        var user = uid_t(), process = pid_t()
        return system_peer(descriptor, &user, &process) == 0 && user == geteuid() ? process : nil
    }

    func send(_ text: String) throws(HandOverError) {
        guard DescriptorMessage.send(Array(text.utf8), nil, over: descriptor) else { throw .brokenOff }
    }

    func send(_ socket: HandedSocket) throws(HandOverError) {
        guard DescriptorMessage.send(Array((Self.socket + socket.purpose).utf8), socket.descriptor, over: descriptor) else { throw .brokenOff }
    }

    /// Receives a message; the descriptor, if there is one, belongs to the caller.
    func receive() throws(HandOverError) -> (text: String, descriptor: Int32?) {
        var bytes = [UInt8](repeating: 0, count: Self.maxLength), received: Int32 = -1
        while true {
            let count = system_receive_descriptor(descriptor, &bytes, bytes.count, &received)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .brokenOff }
            return (String(decoding: bytes[..<count], as: UTF8.self), received >= 0 ? received : nil)
        }
    }
}

/// The address of a Unix socket at a path of any length.
struct UnixSocketPath {
    private static let maxLength = 107

    /// The path in the address: a short way to the same file.
    private let path: String
    /// The file's folder, which is open while the short way is used; nil when the path itself is short.
    private let folder: Int32?

    init(_ path: String) throws(SystemError) {
        guard path.utf8.count > Self.maxLength, let slash = path.lastIndex(of: "/") else {
            (self.path, folder) = (path, nil)
            return
        }
        let descriptor = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(call: "open the folder of \(path)") }
        (self.path, folder) = ("/proc/self/fd/\(descriptor)" + path[slash...], descriptor)
    }

    func close() {
        if let folder { Glibc.close(folder) }
    }

    /// Calls `body` with the address.
    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in room.copyBytes(from: path.utf8.prefix(Self.maxLength)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
