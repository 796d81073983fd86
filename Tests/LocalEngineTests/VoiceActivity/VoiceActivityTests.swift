import HarkenTesting
import LocalEngine
import Speech
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Voice activity` {
    private func probabilities(_ samples: [Float], pieces: Int = .max) throws -> [Float] {
        let runtime = try InferenceRuntime(path: TestModels.folder.path(of: .runtime))
        var stream = SpeechProbabilities(try VoiceActivity(runtime, path: TestModels.folder.path(of: .voiceActivity)))
        var all: [Float] = []
        var rest = samples[...]
        while !rest.isEmpty {
            all += try stream.append(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return all
    }

    @Test func `finds speech in a recording and none in silence`() throws {
        let speech = try TestModels.samples("beckett.wav")
        let found = try probabilities(speech)
        #expect(found.count == speech.count / 512)
        #expect(found.count { $0 > 0.5 } > found.count * 2 / 5)
        let silence = [Float](repeating: 0, count: 16_000)
        #expect(try probabilities(silence).allSatisfy { $0 == 0 })
    }

    @Test(arguments: TestMatrices.areWhole ? [1, 7, 320, 511, 513, 4_000] : [320, 513])
    func `pieces of any size give the same probabilities`(size: Int) throws {
        let speech = Array(try TestModels.samples("cards/001.wav").prefix(20_000))
        #expect(try probabilities(speech, pieces: size) == probabilities(speech))
    }

    /// Speech from one of its first windows on: a recording that is cut in the middle of a word.
    private func speech(from window: Int = 1) throws -> [Float] {
        let samples = try TestModels.samples("beckett.wav"), heard = try probabilities(samples)
        let first = try #require(heard.indices.first { heard[$0...].prefix(20).allSatisfy { $0 > 0.5 } })
        return Array(samples[((first + window) * 512)...])
    }

    /// With a state of zeros the model gives these windows 0.3 to 0.4.
    @Test(arguments: [1, 3, 4]) func `hears speech in the first window`(window: Int) throws {
        let heard = try probabilities(Array(speech(from: window).prefix(16 * 512)))
        #expect(heard.allSatisfy { $0 > 0.5 }, "\(heard)")
    }

    @Test(arguments: TestMatrices.areWhole ? [1, 7, 8, 32, 100] : [7, 32])
    func `hears the same after digital silence as with none before`(windows: Int) throws {
        let speech = try speech(), silence = [Float](repeating: 0, count: windows * 512)
        let heard = try probabilities(speech), later = try probabilities(silence + speech)
        #expect(later.prefix(windows).allSatisfy { $0 == 0 })
        // From a state of zeros both would begin with 0.3 to 0.4.
        #expect(later.dropFirst(windows).prefix(16).allSatisfy { $0 > 0.5 }, "\(later)")
        #expect(Array(later.dropFirst(windows)) == heard)
    }

    @Test(arguments: [3, 4]) func `hears speech from the first window behind digital silence in its middle`(window: Int) throws {
        let before = Array(try speech().prefix(40 * 512)), silence = [Float](repeating: 0, count: 8 * 512)
        let heard = try probabilities(before + silence + speech(from: window).prefix(16 * 512)).dropFirst(48)
        #expect(heard.allSatisfy { $0 > 0.5 }, "\(heard)")
    }

    @Test func `hears speech near −50 dBFS`() throws {
        let loud = try TestModels.samples("beckett.wav")
        let quiet = loud.map { $0 / 8 }
        let heard = try probabilities(loud).count { $0 > 0.5 }
        #expect(try probabilities(quiet).count { $0 > 0.5 } > heard * 85 / 100)
    }
}
