import Foundation
import Glibc
import HarkenTesting
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Data directory` {
    private let temporary = TemporaryFolder()

    @Test func `is made with its parents, for its owner only`() throws {
        let path = temporary.path + "/a/b/c"
        #expect(try DataDirectory(creating: path).path == path)
        #expect(permissions(of: path) == 0o700)
    }

    @Test func `may be there already and end in a slash`() throws {
        #expect(try DataDirectory(creating: temporary.path + "/").path == temporary.path)
    }

    @Test func `cannot be a file`() throws {
        let path = temporary.path + "/file"
        fclose(fopen(path, "w"))
        #expect(throws: StoreError.notUsable(path: path, reason: "the path is not a directory")) { try DataDirectory(creating: path) }
        #expect(throws: StoreError.notUsable(path: path + "/under", reason: "not a directory")) { try DataDirectory(creating: path + "/under") }
    }

    @Test func `needs a name`() {
        #expect(throws: StoreError.self) { try DataDirectory(creating: "") }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `must be writable`() throws {
        chmod(temporary.path, 0o500)
        #expect(throws: StoreError.notPermitted(path: temporary.path, reason: "permission denied")) { try DataDirectory(creating: temporary.path) }
    }

    @Test(.enabled(if: access("/proc/sys", F_OK) == 0, "there is no /proc"))
    func `on a file system that takes no directories is rejected with its reason`() {
        #expect(throws: StoreError.self) { try DataDirectory(creating: "/proc/harken") }
    }

    @Test func `is claimed by one at a time`() throws {
        let directory = try DataDirectory(creating: temporary.path)
        var claim = try directory.claim()
        #expect(claim != nil)
        #expect(try directory.claim() == nil)
        claim = nil
        #expect(try directory.claim() != nil)
    }

    private enum Turn { case granted, gatewayRuns, commandRuns }

    /// Asks for a command's turn, and gives a granted one back at once.
    private func turn(in directory: DataDirectory) throws -> Turn {
        let answer = try directory.commandTurn()
        return switch answer {
        case .granted: .granted
        case .gatewayRuns: .gatewayRuns
        case .commandRuns: .commandRuns
        }
    }

    @Test func `lets one command at a time change what a gateway changes, and none beside a gateway`() throws {
        let directory = try DataDirectory(creating: temporary.path)
        var claim = try directory.claim()
        #expect(claim != nil)
        #expect(try turn(in: directory) == .gatewayRuns)
        claim = nil
        guard case .granted(let first) = try directory.commandTurn() else {
            Issue.record("there is no gateway")
            return
        }
        #expect(try turn(in: directory) == .commandRuns)
        withExtendedLifetime(first) {}
    }

    @Test func `is claimed by a gateway when a command's turn is over`() async throws {
        let directory = try DataDirectory(creating: temporary.path)
        var answer: CommandTurn.Answer? = try directory.commandTurn()
        #expect(answer != nil)
        #expect(try turn(in: directory) == .commandRuns)
        let before = openings(of: directory), claiming = Claiming()
        // The claim blocks its thread.
        Thread { claiming.run(in: directory) }.start()
        try await until { openings(of: directory) > before }
        #expect(claiming.isClaimed == nil)
        answer = nil
        #expect(try await untilSome { claiming.isClaimed })
    }

    /// A claim on a thread of its own.
    private final class Claiming: Sendable {
        private let result = Mutex<Bool?>(nil)

        /// True if the directory is claimed, false if it is not; nil while the claim waits.
        var isClaimed: Bool? { result.withLock { $0 } }

        func run(in directory: DataDirectory) {
            let claim = try? directory.claim()
            result.withLock { $0 = claim != nil }
        }
    }

    /// Returns how many times this process has the file of a directory's claim open.
    private func openings(of directory: DataDirectory) -> Int {
        let end = "/" + URL(filePath: directory.path).lastPathComponent + "/gateway.lock"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.filter { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + descriptor)
            return target?.hasSuffix(end) == true
        }.count
    }

    @Test func `says that a command erases when the claim has waited too long`() {
        let text = StoreError.erasing(path: "/data").description
        #expect(text.contains("a harken command has been erasing in /data") && !text.contains("sqlite3"))
        #expect(StoreError.erasing(path: "/data").mayPass)
    }
}
