import Foundation
import HarkenTesting
import LocalEngine
import Recorder
import Speech
import Testing

@testable import harken

@Suite struct `Whether anybody speaks in a chunk` {
    private static let folder = ModelFolder(environment: ProcessInfo.processInfo.environment)
    private static let missing = folder.missing([.runtime, .voiceActivity])

    private func chunk(_ samples: [Int16]) -> RecordedChunk {
        RecordedChunk(range: SampleRange(.zero, count: SampleCount(samples.count)), samples: samples, isFinal: false)
    }

    /// Sounds of ten seconds that are no speech.
    enum Sound: CaseIterable {
        case nothing, silence, whisperOfNoise, hum, noise, keyboard

        var samples: [Int16] {
            var seed: UInt64 = 1
            func random() -> Double {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(Int64(bitPattern: seed) >> 11) / Double(1 << 52)
            }
            return switch self {
            case .nothing: []
            case .silence: [Int16](repeating: 0, count: 160_000)
            case .whisperOfNoise: (0..<160_000).map { _ in Int16(40 * random()) }
            case .hum: (0..<160_000).map { Int16(4_000 * sin(2 * .pi * 50 * Double($0) / 16_000)) }
            case .noise: (0..<160_000).map { _ in Int16(3_000 * random()) }
            // A click of 5 ms, four times a second.
            case .keyboard: (0..<160_000).map { $0 % 4_000 < 80 ? Int16(9_000 * random()) : 0 }
            }
        }

        var verdict: SpeechVerdict {
            switch self {
            case .nothing: .emptyAudio
            case .silence, .whisperOfNoise: .insufficientSpeech
            case .hum, .noise, .keyboard: .energeticNonSpeech
            }
        }
    }

    @Test(.needs(missing.isEmpty, "the models are not there: make setup"), arguments: Sound.allCases)
    func `is told from every other sound, with the reason`(sound: Sound) {
        #expect(ChunkHearing.make(Self.folder).verdict(chunk(sound.samples)) == sound.verdict)
    }

    @Test(.needs(missing.isEmpty, "the models are not there: make setup"))
    func `is heard when it is half a second in all of fifteen`() throws {
        let file = try Data(contentsOf: URL(filePath: Self.folder.path + "/test-audio/beckett.wav")).dropFirst(44)
        let speech = file.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        let hearing = ChunkHearing.make(Self.folder).verdict
        #expect(hearing(chunk(Array(speech.prefix(160_000)))) == .speech)
        // Each piece of 0.6 s that is loud enough to hold a word, with silence around.
        let quiet = [Int16](repeating: 0, count: 112_000)
        var pieces = 0
        for start in stride(from: 0, to: speech.count - 9_600, by: 16_000) {
            let word = Array(speech[start..<start + 9_600])
            guard word.reduce(0, { $0 + Int($1) * Int($1) }) / word.count > 600 * 600 else { continue }
            #expect(hearing(chunk(quiet + word + quiet)) == .speech, "at \(start)")
            pieces += 1
        }
        #expect(pieces > 2)
    }

    @Test func `is told by loudness alone when there is no model, which is said`() {
        let (verdict, missing) = ChunkHearing.make(ModelFolder("/nowhere"))
        #expect(missing?.contains("harken models install") == true)
        #expect(verdict(chunk(Sound.noise.samples)) == .speech)
        #expect(verdict(chunk(Sound.silence.samples)) == .insufficientSpeech)
    }
}
