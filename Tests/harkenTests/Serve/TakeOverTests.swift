import Foundation
import FoundationNetworking
import HarkenTesting
import Testing

@testable import harken

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `A gateway that takes over` {
    private let folder = TemporaryFolder()
    private var environment: [String: String] { ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_MODELS": "/nowhere"] }

    private func serve(_ words: String...) throws -> ChildProcess { try BuiltProgram.start(["serve"] + words, environment: environment) }

    private func status(_ url: String) async throws -> Int? {
        (try await URLSession.shared.data(from: try #require(URL(string: url + "/health"))).1 as? HTTPURLResponse)?.statusCode
    }

    /// The open live sessions of a gateway.
    private func sessions(_ url: String) async throws -> [Any] {
        let answer = try await URLSession.shared.data(from: try #require(URL(string: url + "/api/v1/sessions?open=true"))).0
        let root = try JSONSerialization.jsonObject(with: answer) as? [String: Any]
        return try #require(root?["sessions"] as? [Any], "\(String(decoding: answer, as: UTF8.self))")
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
        let vendor = try await TestGateway()
        let engine = [
            "HARKEN_ENGINES": "deepgram", "DEEPGRAM_API_KEY": "any", "DEEPGRAM_BASE_URL": vendor.url, "HARKEN_STALL_SECONDS": "0",
        ]
        let first = try BuiltProgram.start(
            ["serve", "--listen", "127.0.0.1:0", "--drain-seconds", "3600"], environment: environment.merging(engine) { $1 })
        let url = try #require(try await first.line(beginning: "harken: ready on "))
        // A live session keeps the first one. It is longer than a test may take.
        let speaker = try BuiltProgram.start(["live", vendor.recording(seconds: 900), "--url", url], environment: environment)
        defer { speaker.signal(SIGKILL) }
        try await until { try await sessions(url).count == 1 || !speaker.isRunning }
        #expect(speaker.isRunning, "\(speaker.diagnostics)")
        let second = try serve("--listen", "127.0.0.1:0", "--take-over")
        #expect(try await second.line(beginning: "harken: ready on ") == url)
        // The first one has given the claim away before it says that it drains.
        _ = try #require(try await first.line(beginning: "{", containing: "draining"))
        second.signal(SIGKILL)
        _ = await second.outcome()
        #expect(first.isRunning)
        let third = try serve("--listen", "127.0.0.1:0")
        #expect(try await third.line(beginning: "harken: ready on ") != nil)
        third.signal(SIGTERM)
        #expect(await third.outcome().status == 0)
        first.signal(SIGKILL)
        withExtendedLifetime(vendor) {}
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
