import Foundation
import FoundationNetworking
import HarkenTesting
import Testing

@testable import harken

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `A gateway that takes over` {
    private let folder = TemporaryFolder()
    private var environment: [String: String] { ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_MODELS": "/nowhere"] }

    /// Sends requests over one connection to a port, one after the other, and says when the first is answered.
    private static let requests = """
        exec 3<>/dev/tcp/127.0.0.1/$1
        while printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' >&3; do
            read -r line <&3 && echo answered >&2
            sleep 0.2
        done
        """

    private func serve(_ words: String...) throws -> ChildProcess { try BuiltProgram.start(["serve"] + words, environment: environment) }

    private func status(_ url: String) async throws -> Int? {
        (try await URLSession.shared.data(from: try #require(URL(string: url + "/health"))).1 as? HTTPURLResponse)?.statusCode
    }

    @Test func `serves at the same address, and the earlier one ends`() async throws {
        let first = try serve("--listen", "127.0.0.1:0", "--take-over")
        let url = try #require(try await first.line(beginning: "harken: ready on "), "without a running gateway it starts as usual")
        let second = try serve("--listen", "127.0.0.1:0", "--take-over")
        #expect(try await second.line(beginning: "harken: ready on ") == url)
        let outcome = await first.outcome()
        #expect(outcome.status == 0)
        #expect(outcome.diagnostics.contains("another gateway has taken over the sockets"))
        #expect(try await status(url) == 200)
        // The claim of the data directory went along.
        #expect(await (try serve("--listen", "127.0.0.1:0")).outcome().diagnostics.contains("take over from it with --take-over"))
        let third = try serve("--listen", "127.0.0.1:0", "--take-over")
        #expect(try await third.line(beginning: "harken: ready on ") == url)
        #expect(await second.outcome().status == 0)
        third.signal(SIGTERM)
        #expect(await third.outcome().status == 0)
    }

    @Test func `has the claim alone, so that another may start when it crashes while the earlier one drains`() async throws {
        let first = try serve("--listen", "127.0.0.1:0", "--drain-seconds", "3600")
        let url = try #require(try await first.line(beginning: "harken: ready on "))
        // A connection keeps the first one as long as requests come over it.
        let connection = try ChildProcess(["bash", "-c", Self.requests, "bash", String(url.split(separator: ":").last ?? "")])
        defer { connection.signal(SIGKILL) }
        _ = try #require(try await connection.line(beginning: "answered"))
        let second = try serve("--listen", "127.0.0.1:0", "--take-over")
        #expect(try await second.line(beginning: "harken: ready on ") == url)
        second.signal(SIGKILL)
        _ = await second.outcome()
        #expect(first.isRunning)
        let third = try serve("--listen", "127.0.0.1:0")
        #expect(try await third.line(beginning: "harken: ready on ") != nil)
        third.signal(SIGTERM)
        #expect(await third.outcome().status == 0)
        first.signal(SIGKILL)
    }

    /// Starts a gateway that goes on when its command has ended. Its log goes nowhere, so that the command's end is the end of the output.
    private func detach() throws -> ChildProcess {
        try ChildProcess(
            ["/bin/sh", "-c", "exec \"$0\" serve --listen 127.0.0.1:0 --take-over --detach 2> /dev/null", BuiltProgram.path], environment: environment
        )
    }

    @Test func `is left running by a command that ends when it is ready`() async throws {
        let first = try serve("--listen", "127.0.0.1:0")
        let url = try #require(try await first.line(beginning: "harken: ready on "))
        #expect(await (try detach()).outcome().status == 0)
        #expect(await first.outcome().status == 0)
        #expect(try await status(url) == 200)
        // The one that takes over in turn ends the detached one.
        let third = try serve("--listen", "127.0.0.1:0", "--take-over")
        #expect(try await third.line(beginning: "harken: ready on ") == url)
        try FileManager.default.removeItem(atPath: folder.path(of: "data/gateway.sock"))
        #expect(await (try detach()).outcome().status == 1)
        #expect(try await status(url) == 200)
        third.signal(SIGTERM)
        #expect(await third.outcome().status == 0)
    }

    @Test func `leaves the running one as it is when it cannot take over`() async throws {
        let running = try serve("--listen", "127.0.0.1:0")
        let url = try #require(try await running.line(beginning: "harken: ready on "))
        try FileManager.default.removeItem(atPath: folder.path(of: "data/gateway.sock"))
        let outcome = await (try serve("--listen", "127.0.0.1:0", "--take-over")).outcome()
        #expect(outcome.status == 1)
        #expect(outcome.diagnostics.contains("cannot be taken over") && outcome.diagnostics.contains("that gateway goes on"))
        #expect(try await status(url) == 200)
        running.signal(SIGTERM)
        #expect(await running.outcome().status == 0)
    }
}
