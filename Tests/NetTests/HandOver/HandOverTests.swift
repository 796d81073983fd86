import Glibc
import HarkenTesting
@testable import Net
import Synchronization
import Testing

@Suite struct `The hand-over of sockets` {
    private let folder = TemporaryFolder()
    /// Longer than a test may wait for a processor between two messages.
    private static let patience: Duration = .seconds(600)

    private func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func `gives another process the same open files, under their purposes`() async throws {
        let path = folder.path(of: "gateway.sock"), pipe = try pipe()
        let server = try HandOverServer(at: path, timeout: Self.patience)
        async let isTaken = server.handOver({ [HandedSocket(purpose: "main", descriptor: pipe.write)] }, failed: { _ in })
        let taken = try await TakenSockets.take(from: path, timeout: Self.patience)
        #expect(taken.sockets.map(\.purpose) == ["main", HandOverServer.purpose])
        let copy = try #require(taken.sockets.first?.descriptor)
        #expect(copy != pipe.write)
        #expect(fcntl(copy, F_GETFD) == FD_CLOEXEC)
        #expect(write(copy, "x", 1) == 1)
        var byte: UInt8 = 0
        #expect(read(pipe.read, &byte, 1) == 1 && byte == UInt8(ascii: "x"))
        try taken.confirm()
        #expect(await isTaken == getpid())
        for socket in taken.sockets { close(socket.descriptor) }
    }

    @Test func `goes on as before when the other process does not confirm`() async throws {
        let path = folder.path(of: "gateway.sock"), pipe = try pipe(), failures = Mutex<[HandOverError]>([])
        let server = try HandOverServer(at: path, timeout: Self.patience)
        async let isTaken = server.handOver(
            { [HandedSocket(purpose: "main", descriptor: pipe.write)] }, failed: { error in failures.withLock { $0.append(error) } })
        var broken: TakenSockets? = try await TakenSockets.take(from: path, timeout: Self.patience)
        for socket in broken?.sockets ?? [] { close(socket.descriptor) }
        broken = nil
        let taken = try await TakenSockets.take(from: path, timeout: Self.patience)
        #expect(failures.withLock { $0 } == [.brokenOff])
        try taken.confirm()
        #expect(await isTaken == getpid())
        for socket in taken.sockets { close(socket.descriptor) }
    }

    @Test func `waits for nobody who does not ask`() async throws {
        let path = folder.path(of: "gateway.sock"), failures = Mutex<[HandOverError]>([])
        let server = try HandOverServer(at: path, timeout: Self.patience)
        async let isTaken = server.handOver({ [] }, failed: { error in failures.withLock { $0.append(error) } })
        let place = try UnixSocketPath(path)
        let strangers = (0..<60).map { number -> HandOverChannel in
            let descriptor = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0)
            _ = place.withAddress { connect(descriptor, $0, $1) }
            let channel = HandOverChannel(descriptor)
            if number % 2 == 0 { try? channel.send("junk") }
            return channel
        }
        let taken = try await TakenSockets.take(from: path, timeout: Self.patience)
        try taken.confirm()
        #expect(await isTaken == getpid())
        #expect(failures.withLock { $0.allSatisfy { if case .rejected = $0 { true } else { false } } })
        withExtendedLifetime(strangers) {}
        for socket in taken.sockets { close(socket.descriptor) }
    }

    @Test func `reaches the next but one process at the same path`() async throws {
        let path = folder.path(of: "gateway.sock")
        let first = try HandOverServer(at: path, timeout: Self.patience)
        async let isTaken = first.handOver({ [] }, failed: { _ in })
        let taken = try await TakenSockets.take(from: path, timeout: Self.patience)
        try taken.confirm()
        #expect(await isTaken == getpid())
        let second = try HandOverServer(adopting: try #require(taken.sockets.first?.descriptor), timeout: Self.patience)
        async let isTakenAgain = second.handOver({ [] }, failed: { _ in })
        try await TakenSockets.take(from: path, timeout: Self.patience).confirm()
        #expect(await isTakenAgain == getpid())
    }

    @Test func `hands over bytes in a file without a name`() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let file = try MemoryFile(bytes, name: "test")
        #expect(throws: SystemError(call: "read", code: EFBIG)) { try MemoryFile.contents(closing: dup(file.descriptor), limit: 99_999) }
        #expect(try MemoryFile.contents(closing: dup(file.descriptor), limit: 100_000) == bytes)
    }

    @Test func `ends with the task that waits`() async throws {
        let server = try HandOverServer(at: folder.path(of: "gateway.sock"), timeout: Self.patience)
        let waiting = Task { await server.handOver({ [] }, failed: { _ in }) }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }

    @Test func `works at a path that is longer than a Unix socket's address`() async throws {
        let deep = folder.path(of: String(repeating: "d", count: 120))
        try #require(mkdir(deep, 0o700) == 0)
        let server = try HandOverServer(at: deep + "/gateway.sock", timeout: Self.patience)
        async let isTaken = server.handOver({ [] }, failed: { _ in })
        try await TakenSockets.take(from: deep + "/gateway.sock", timeout: Self.patience).confirm()
        #expect(await isTaken == getpid())
    }

    @Test func `says that nobody is there`() async {
        let path = folder.path(of: "nobody.sock")
        await #expect(throws: HandOverError.nobody(path: path)) { try await TakenSockets.take(from: path, timeout: Self.patience) }
    }
}
