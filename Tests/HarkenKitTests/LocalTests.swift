import Conversations
import Foundation
import HarkenTesting
import LocalEngine
import Synchronization
import Testing

@testable import HarkenKit

@Suite(.hangLimit) struct `The engine of this machine in a program` {
    private let folder = TemporaryFolder()

    @Test func `tells the program once of a model that fails`() async throws {
        let models = ModelFolder(folder.path)
        for item in ModelFolder.Item.recognition + [.speakerEmbedder] {
            let file = URL(filePath: models.path(of: item))
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("no model".utf8).write(to: file)
        }
        let failures = Mutex<[LocalModelFailure]>([])
        let engine = try Local(models: folder.path) { failure in failures.withLock { $0.append(failure) } }
        let voices = try #require(engine.core.live.voices)
        for _ in 1...2 { await #expect(throws: InferenceError.self) { try await voices.voiceprint(of: [0]) } }
        let told = failures.withLock(\.self)
        #expect(told.map(\.model) == [.voices])
        #expect(told.allSatisfy { $0.reason.contains("libonnxruntime.so") && $0.description.hasSuffix($0.reason) }, "\(told)")
    }
}
