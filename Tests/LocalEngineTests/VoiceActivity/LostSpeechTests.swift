import Audio
import Foundation
import Speech
import Testing

@testable import LocalEngine

private let recordings = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared/audio/asr").standardizedFileURL.path
private let isPossible = TestModels.areThere && FileManager.default.fileExists(atPath: recordings)

/// Speech that the voice detector loses at beginnings: what it hears of recordings against a model that hears every window and comes from silence.
///
/// Digital silence in the middle of a word has no case of its own. Behind eight windows of it the detector has the state and the context that it has in
/// `behindSilence`, so it hears the rest of the word as a recording that is cut there. Behind fewer it has the state of the speech before, and hears
/// on. Only the gain is that of the speech before in both. The suite `Voice activity` asks for the windows behind eight.
@Suite(.enabled(if: isPossible, "the models or the development recordings (../shared/audio) are not here"))
struct `Speech that the voice detector loses` {
    enum Beginning: String, CaseIterable {
        /// The recording as it is: most are cut close to the first word.
        case ofTheRecording
        /// The recording with a second of digital silence before it.
        case behindSilence

        func samples(_ clip: [Float]) -> [Float] {
            switch self {
            case .ofTheRecording: clip
            case .behindSilence: [Float](repeating: 0, count: SampleRate.speech.hertz) + clip
            }
        }
    }

    private static let clipCount = 35
    private static let clipSeconds = 4

    private let model: VoiceActivity
    /// The first seconds of recordings from the whole folder, without the joined digits.
    private let clips: [[Float]]
    /// The model's state behind two seconds of silence.
    private let silent: [Float]

    init() throws {
        model = try VoiceActivity(InferenceRuntime(path: TestModels.folder.path(of: .runtime)), path: TestModels.folder.path(of: .voiceActivity))
        var state = [Float](repeating: 0, count: VoiceActivity.stateCount)
        let silence = [Float](repeating: 0, count: VoiceActivity.context + Int(VoiceActivity.window.samples))
        for _ in 0..<64 { _ = try model.probability(silence, state: &state) }
        silent = state
        let names = try FileManager.default.contentsOfDirectory(atPath: recordings).sorted().filter {
            $0.hasSuffix(".flac") && !$0.hasPrefix("fsdd-")
        }
        try #require(!names.isEmpty, "there is no recording in \(recordings)")
        clips = try (0..<Self.clipCount).map { place throws -> [Float] in
            let file = try MediaFile(Recording(path: recordings + "/" + names[place * names.count / Self.clipCount]))
            let count = Self.clipSeconds * SampleRate.speech.hertz
            var samples: [Float] = []
            while samples.count < count, let block = try file.next() { samples += block.channels[0] }
            return Array(samples.prefix(count))
        }
    }

    /// Returns the probabilities of a model that hears every window, digital silence too, behind two seconds of silence.
    private func probabilitiesOfEveryWindow(_ samples: [Float]) throws -> [Float] {
        let window = Int(VoiceActivity.window.samples)
        var state = silent
        var gain = AutomaticGain()
        let padded = [Float](repeating: 0, count: VoiceActivity.context) + samples
        var probabilities: [Float] = []
        for start in stride(from: 0, through: samples.count - window, by: window) {
            let heard = padded[start..<start + VoiceActivity.context + window]
            let power = heard.dropFirst(VoiceActivity.context).reduce(Float.zero) { $0 + $1 * $1 } / Float(window)
            let factor = power > 0 ? gain.factor(forPower: power) : 1
            probabilities.append(try model.probability(heard.map { max(-1, min(1, $0 * factor)) }, state: &state))
        }
        return probabilities
    }

    /// Returns the numbers of the windows that are speech.
    private func speech(in probabilities: [Float]) -> Set<Int64> {
        var detector = SpeechDetector()
        var events = probabilities.compactMap { detector.add($0) }
        if let last = detector.finish() { events.append(last) }
        var start = SampleIndex.zero
        var windows: Set<Int64> = []
        for event in events {
            switch event {
            case .started(let position): start = position
            case .ended(let end): windows.formUnion(start.samples / VoiceActivity.window.samples..<end.samples / VoiceActivity.window.samples)
            }
        }
        return windows
    }

    private func hasSound(_ samples: [Float], window: Int) -> Bool {
        let length = Int(VoiceActivity.window.samples)
        return samples[window * length..<(window + 1) * length].contains { $0 != 0 }
    }

    /// Returns the lengths of the runs of windows that follow each other.
    private func runs(of windows: Set<Int64>) -> [Int] {
        var lengths: [Int] = [], last: Int64?
        for window in windows.sorted() {
            if let last, window == last + 1 { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
            last = window
        }
        return lengths
    }

    /// Speech is lost where two windows or more in a row (64 ms) are not heard. A window that is missing alone is the first or the last of a piece of
    /// speech, since what the detector leaves out inside is a pause of four windows or more. Such a place is known to a window only: the probability
    /// there is near the limit, and the two do not hear quite the same. A stream begins with the state behind 32 windows of silence, not behind 64 and
    /// more, and windows below −80 dBFS are not heard. Single windows are counted by themselves.
    @Test(arguments: Beginning.allCases) func `is 0.0 s of 35 recordings`(beginning: Beginning) throws {
        var spoken = 0
        var missing: [[Int]] = []
        for clip in clips {
            let samples = beginning.samples(clip)
            var probabilities = SpeechProbabilities(model)
            // The model goes on hearing speech for a moment in digital silence, where there is nothing to lose.
            let expected = speech(in: try probabilitiesOfEveryWindow(samples)).filter { hasSound(samples, window: Int($0)) }
            let heard = speech(in: try probabilities.append(samples))
            spoken += expected.count
            missing.append(runs(of: expected.subtracting(heard)))
        }
        // 35 times 4 s are 4,375 windows.
        #expect(spoken > 2_000)
        // With a state of zeros at each beginning it is several seconds: up to a second of a recording.
        let lost = missing.joined().filter { $0 >= 2 }.reduce(0, +)
        #expect(lost == 0, "lost windows; runs of each recording: \(missing)")
        // An edge that moves in each recording would be no chance.
        #expect(missing.joined().count { $0 == 1 } <= 8, "edges of each recording: \(missing)")
    }
}
