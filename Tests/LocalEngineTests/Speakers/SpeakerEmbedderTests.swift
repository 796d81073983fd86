import Conversations
import Foundation
import HarkenTesting
import LocalEngine
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Speaker embedder` {
    private static let loaded = Result { try SpeakerEmbedder(TestModels.folder, InferenceRuntime(path: TestModels.folder.path(of: .runtime))) }

    private let embedder: SpeakerEmbedder

    init() throws { embedder = try Self.loaded.get() }

    private func voiceprint(_ samples: [Float]) async throws -> Voiceprint { try #require(try await embedder.voiceprint(of: samples)) }

    @Test func `the same voice is near, another one far`() async throws {
        let beckett = try TestModels.samples("beckett.wav")
        let (start, end) = (Array(beckett.prefix(beckett.count / 2)), Array(beckett.suffix(beckett.count / 2)))
        let other = try TestModels.samples("cards/001.wav")
        let voice = try await voiceprint(start)
        #expect(voice.direction.count == SpeakerEmbedder.dimensions && voice.model == embedder.model)
        #expect(voice.distance(to: try await voiceprint(end)) < 0.5)
        #expect(voice.distance(to: try await voiceprint(other)) > 0.7)
    }

    @Test func `audio under 0.5 s and silence never reach the model`() async throws {
        let speech = Array(try TestModels.samples("beckett.wav").dropFirst(16_000))
        #expect(try await embedder.voiceprint(of: Array(speech.prefix(7_999))) == nil)
        #expect(try await embedder.voiceprint(of: Array(speech.prefix(8_000))) != nil)
        #expect(try await embedder.voiceprint(of: []) == nil)
        #expect(try await embedder.voiceprint(of: [Float](repeating: 0, count: 32_000)) == nil)
        #expect(try await embedder.voiceprint(of: [Float](repeating: .nan, count: 32_000)) == nil)
    }

    @Test func `the level does not matter`() async throws {
        let speech = try TestModels.samples("beckett.wav")
        let quiet = try await voiceprint(speech.map { $0 / 16 })
        #expect(quiet.distance(to: try await voiceprint(speech)) < 0.01)
    }

    @Test func `long speech is heard in pieces that together sound as one`() async throws {
        let speech = try TestModels.samples("beckett.wav")
        let long = Array([speech, speech, speech, speech].joined())
        #expect(long.count > 160_000)
        #expect(try await voiceprint(long).distance(to: try await voiceprint(speech)) < 0.05)
    }

    @Test(.needs(TestModels.folder.problem(ModelFolder.Item.optional) == nil, "the models are older: make setup"))
    func `adds the second model to voices that are kept, and marks those of telephones`() async throws {
        let speech = try TestModels.samples("beckett.wav")
        let kept = try #require(try await embedder.keptVoiceprint(of: speech))
        #expect(kept.model == "ecapa-voxceleb-v1+campplus-zh-en-v1" && kept.direction.count == 2 * SpeakerEmbedder.dimensions)
        #expect(kept.distance(to: try await voiceprint(speech)) < 1e-5)
        let filter = (-24...24).map(Self.lowPass)
        let low = (24..<speech.count - 24).map { place in zip(filter, speech[(place - 24)...]).reduce(Float.zero) { $0 + $1.0 * $1.1 } }
        let telephone = try #require(try await embedder.keptVoiceprint(of: low))
        #expect(telephone.model == "ecapa-voxceleb-v1+campplus-zh-en-v1/telephone" && telephone.isTelephone)
        #expect(telephone.distance(to: kept) < 0.5, "the voice is the same")
    }

    /// A value of a filter that lets frequencies below 3.4 kHz pass.
    private static func lowPass(_ offset: Int) -> Float {
        let cutoff = 2 * 3_400.0 / 16_000, x = Double.pi * cutoff * Double(offset)
        return Float((offset == 0 ? cutoff : cutoff * sin(x) / x) * (0.54 + 0.46 * cos(Double.pi * Double(offset) / 24.5)))
    }

    @Test func `gives the figures of the model's own code`() async throws {
        // Norms of SpeechBrain's vectors lie between 230 and 460; a wrong filter bank or a missing layer shows here.
        let samples = try TestModels.samples("beckett.wav")
        let vector = try embedder.run(samples.span)
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect((200...500).contains(norm))
    }
}
