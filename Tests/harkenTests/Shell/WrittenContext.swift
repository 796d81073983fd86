import Foundation
import HarkenTesting
import Testing

@testable import harken

/// The context of a command that writes into files of a test's folder, which the test can read while the command runs.
struct WrittenContext {
    let context: CommandContext
    private let paths: [String]
    /// Open until the command has ended.
    private let files: [FileHandle]

    init(in folder: TemporaryFolder, environment: [String: String] = [:]) throws {
        paths = ["output", "diagnostics"].map { folder.path(of: $0 + UUID().uuidString) }
        for path in paths { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        files = try paths.map { try #require(FileHandle(forWritingAtPath: $0)) }
        context = CommandContext(
            environment: environment, output: StandardStream(descriptor: files[0].fileDescriptor),
            diagnostics: StandardStream(descriptor: files[1].fileDescriptor))
    }

    func output() throws -> String { try String(contentsOfFile: paths[0], encoding: .utf8) }

    func diagnostics() throws -> String { try String(contentsOfFile: paths[1], encoding: .utf8) }
}
