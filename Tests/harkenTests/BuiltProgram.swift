import Foundation

/// The program as it was built beside these tests, run as a person or a script runs it.
struct BuiltProgram {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var diagnostics: String
    }

    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("harken").path
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs it to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        let program = try start(arguments, environment: environment)
        return await program.outcome()
    }

    static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
        try RunningProgram(path: path, arguments, environment: environment)
    }
}

/// Started and not yet waited for.
final class RunningProgram: @unchecked Sendable {
    // Sendable by proof: the process is started in `init` and only signalled and waited for afterwards, which Foundation allows from any thread.
    private let process = Process()
    private let files: (output: URL, diagnostics: URL)

    init(path: String, _ arguments: [String], environment: [String: String]) throws {
        let folder = FileManager.default.temporaryDirectory
        files = (folder.appendingPathComponent(UUID().uuidString), folder.appendingPathComponent(UUID().uuidString))
        for file in [files.output, files.diagnostics] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files.output)
        process.standardError = try FileHandle(forWritingTo: files.diagnostics)
        try process.run()
    }

    deinit {
        try? FileManager.default.removeItem(at: files.output)
        try? FileManager.default.removeItem(at: files.diagnostics)
    }

    var diagnostics: String { (try? String(contentsOf: files.diagnostics, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func outcome() async -> BuiltProgram.Outcome {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                process.waitUntilExit()
                let output = (try? String(contentsOf: files.output, encoding: .utf8)) ?? ""
                let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
                continuation.resume(returning: .init(status: status, output: output, diagnostics: diagnostics))
            }
        }
    }

    /// Waits until a line on standard error begins with `beginning`, and returns the rest of it; nil when the program ends before, or after 20 s.
    func line(beginning: String) async throws -> String? {
        for _ in 0..<400 {
            let lines = diagnostics.split(separator: "\n")
            if let line = lines.first(where: { $0.hasPrefix(beginning) }) { return String(line.dropFirst(beginning.count)) }
            if !process.isRunning { return nil }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }
}
