import Foundation
import LocalEngine

/// A folder with the real models but Whisper, as set-up made it before Whisper.
enum EnglishModels {
    /// Made once for all tests of the process.
    static let shared: Result<ModelFolder, any Error> = Result {
        atexit { try? FileManager.default.removeItem(at: EnglishModels.root) }
        try link(at: root)
        return ModelFolder(root.path)
    }

    private static let root = FileManager.default.temporaryDirectory.appending(path: "harken-english-\(UUID().uuidString)")

    /// Makes links to the real models but Whisper in a new folder.
    static func link(at root: URL) throws {
        try FileManager.default.createDirectory(at: root.appending(path: "models"), withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: TestModels.folder.path + "/models") where !name.hasPrefix("whisper") {
            try FileManager.default.createSymbolicLink(
                atPath: root.path + "/models/" + name, withDestinationPath: TestModels.folder.path + "/models/" + name)
        }
        try FileManager.default.createSymbolicLink(atPath: root.path + "/lib", withDestinationPath: TestModels.folder.path + "/lib")
    }
}
