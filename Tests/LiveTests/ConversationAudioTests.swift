import Foundation
import HarkenTesting
@testable import Live
import Speech
import Store
import Testing

@Suite("Audio of a conversation") struct ConversationAudioTests {
    @Test func `is silent where some of it could not be taken in time, and the rest is where it was said`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-audio-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let audio = ConversationAudio(in: FolderBlobStore(folder), rate: .speech, channels: 1, newID: { "file" }, announce: { _, _ in })
        let second = [Int16](repeating: 1_000, count: 16_000)
        #expect(await audio.append(second, from: SampleIndex(32_000)) == nil)
        #expect(await audio.append(second, from: SampleIndex(96_000)) == nil)
        #expect(await audio.append(second, from: SampleIndex(112_000)) == nil)
        let kept = try #require(try await audio.finish())
        #expect(kept.start == SampleIndex(32_000))
        #expect(kept.count == SampleCount(96_000))
    }

    @Test func `is a draft until it is complete`() async throws {
        let temporary = TemporaryFolder(), store = FolderBlobStore(temporary.path)
        let audio = ConversationAudio(in: store, rate: .speech, channels: 1, newID: { "file" }, announce: { _, _ in })
        let second = [Int16](repeating: 1_000, count: 16_000)
        #expect(await audio.append(second, from: .zero) == nil)
        await audio.discard()
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
        #expect(await audio.append(second, from: SampleIndex(16_000)) == nil)
        #expect(try await store.all().isEmpty)
        let kept = try #require(try await audio.finish())
        #expect(try await store.all().map(\.byteCount) == [kept.byteCount])
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == ["file.opus"])
        try await audio.remove(kept)
        #expect(try await store.all().isEmpty)
        #expect(try await audio.finish() == nil)
    }
}
