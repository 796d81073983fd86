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

    @Test(arguments: [1, 7, 320, 511, 513, 4_000]) func `pieces of any size give the same probabilities`(size: Int) throws {
        let speech = Array(try TestModels.samples("cards/001.wav").prefix(20_000))
        #expect(try probabilities(speech, pieces: size) == probabilities(speech))
    }

    @Test func `hears speech near −50 dBFS`() throws {
        let loud = try TestModels.samples("beckett.wav")
        let quiet = loud.map { $0 / 8 }
        let heard = try probabilities(loud).count { $0 > 0.5 }
        #expect(try probabilities(quiet).count { $0 > 0.5 } > heard * 85 / 100)
    }
}
