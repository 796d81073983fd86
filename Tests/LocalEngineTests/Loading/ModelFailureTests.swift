import Conversations
import Foundation
import HarkenTesting
import Speakers
import Speech
import Synchronization
import Testing

@testable import LocalEngine

@Suite(.hangLimit) struct `Models that the local engine does without` {
    private let folder = TemporaryFolder()
    private let failures = SharedFailures()

    /// Takes what an engine reports.
    private final class SharedFailures: Sendable {
        private let all = Mutex<[ModelFailure]>([])

        var models: [ModelFailure.FailedModel] { all.withLock { $0.map(\.model) } }
        var reasons: [String] { all.withLock { $0.map(\.reason) } }

        func add(_ failure: ModelFailure) { all.withLock { $0.append(failure) } }
    }

    private func makeEngine(_ folder: ModelFolder) -> LocalEngine {
        LocalEngine(folder, pool: 1) { [failures] failure in failures.add(failure) }
    }

    /// Writes a file in place of a model, or of a link to a model.
    private func breakModel(_ item: ModelFolder.Item, in folder: ModelFolder) throws {
        let file = URL(filePath: folder.path(of: item))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? FileManager.default.removeItem(at: file)
        try Data("no model".utf8).write(to: file)
    }

    @Test func `are reported once when live speakers need them and they cannot be loaded`() async throws {
        let models = ModelFolder(folder.path)
        for item in [ModelFolder.Item.runtime, .speakerEmbedder, .segmentation] { try breakModel(item, in: models) }
        let voices = try #require(makeEngine(models).voiceprints)
        let segmenting = try #require(voices as? any SpeakerSegmenting)
        for _ in 1...2 {
            await #expect(throws: InferenceError.self) { try await voices.voiceprint(of: [0]) }
            #expect(try await segmenting.speakers(in: [0]) == nil)
        }
        #expect(failures.models == [.voices, .segmentation])
        #expect(failures.reasons.allSatisfy { $0.contains("libonnxruntime.so") }, "\(failures.reasons)")
    }

    @Test(.needs(TestModels.areThere, TestModels.needed)) func `cost a recorded voice its second model only, and are reported`() throws {
        let root = folder.path(of: "models-for-a-voice")
        try EnglishModels.link(at: URL(filePath: root))
        try breakModel(.secondSpeakerEmbedder, in: ModelFolder(root))
        _ = try RecordedVoice(ModelFolder(root)) { failures.add($0) }
        #expect(failures.models == [.secondVoices])
        // A folder of an earlier version has no such model, which is no fault.
        try FileManager.default.removeItem(atPath: ModelFolder(root).path(of: .secondSpeakerEmbedder))
        _ = try RecordedVoice(ModelFolder(root)) { failures.add($0) }
        #expect(failures.models == [.secondVoices])
    }

    @Test(
        .needs(TestModels.areThere, TestModels.needed),
        arguments: [
            (ModelFolder.Item.speakerEmbedder, ModelFailure.FailedModel.voices), (.secondSpeakerEmbedder, .secondVoices),
            (.segmentation, .segmentation),
        ])
    func `cost a recording no words, and are reported once`(item: ModelFolder.Item, model: ModelFailure.FailedModel) async throws {
        let root = folder.path(of: "models-with-one-broken")
        try EnglishModels.link(at: URL(filePath: root))
        try breakModel(item, in: ModelFolder(root))
        let engine = makeEngine(ModelFolder(root)), options = RecognitionOptions(language: .english, diarize: true)
        for _ in 1...2 {
            let transcript = try await engine.recognize(Recording(path: TestModels.recording("cards/003.wav")), options: options) { _ in }
            #expect(!transcript.text().isEmpty)
        }
        #expect(failures.models == [model])
        #expect(failures.reasons.allSatisfy { $0.contains(item.rawValue) }, "\(failures.reasons)")
    }
}
