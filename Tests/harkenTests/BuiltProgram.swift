import Foundation
import HarkenTesting

/// The program as it was built beside these tests, run as a person or a script runs it.
struct BuiltProgram {
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("harken").path
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs it to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> ChildProcess.Outcome {
        try await start(arguments, environment: environment).outcome()
    }

    static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess([path] + arguments, environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
    }
}

extension ChildProcess {
    /// Waits until a line on standard error begins with `beginning` and has `part`, and returns the rest of it; nil when the program ends before.
    func line(beginning: String, containing part: String = "") async throws -> String? {
        var line: Substring?
        try await until(showing: diagnostics) {
            let hasEnded = !isRunning
            // Whole lines: what comes after the last line feed is still being written.
            let lines = diagnostics.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            line = lines.first { $0.hasPrefix(beginning) && (part.isEmpty || $0.contains(part)) }
            return line != nil || hasEnded
        }
        return line.map { String($0.dropFirst(beginning.count)) }
    }
}
