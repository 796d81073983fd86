import Foundation
import LocalEngine
import Testing

/// A small Whisper model with random weights, made by set-up's own program from a folder as faster-whisper has it.
struct RandomWhisper {
    /// The folder of models in which the new model is, with the runtime of the real folder.
    let models: ModelFolder

    static let isPossible = TestModels.areThere && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// Made once for all tests of the process.
    static let shared: Result<RandomWhisper, any Error> = Result {
        atexit {
            for end in ["", ".lock"] { try? FileManager.default.removeItem(atPath: RandomWhisper.root.path + end) }
        }
        return try RandomWhisper(seed: 3)
    }

    private static let root = FileManager.default.temporaryDirectory.appending(path: "harken-whisper-\(UUID().uuidString)")

    private init(seed: Int) throws {
        let root = Self.root
        try EnglishModels.link(at: root)
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let setup = here.appending(path: "../../../scripts/setup.d/whisper.py").standardizedFileURL.path
        try Self.run([here.path + "/random_whisper.py", root.path + "/source", "\(seed)"])
        try Self.run([setup, root.path, root.path + "/source"])
        models = ModelFolder(root.path)
    }

    func recognizer(_ configuration: WhisperRecognizer.Configuration = .init()) throws -> WhisperRecognizer {
        let runtime = try InferenceRuntime(path: models.path(of: .runtime))
        return try WhisperRecognizer(models, runtime, configuration)
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-B"] + arguments
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: String(decoding: said, as: UTF8.self)) }
    }

    private struct Failure: Error { var text: String }
}
