import Foundation
import HarkenTesting
import Testing

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `A crash` {
    private let folder = TemporaryFolder()

    /// The variable of Swift's runtime as a service or a container gets it.
    private func backtrace(in file: String, behind word: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let line = try String(contentsOf: root.appending(path: file), encoding: .utf8).split(separator: "\n").first {
            $0.hasPrefix(word + "SWIFT_BACKTRACE=")
        }
        return String(try #require(line).dropFirst((word + "SWIFT_BACKTRACE=").count))
    }

    @Test(.enabled(if: !Sanitizer.isHere), arguments: [("packaging/harken.service", "Environment="), ("packaging/Containerfile", "ENV ")])
    func `ends a service at once, without a backtrace that holds it up`(file: String, word: String) async throws {
        let gateway = try BuiltProgram.start(
            ["serve", "--listen", "127.0.0.1:0", "--data", folder.path(of: "data")],
            environment: ["HOME": folder.path, "SWIFT_BACKTRACE": try backtrace(in: file, behind: word)])
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        gateway.signal(SIGILL)
        // A backtrace takes from seconds to minutes: its first words are enough.
        try await until { !gateway.isRunning || gateway.diagnostics.contains("Backtracing") }
        gateway.signal(SIGKILL)
        let outcome = await gateway.outcome()
        #expect(!outcome.diagnostics.contains("Backtracing"), "\(outcome.diagnostics.suffix(500))")
        #expect(outcome.status != 0)
    }
}
