import Foundation
import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite struct `Service manager` {
    /// A socket that takes messages as systemd does.
    private final class Receiver {
        let path: String
        private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

        init(_ path: String) throws {
            self.path = path
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
            }
            try #require(isBound)
        }

        func message() -> String {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }

        deinit {
            close(descriptor)
            unlink(path)
        }
    }

    @Test func `is told when the gateway is ready and when it stops`() throws {
        let receiver = try Receiver("/tmp/harken-\(UUID().uuidString)")
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": receiver.path]))
        manager.notify(.ready)
        #expect(receiver.message() == "READY=1")
        manager.notify(.stopping)
        #expect(receiver.message() == "STOPPING=1")
    }

    @Test func `is told which process is the service, and read before this one ends`() async throws {
        let receiver = try Receiver("/tmp/harken-\(UUID().uuidString)")
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": receiver.path]))
        manager.notify(.mainProcess(4711))
        let settling = Task { await manager.settle() }
        #expect(receiver.message() == "MAINPID=4711")
        var barrier = ""
        try await until {
            barrier = receiver.message()
            return !barrier.isEmpty
        }
        #expect(barrier == "BARRIER=1")
        // The receiver does not take the descriptor, so the kernel has closed it.
        await settling.value
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"]])
    func `is nobody without the path of a socket`(environment: [String: String]) {
        #expect(ServiceManager(environment: environment) == nil)
    }

    @Test(arguments: ["/nowhere/socket", "/" + String(repeating: "x", count: 200), "@harken-\(UUID().uuidString)"])
    func `that is gone is not waited for`(path: String) throws {
        try #require(ServiceManager(environment: ["NOTIFY_SOCKET": path])).notify(.ready)
    }
}
