import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@testable import harken

@Suite(.hangLimit) struct `The line of a deletion` {
    /// An installation whose deletion goes on as the test says.
    private final class HeldInstallation: InstallationData {
        private struct NotAsked: Error {}

        /// Number of conversations that are left; nil: the installation cannot say.
        let left = Mutex<Int?>(nil)
        let isOver = Mutex(false)

        func delete(_ user: ID<User>) async throws -> Bool {
            try await until { isOver.withLock { $0 } }
            return true
        }

        func deletions() async throws -> [PendingUserDeletion] {
            guard let left = left.withLock({ $0 }) else { throw NotAsked() }
            let since = UnixTime(milliseconds: 0)
            return [("bob", 99), ("ann", left)].map { PendingUserDeletion(user: ID($0), since: since, conversations: $1) }
        }

        func erasureState() async throws -> ErasureWait.End { throw NotAsked() }
        func users() async throws -> [StoredUser] { throw NotAsked() }
        func keys() async throws -> [AccessKey] { throw NotAsked() }
        func create(_ request: AccessKeyRequest) async throws -> CreatedAccessKey { throw NotAsked() }
        func revoke(_ key: ID<AccessKey>) async throws -> Bool { throw NotAsked() }
        func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws -> TopUp { throw NotAsked() }
        func usage(_ query: UsageQuery, ofAllUsers: Bool) async throws -> [UsageRow] { throw NotAsked() }
    }

    /// Starts a deletion that is looked at all the time.
    private func start(in installation: HeldInstallation, _ context: CommandContext) -> Task<Bool, any Error> {
        let deletion = ShownDeletion(user: ID("ann"), line: ProgressLine(in: context), interval: .milliseconds(1))
        return Task { try await deletion.run(in: installation) }
    }

    @Test func `says how many of the user's conversations are deleted, and goes when all is done`() async throws {
        let terminal = try TestTerminal(), installation = HeldInstallation()
        let deletion = start(in: installation, CommandContext(environment: [:], diagnostics: StandardStream(descriptor: terminal.line)))
        var shown = ""
        func shows(_ condition: (String) -> Bool) async throws {
            try await until {
                shown += terminal.shown()
                return condition(shown)
            }
        }
        installation.left.withLock { $0 = 8 }
        try await shows { $0.contains("ann  0 of 8 conversations are deleted") }
        installation.left.withLock { $0 = 3 }
        try await shows { $0.contains("ann  5 of 8 conversations are deleted") }
        // A look that fails changes nothing.
        installation.left.withLock { $0 = nil }
        installation.isOver.withLock { $0 = true }
        #expect(try await deletion.value)
        try await shows { $0.hasSuffix("\r\u{1B}[K") }
        #expect(!shown.contains("99"))
    }

    @Test func `is not there for somebody who wants errors only`() async throws {
        let terminal = try TestTerminal(), installation = HeldInstallation()
        var context = CommandContext(environment: [:], diagnostics: StandardStream(descriptor: terminal.line))
        context.verbosity = .quiet
        installation.left.withLock { $0 = 8 }
        let deletion = start(in: installation, context)
        try await Task.sleep(for: .milliseconds(50))  // real time: the line would have come by then
        installation.isOver.withLock { $0 = true }
        #expect(try await deletion.value)
        #expect(terminal.shown() == "")
    }
}
