import Foundation
import Glibc
import HarkenTesting
import Settings
import Testing

@testable import harken

@Suite struct `The operator's settings` {
    private let folder = TemporaryFolder()

    private func problem(_ file: String) -> String? {
        do {
            _ = try OperatorSettings.settings(file: file, environment: ["HOME": folder.path])
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(.hangLimit) func `are read from a pipe to its end`() throws {
        let pipe = folder.path(of: "pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        // More than a pipe holds at a time, so that it is written in parts.
        let text = String(repeating: "# comment\n", count: 10_000) + "HARKEN_LOG=debug\n"
        let writer = Thread { try? Data(text.utf8).write(to: URL(filePath: pipe), options: []) }
        writer.start()
        #expect(try OperatorSettings.settings(file: pipe, environment: ["HOME": folder.path])["HARKEN_LOG"] == "debug")
    }

    @Test(.hangLimit) func `are given up when the wait for a pipe is interrupted`() async throws {
        let pipe = folder.path(of: "pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let work = Task { problem(pipe) }
        work.cancel()
        #expect(await work.value == "--config \(pipe): interrupted system call")
    }

    @Test(arguments: [0, 1]) func `are refused where the file has more than they can have`(excess: Int) throws {
        let text = String(repeating: "#", count: OperatorSettings.maxFile + excess)
        let file = try folder.write(text.utf8, as: "harken.conf")
        let refusal = "--config \(file): is larger than 1 MiB; give a file of NAME=value lines"
        #expect(problem(file) == (excess > 0 ? refusal : nil))
    }
}
