import Audio
import Conversations
import Foundation
import LocalEngine
import Speech
import Testing

@testable import Speakers

private let recording = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/audio/diarization/falcon-3spk.flac").standardizedFileURL.path
private let isPossible =
    TestModels.areThere && TestModels.folder.problem(ModelFolder.Item.optional) == nil && FileManager.default.fileExists(atPath: recording)

/// The figures of the reference pipeline for a recording of three speakers, 18.6 s long.
@Suite(.enabled(if: isPossible, "the models or the development recordings (../shared/audio) are not here"))
struct `Speaker segmentation` {
    private let runtime: InferenceRuntime
    private let segmentation: SpeakerSegmentation
    private let samples: [Float]
    private let stretches: [LocalSpeakers]

    /// The model, the recording, and what the model says of the recording.
    private static let loaded = Result {
        let runtime = try InferenceRuntime(path: TestModels.folder.path(of: .runtime))
        let segmentation = try SpeakerSegmentation(runtime, path: TestModels.folder.path(of: .segmentation))
        let file = try MediaFile(Recording(path: recording))
        var samples: [Float] = []
        while let block = try file.next() { samples += block.channels[0] }
        let stretches = try stride(from: 0, to: 160_001, by: 40_000).map { start in
            try segmentation.speakers(in: Array(samples[start..<min(start + 160_000, samples.count)]), from: SampleIndex(start))
        }
        return (runtime: runtime, segmentation: segmentation, samples: samples, stretches: stretches)
    }

    init() throws { (runtime, segmentation, samples, stretches) = try Self.loaded.get() }

    private func isNear(_ value: Float, _ expected: Float, within: Float = 0.0006) -> Bool { abs(value - expected) < within }

    @Test func `the scores of a frame are those of the reference`() throws {
        #expect(samples.count == 297_251)
        let scores = try segmentation.run(samples.span.extracting(0..<160_000))
        let expected: [Float] = [-6.611, -7.608, -4.593, -0.014, -11.377, -8.543, -6.524]
        #expect(zip(scores[1_400..<1_407], expected).allSatisfy { isNear($0, $1, within: 0.01) }, "\(scores[1_400..<1_407])")
    }

    @Test func `speakers, speech and overlap are those of the reference`() {
        let means = (0..<3).map { speaker in
            (0..<LocalSpeakers.frames).reduce(Float.zero) { $0 + stretches[0].probability(of: speaker, in: $1) } / Float(LocalSpeakers.frames)
        }
        #expect(zip(means, [0.0006, 0.3802, 0.2073]).allSatisfy { isNear($0, $1) }, "\(means)")
        let activity = SpeechActivity(stretches, until: SampleIndex(samples.count))
        var rule = DiarizationRule()
        (rule.activity, rule.activityLead, rule.activityTail) = (0.5, .zero, .zero)
        let speech = activity.ranges(rule).reduce(Int64.zero) { $0 + $1.count.samples } / LocalSpeakers.frame.samples
        #expect((714...720).contains(speech), "\(speech)")
        #expect(!(0..<1_100).contains { activity.isOverlapped($0, rule) })
    }

    @Test func `hints and groups of clips are those of the reference`() throws {
        let embedder = try SpeakerEmbedder(TestModels.folder, runtime)
        let vector = try embedder.run(samples.span.extracting(0..<48_000))
        #expect(zip(vector, [26.765, 23.307, -23.529, 22.021]).allSatisfy { isNear($0, $1, within: 0.01) }, "\(vector.prefix(4))")
        let activity = SpeechActivity(stretches, until: SampleIndex(samples.count))
        var rule = DiarizationRule()
        (rule.activity, rule.activityLead, rule.activityTail) = (0.5, .zero, .zero)
        let speech = FrameSpeakers(activity.ranges(rule).map { SpeakerTurn($0, SpeakerLabel(0)) })
        let clips = stride(from: 0, to: samples.count - 12_000, by: 12_000).map { SampleRange(SampleIndex($0), count: SampleCount(24_000)) }
        let firm = clips.filter { clip in
            (LocalSpeakers.frame(at: clip.start)..<LocalSpeakers.frame(at: clip.end)).count { speech[$0] != nil } * 270 >= 16_000
        }
        #expect(firm.count == 14)
        let padded = samples + [Float](repeating: 0, count: 24_000)
        let voices = try firm.map { clip in
            try #require(try embedder.embed(padded.span.extracting(Int(clip.start.samples)..<Int(clip.end.samples))))
        }
        let hints = SpeakerHints(firm, in: stretches, isSpoken: speech.frames.map { speech[$0] != nil }, rule: rule).amounts
        let pairs = voices.indices.flatMap { later in (0..<later).map { voices[$0].distance(to: voices[later]) } }
        #expect(isNear(pairs.reduce(0, +) / Float(pairs.count), 0.7890))
        #expect(isNear(hints.values.reduce(0, +) / Float(pairs.count), 0.0319))
        let groups = VoiceClusters(voices, distance: rule.hintedDistance, hints: hints).groups
        #expect(groups.map(\.count).sorted(by: >) == [6, 6, 2])
    }
}
